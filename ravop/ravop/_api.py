"""Functions of the module that are no ops: values, computing, files."""
from __future__ import annotations

import platform
from typing import Any

import numpy as np

from . import _core, _state
from ._dtypes import Array
from ._errors import GraphError
from ._op import File, Op, Scalar, Tensor
from ._version import VERSION


def t(value: Any, dtype: Any = "ndarray", *, name: str | None = None) -> Op:
    """Records a value: a Scalar of a number, a Tensor of a list or array.

    Parameters
    ----------
    value : number, array_like, str or Op
        Text is a JSON list, or with ``dtype='file'`` the path of a ``.npy``
        or ``.csv`` file; an op is returned as it is.
    dtype : str or numpy.dtype, optional
        Convert to it; ``'ndarray'`` keeps what NumPy makes of the value.
    name : str, optional
        Label for `get_ops_by_name`.

    Raises
    ------
    GraphError
        When the value is no tensor, or not one without loss.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.t([1, 2, 3])
    Tensor(shape=(3,), dtype=int64, lin)
    """
    if isinstance(value, Op):
        return value
    target = None
    if isinstance(dtype, str) and dtype == "file":
        return File(value, name=name)
    if not isinstance(dtype, str) or dtype != "ndarray":
        target = dtype
    graph = _state.current()
    if (type(value) is np.ndarray and target is None and name is None
            and graph._broken is None and not graph._message):
        small: Op | None = graph._array(value, Tensor, Scalar)
        if small is not None:
            return small
    op = graph._record(value, None, target)
    if name is not None:
        graph._label(op, name)
    return op


def compute(*ops: Op) -> tuple[Array, ...]:
    """Values of several ops, asked for at once.

    Parameters
    ----------
    *ops : Op
        Ops, of any graphs.

    Returns
    -------
    tuple of numpy.ndarray

    Raises
    ------
    OpError
        For the first op that failed.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> a = R.t([1, 2])
    >>> R.compute(a + 1, R.sum(a))
    (array([2, 3]), array(3))
    """
    alone = _core.one_graph(ops)
    if alone is not None:
        return tuple(alone[0]._values_of(alone[1]))
    by_graph: dict[int, list[int]] = {}
    for i, op in enumerate(ops):
        if not isinstance(op, Op):
            raise GraphError(
                f"compute takes ops, as in R.compute(a, b) or "
                f"R.compute(*ops), not {type(op).__name__}."
            )
        by_graph.setdefault(id(op.graph), []).append(i)
    values: list[Any] = [None] * len(ops)
    for places in by_graph.values():
        graph = ops[places[0]].graph
        got = graph._compute([ops[i] for i in places])
        for i, value in zip(places, got):
            values[i] = value
    return tuple(values)


def versions() -> dict[str, str]:
    """Versions for a bug report.

    Examples
    --------
    >>> import ravop as R
    >>> sorted(R.versions())
    ['numpy', 'platform', 'protocol', 'python', 'ravop']
    """
    return {
        "ravop": VERSION,
        "protocol": str(_core.PROTOCOL),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
    }
