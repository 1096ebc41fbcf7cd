"""Ops that are called otherwise than their rows say: several results, text
for a number, another order of arguments.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _ops, _state
from ._errors import GraphError

if TYPE_CHECKING:
    from ._op import Op


def _recorded(x: Any) -> Op:
    """The op itself, or the value as an op, that two ops can share."""
    if _ops.is_op(x):
        op: Op = x
        return op
    return _state.current()._record(x, None, None)


def topk(x: Any, k: int, axis: int | None = -1, *, name: str | None = None
         ) -> tuple[Op, Op]:
    """The k greatest elements along an axis, and where they are.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    k : int
        How many; at most the length of the axis.
    axis : int or None, default -1
        None: of all elements.
    name : str, optional
        Label of the elements for `get_ops_by_name`.

    Returns
    -------
    tuple of Op
        The elements in descending order, NaN first, and their indices
        (int64); of equal elements the first comes first.

    Raises
    ------
    GraphError
        When k or the axis do not fit.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> values, indices = R.topk([3, 1, 5, 4], 2)
    >>> values(), indices()
    (array([5, 4]), array([2, 3]))
    """
    x = _recorded(x)
    return (_ops.create_op("topk", x, k=k, axis=axis, name=name),
            _ops.create_op("topk_indices", x, k=k, axis=axis))


def _between(x: Op, edges: Any, name: str | None) -> Op:
    """Counts between edges of any distance: places in the sorted elements."""
    ordered = _ops.create_op("sort", x, axis=None)
    starts = _ops.create_op("searchsorted", ordered, edges[:-1])
    inner = _ops.create_op("searchsorted", ordered, edges[1:-1])
    last = _ops.create_op("searchsorted", ordered, edges[-1:], side="right")
    counts = _ops.create_op("sub", _ops.create_op("concat", inner, last),
                            starts)
    if name is not None:
        counts.graph._label(counts, name)
    return counts


def _edges(bins: Any) -> Any:
    """Edges that a user gives."""
    edges = np.asarray(bins)
    if edges.ndim != 1 or edges.size < 2 or edges.dtype.kind not in "biuf":
        raise GraphError("histogram: bins must be an int, or at least two "
                         "edges.")
    if not np.all(edges[:-1] <= edges[1:]):
        raise GraphError("histogram: the edges must increase.")
    return edges


def histogram(x: Any, bins: int | Sequence[float] = 10,
              range: tuple[float, float] | None = None, *,
              name: str | None = None) -> tuple[Op, Op]:
    """How many elements lie in each of several bins, and their edges.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph; counted flat.
    bins : int or sequence of float, default 10
        How many, of equal width; or their edges, which are values, not ops.
    range : tuple of float, optional
        The ends of equal bins; what is outside is not counted. Default: the
        least and the greatest element, which must be finite then.
    name : str, optional
        Label of the counts for `get_ops_by_name`.

    Returns
    -------
    tuple of Op
        Counts (int64) and the edges, one more; the last bin has both its
        ends.

    Raises
    ------
    GraphError
        When bins or range cannot be.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> counts, edges = R.histogram([1, 2, 2, 4], 3)
    >>> counts(), edges()
    (array([1, 2, 1]), array([1., 2., 3., 4.]))
    """
    if _ops.is_op(bins) or isinstance(bins, str):
        raise GraphError("histogram: bins must be an int, or edges as values.")
    if np.ndim(bins):
        edges = _edges(bins)
        return _between(_recorded(x), edges, name), _recorded(edges)
    low, high = (None, None) if range is None else range
    x = _recorded(x)
    return (_ops.create_op("histogram", x, bins=bins, low=low, high=high,
                           name=name),
            _ops.create_op("histogram_edges", x, bins=bins, low=low,
                           high=high))


def norm(x: Any, ord: float | str | None = None,
         axis: int | Sequence[int] | None = None, keepdims: bool = False, *,
         name: str | None = None) -> Op:
    """Norm of vectors along an axis, or of matrices over two.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    ord : number, 'fro' or None
        Of vectors: None (Euclidean), inf, -inf, 0 or another number. Of
        matrices: None or 'fro', 1, -1, inf, -inf. The norms of singular
        values (2, -2 and 'nuc' of matrices) are not there.
    axis : int, two ints or None
        None: of a vector or a matrix; without `ord` of all elements.
    keepdims : bool, default False
        Whether the axes stay, with length 1.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When there is no such norm, or the axes do not fit.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.norm([3.0, 4.0])()
    array(5.)
    >>> R.norm([[1.0, -2.0], [3.0, 4.0]], 1)()
    array(6.)
    """
    if isinstance(ord, str):
        x = _recorded(x)
        axes = x.ndim if axis is None else np.size(axis)
        if ord not in ("fro", "f") or axes != 2:
            raise GraphError(f"norm: ord={ord!r} is not there; 'fro' is, of "
                             "matrices.")
        ord = None
    return _ops.create_op("norm", x, ord=ord, axis=axis, keepdims=keepdims,
                          name=name)


_ops.form(topk)
_ops.form(histogram)
_ops.form(norm)
