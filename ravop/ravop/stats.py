"""Statistics made of ops.

>>> import ravop as R
>>> graph = R.Graph(approach='local')
>>> R.stats.normalize([1, 2, 3])()
array([0. , 0.5, 1. ])
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _ops

if TYPE_CHECKING:
    from ._op import Op

__all__ = ["normalize", "pearson_correlation", "standardize", "z_score"]


def _op(name: str, *inputs: Any, **params: Any) -> Op:
    return _ops.create_op(name, *inputs, **params)


def z_score(x: Any, axis: int | None = None) -> Op:
    """Distances from the mean, in standard deviations (ddof 0).

    Parameters
    ----------
    x : Op or array_like
    axis : int, optional
        Along which the mean is taken; default: of all elements.

    Returns
    -------
    Op
        Of the shape of `x`, of floats.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.stats.z_score([1.0, 3.0])()
    array([-1.,  1.])
    """
    away = _op("sub", x, _op("mean", x, axis=axis, keepdims=True))
    spread = _op("mean", _op("square", away), axis=axis, keepdims=True)
    return _op("div", away, _op("square_root", spread))


def standardize(x: Any) -> Op:
    """The same as `z_score` of all elements.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.stats.standardize([1.0, 3.0])()
    array([-1.,  1.])
    """
    return z_score(x)


def normalize(x: Any) -> Op:
    """Moved and scaled so that the least element is 0, the greatest 1.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.stats.normalize([1, 2, 3])()
    array([0. , 0.5, 1. ])
    """
    least = _op("min", x)
    return _op("div", _op("sub", x, least), _op("sub", _op("max", x), least))


def pearson_correlation(x: Any, y: Any) -> Op:
    """Pearson's correlation of two vectors.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> float(R.stats.pearson_correlation([1, 2, 3], [2, 4, 6]))
    1.0
    """
    a = _op("sub", x, _op("mean", x))
    b = _op("sub", y, _op("mean", y))
    both = _op("sum", _op("mul", a, b))
    spread = _op("mul", _op("sum", _op("square", a)),
                 _op("sum", _op("square", b)))
    return _op("div", both, _op("square_root", spread))
