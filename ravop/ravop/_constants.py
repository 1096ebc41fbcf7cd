"""Small values, and the state names of 2022."""
from __future__ import annotations

import math

from . import _state
from ._op import Op, Scalar


class Status:
    """States of graphs and ops, as texts."""

    PENDING = "pending"
    COMPUTING = "computing"
    COMPUTED = "computed"
    FAILED = "failed"


class OpStatus(Status):
    """States of ops."""


class GraphStatus(Status):
    """States of graphs."""


class MappingStatus(Status):
    """States of assignments."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NOT_COMPUTED = "not_computed"
    REJECTED = "rejected"


def _scalar(value: float) -> Op:
    return _state.current()._record(value, Scalar)


def epsilon() -> Op:
    """1e-07, as a Scalar.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> float(R.epsilon())
    1e-07
    """
    return _scalar(1e-07)


def one() -> Op:
    """1, as a Scalar.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> int(R.one())
    1
    """
    return _scalar(1)


def minus_one() -> Op:
    """-1, as a Scalar.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> int(R.minus_one())
    -1
    """
    return _scalar(-1)


def inf() -> Op:
    """Infinity, as a Scalar.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> float(R.inf())
    inf
    """
    return _scalar(math.inf)


def pi() -> Op:
    """The circle's ratio, as a Scalar.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> float(R.pi())
    3.141592653589793
    """
    return _scalar(math.pi)
