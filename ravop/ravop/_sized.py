"""Ops whose data decides how many there are, as NumPy and 2022 called them."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _ops
from ._dtypes import Array
from ._forms import _recorded
from ._op import Op

if TYPE_CHECKING:
    from collections.abc import Sequence


class Indices(Op):
    """Where each of some values is; calling it gives a list per value.

    To other ops it is one vector, the lists one after the other; so is
    ``np.asarray`` of it.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> where = R.find_indices([7, 8, 7], [7])
    >>> where()
    [array([0, 2])]
    >>> R.gather([10.0, 20.0, 30.0], where)()
    array([10., 30.])
    """

    __slots__ = ("_counts",)

    _counts: Op

    def __call__(self) -> list[Array]:  # type: ignore[override]
        """A list of indices for each value; waits for them.

        Returns
        -------
        list of numpy.ndarray

        Raises
        ------
        OpError
            When the op, or one it depends on, failed.
        """
        flat, counts = self.graph._compute([self, self._counts])
        return np.split(flat, np.cumsum(counts)[:-1]) if counts.size else []

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        array: Array = self.graph._compute([self])[0]
        return array if dtype is None else array.astype(dtype)


def find_indices(x: Any, values: Any, *, name: str | None = None) -> Op:
    """Where each of some values is in the flattened input.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    values : Op or array_like
        What is looked for; NaN is nowhere.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Indices
        Calling it gives a list of indices for each value; other ops take it
        as one vector of int64, the lists one after the other.

    Raises
    ------
    GraphError
        When x or values are no tensor.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.find_indices([2, 1, 1, 3, 1], [2, 1])()
    [array([0]), array([1, 2, 4])]
    """
    x, values = _recorded(x), _recorded(values)
    flat = _ops.create_op("found_indices", x, values, name=name)
    made: Indices = flat.graph._hand(Indices, flat.id)
    made._counts = _ops.create_op("found_counts", x, values)
    return made


def nonzero(x: Any, *, name: str | None = None) -> tuple[Op, ...]:
    """Indices of the elements that are not zero, one op an axis.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph; a scalar counts as one of an
        axis of length 1.
    name : str, optional
        Label of the first for `get_ops_by_name`.

    Returns
    -------
    tuple of Op
        As many as x has axes, int64, in C order of the elements.

    Raises
    ------
    GraphError
        When x is no tensor.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> rows, columns = R.nonzero([[0, 5], [7, 0]])
    >>> rows(), columns()
    (array([0, 1]), array([1, 0]))
    """
    x = _recorded(x)
    if x.ndim == 0:
        x = _ops.create_op("reshape", x, shape=(1,))
    found = _ops.create_op("argwhere", x)
    made = [_ops.create_op("gather", found, axis, axis=1)
            for axis in range(x.ndim)]
    if name is not None:
        made[0].graph._label(made[0], name)
    return tuple(made)


def unique(x: Any, axis: int | None = None, return_index: bool = False,
           return_inverse: bool = False, return_counts: bool = False, *,
           name: str | None = None) -> Op | tuple[Op, ...]:
    """Sorted unique elements, NaN once; with axis, unique slices of it.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    axis : int, optional
        Whose slices are compared; of those, each with a NaN is its own.
    return_index : bool, default False
        Also where each comes first.
    return_inverse : bool, default False
        Also which of the unique elements each element is, flat.
    return_counts : bool, default False
        Also how often each comes.
    name : str, optional
        Label of the elements for `get_ops_by_name`.

    Returns
    -------
    Op or tuple of Op
        The elements; with them, in this order, what else was asked for.

    Raises
    ------
    GraphError
        When the axis does not fit.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.unique([3, 1, 3])()
    array([1, 3])
    >>> values, counts = R.unique([3, 1, 3], return_counts=True)
    >>> values(), counts()
    (array([1, 3]), array([1, 2]))
    """
    x = _recorded(x)
    made = [_ops.create_op("unique", x, axis=axis, name=name)]
    more: Sequence[tuple[bool, str]] = (
        (return_index, "unique_index"), (return_inverse, "unique_inverse"),
        (return_counts, "unique_counts"))
    made += [_ops.create_op(row, x, axis=axis) for asked, row in more if asked]
    return made[0] if len(made) == 1 else tuple(made)


_ops.form(find_indices)
_ops.form(nonzero)
_ops.form(unique)
