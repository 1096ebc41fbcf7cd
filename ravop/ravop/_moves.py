"""Ops that move and make elements, called in the ways that NumPy has."""
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _index, _ops, _state
from ._errors import GraphError

if TYPE_CHECKING:
    from ._op import Op

WHOLE = 2 ** 53     # ints up to it are float64s


def recorded(x: Any) -> Op:
    """The op itself, or the value as an op."""
    if _ops.is_op(x):
        op: Op = x
        return op
    return _state.current()._record(x, None, None)


def plain(x: Any) -> Any:
    """What an op's value is; anything else as it is."""
    return x() if _ops.is_op(x) else x


def arange(start: float, stop: float | None = None, step: float = 1,
           dtype: Any = None, *, name: str | None = None) -> Op:
    """Numbers from start up to stop, step apart.

    Parameters
    ----------
    start, stop, step : number
        With one number: from 0 up to it.
    dtype : dtype, optional
        int64 for ints, else float64.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When the numbers give no length.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.arange(2, 8, 3)()
    array([2, 5])
    """
    numbers = [plain(x) for x in (start, stop, step)]
    whole = all(x is None or np.asarray(x).dtype.kind in "biu"
                for x in numbers)
    if dtype is None:
        dtype = "int64" if whole else "float64"
    if whole and any(abs(int(x)) > WHOLE for x in numbers if x is not None):
        raise GraphError("arange: ints beyond 2**53 are not there; add one "
                         "to a smaller range.")
    return _ops.call(_ops.ROWS["arange"], (),
                     {"start": numbers[0], "stop": numbers[1],
                      "step": numbers[2], "dtype": dtype, "name": name})


def full(shape: int | Sequence[int], fill_value: Any, dtype: Any = None, *,
         name: str | None = None) -> Op:
    """One value everywhere.

    Parameters
    ----------
    shape : int or tuple of int
        The lengths.
    fill_value : number, array_like or Op
        What broadcasts to the shape; only this is sent.
    dtype : dtype, optional
        Default: the value's.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When the value does not broadcast to the shape.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.full((2, 2), 7)()
    array([[7, 7],
           [7, 7]])
    """
    if not _ops.is_op(fill_value):
        array = np.asarray(fill_value)
        fill_value = array if dtype is None else array.astype(dtype)
    elif dtype is not None:
        fill_value = _ops.create_op("astype", fill_value, dtype=dtype)
    return _ops.create_op("broadcast_to", fill_value, shape=plain(shape),
                          name=name)


def _pairs(x: Op, value: Any) -> Any:
    """Two numbers for each axis, as np.pad spreads them."""
    try:
        return np.broadcast_to(np.asarray(value), (x.ndim, 2))
    except ValueError:
        raise GraphError(f"pad: {value!r} is neither one number, nor two, nor "
                         f"two for each of {x.ndim} axes.") from None


def pad(x: Any, pad_width: Any = None, mode: str = "constant",
        value: Any = 0, *, sequence: Any = None,
        constant_values: Any = None, name: str | None = None) -> Op:
    """Elements added before and after each axis.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    pad_width : int, two ints, or two ints for each axis
        How many; `sequence` is another name.
    mode : {'constant', 'edge', 'reflect', 'symmetric', 'wrap'}
        The value, the edge, or the input mirrored (without or with its ends)
        or again.
    value : number, default 0
        Of 'constant'; `constant_values` as in NumPy may differ by side.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When pad_width does not fit, or there is nothing to mirror.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.pad([1, 2, 3], 2, 'reflect')()
    array([3, 2, 1, 2, 3, 2, 1])
    """
    x = recorded(x)
    width = plain(sequence if pad_width is None else pad_width)
    if width is None:
        raise GraphError("pad needs pad_width=.")
    if np.asarray(width).dtype.kind not in "iu":
        raise GraphError(f"pad: pad_width is {width!r}; it must be ints.")
    if np.min(width, initial=0) < 0:
        raise GraphError(f"pad: pad_width is {width!r}; it cannot be "
                         "negative.")
    row, pairs = _ops.ROWS["pad"], _pairs(x, width)
    fill = plain(value if constant_values is None else constant_values)
    if mode != "constant" or np.ndim(fill) == 0:
        number = fill if np.ndim(fill) == 0 else 0
        made: Op = _ops.call(row, (x, pairs.ravel().tolist(), mode, number),
                             {"name": name})
        return made
    fills = _pairs(x, fill)
    for axis in range(x.ndim):
        for side in (0, 1):
            one = np.zeros_like(pairs)
            one[axis, side] = pairs[axis, side]
            x = _ops.call(row, (x, one.ravel().tolist(), mode,
                                fills[axis, side].item()), {"name": name})
    padded: Op = x
    return padded


def repeat(x: Any, repeats: Any, axis: int | None = None, *,
           name: str | None = None) -> Op:
    """Each element repeated along an axis.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    repeats : int or ints
        How often, all or one after the other.
    axis : int or None
        None: of the flattened input.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When repeats do not fit the axis.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.repeat([1, 2], [2, 3])()
    array([1, 1, 2, 2, 2])
    """
    repeats = np.asarray(plain(repeats))
    row = _ops.ROWS["repeat"]
    if repeats.size == 1:
        return _ops.call(row, (x, repeats.item()),
                         {"axis": axis, "name": name})
    x = recorded(x)
    if axis is None:
        x, axis = _ops.create_op("flatten", x), 0
    if not -x.ndim <= axis < x.ndim:
        raise GraphError(f"repeat: axis {axis} is out of range for {x!r}.")
    n = _index.lengths(x)[axis]
    if repeats.shape != (n,) or repeats.dtype.kind not in "iu" or (
            repeats < 0).any():
        raise GraphError(f"repeat: repeats are {repeats.tolist()}; they must "
                         f"be one int of 0 or more, or {n} such.")
    return _ops.create_op("gather", x, np.repeat(np.arange(n), repeats),
                          axis=axis, name=name)


def places(indices: Any) -> Any:
    """Indices; an empty list of them is one of ints, as for NumPy."""
    if isinstance(indices, (list, tuple)) and np.size(indices) == 0:
        return np.asarray(indices).astype(np.int64)
    return indices


def take(x: Any, indices: Any, axis: int | None = None, *,
         name: str | None = None) -> Op:
    """Elements at indices along an axis, or of the flattened input.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    indices : Op or array_like
        Ints; negative ones count from the end.
    axis : int or None
        None: of the flattened input. `gather` has axis 0 instead.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When there is no such axis.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.take([[5, 6], [7, 8]], [0, 3])()
    array([5, 8])
    """
    return _ops.create_op("gather", x, places(indices), axis=axis, name=name)


def _sizes(parts: Any, length: int) -> list[int]:
    """Sizes of parts: a number of equal ones, or a list, -1 is the rest."""
    if np.ndim(parts) == 0:
        count = int(parts)
        if count < 1 or length % count:
            raise GraphError(f"split: {length} elements are not {count} equal "
                             "parts; give a list of sizes.")
        return [length // count] * count
    sizes = [int(n) for n in parts]
    if sizes.count(-1) == 1:
        sizes[sizes.index(-1)] = length - sum(sizes) - 1
    if sum(sizes) != length or min(sizes, default=0) < 0:
        raise GraphError(f"split: sizes {[int(n) for n in parts]} are not "
                         f"together the {length} elements of the axis.")
    return sizes


def split(x: Any, numOrSizeSplits: Any, axis: int = 0, *,
          name: str | None = None) -> tuple[Op, ...]:
    """Parts of the input along an axis.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    numOrSizeSplits : int or ints
        A number of equal parts, or the size of each (-1 once: the rest).
        NumPy's cut points are np.split's.
    axis : int, default 0
        Along which.
    name : str, optional
        Label of all parts for `get_ops_by_name`.

    Returns
    -------
    tuple of Op

    Raises
    ------
    GraphError
        When the sizes do not fit the axis.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> [part() for part in R.split([1, 2, 3, 4], [1, 3])]
    [array([1]), array([2, 3, 4])]
    """
    x = recorded(x)
    if not -x.ndim <= axis < x.ndim:
        raise GraphError(f"split: axis {axis} is out of range for {x!r}.")
    axis %= x.ndim
    if (length := _index.lengths(x)[axis]) < 0:
        raise GraphError("split needs the length of the axis; call "
                         "compute_shape() first.")
    made, at = [], 0
    for size in _sizes(plain(numOrSizeSplits), length):
        made.append(_ops.create_op(
            "slice", x, begin=[0] * axis + [at],
            size=[-1] * axis + [size], name=name))
        at += size
    return tuple(made)


def set_item(x: Any, key: Any, value: Any, *, name: str | None = None) -> Op:
    """A copy of x in which ``x[key]`` is value.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    key : int, slice, array_like, Op or tuple of them
        As in ``x[key]``.
    value : number, array_like or Op
        What broadcasts to ``x[key]``; converted to the dtype of x.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When there is no such key, or the value does not fit.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.set_item([1, 2, 3, 4], [0, 2], 0)()
    array([0, 2, 0, 4])
    """
    made = _index.put(recorded(x), key, value)
    return made if name is None else _ops.create_op("lin", made, name=name)


_ops.form(arange, method=False)
_ops.form(full, method=False)
_ops.form(pad)
_ops.form(repeat)
_ops.form(take)
_ops.form(split)
_ops.form(set_item)
