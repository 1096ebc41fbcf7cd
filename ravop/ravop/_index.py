"""``x[...]``: keys as NumPy has them, read and functionally assigned."""
from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from . import _core, _ops
from ._dtypes import Array, to_array
from ._errors import GraphError

if TYPE_CHECKING:
    from ._op import Op


class OutOfRange(GraphError, IndexError):
    """An index or key that the shape does not have."""


class Part(NamedTuple):
    """A part of a key."""

    kind: str       # 'int', 'slice', 'new', 'rest' or 'array'
    value: Any      # of an array: an array of int64 or an op
    axis: int       # the first it takes
    takes: int      # how many axes of the input


def lengths(x: Any) -> tuple[int, ...]:
    """The shape of an op or array, -1 for what only the data knows."""
    return tuple(int(n) if isinstance(n, (int, np.integer)) and n >= 0
                 else -1 for n in x.shape)


# Keys.


def _mask(shape: tuple[int, ...], mask: Any, axis: int) -> list[Part]:
    """A bool array or op as arrays of indices, one for each of its axes."""
    found = lengths(mask)
    for i, n in enumerate(found):
        if axis + i >= len(shape) or (n != shape[axis + i]
                                      and -1 not in (n, shape[axis + i])):
            raise OutOfRange(
                f"a mask of shape {found} does not fit the axes from {axis} "
                f"on of a tensor of shape {tuple(shape)}.")
    if not _ops.is_op(mask):
        if not found:   # it takes no axis and stands on a new one
            return [Part("array", np.zeros(int(mask), np.int64), axis, 0)]
        return [Part("array", where.astype(np.int64), axis + i, 1)
                for i, where in enumerate(np.nonzero(mask))]
    if not found:
        raise OutOfRange("a mask that is an op needs axes.")
    if len(found) == 1:
        return [Part("array", _ops.create_op("flatnonzero", mask), axis, 1)]
    rows = _ops.create_op("argwhere", mask)
    return [Part("array", _ops.create_op("gather", rows, i, axis=1),
                 axis + i, 1) for i in range(len(found))]


def _part(shape: tuple[int, ...], item: Any, axis: int) -> list[Part]:
    """One of the items of a key."""
    if item is None:
        return [Part("new", None, axis, 0)]
    if isinstance(item, slice):
        return [Part("slice", item, axis, 1)]
    if isinstance(item, (bool, np.bool_)):
        return _mask(shape, np.asarray(item), axis)
    if not _ops.is_op(item):
        try:
            return [Part("int", operator.index(item), axis, 1)]
        except TypeError:
            item = np.asarray(item)
        if item.size == 0 and item.dtype == np.float64:
            item = item.astype(np.int64)
    if item.dtype.kind == "b":
        return _mask(shape, item, axis)
    if item.dtype.kind not in "iu":
        raise OutOfRange(
            f"an index of dtype {item.dtype} is none; indices are ints, "
            "slices, ..., None, and integer or bool arrays or ops.")
    if not _ops.is_op(item):
        item = item.astype(np.int64)
    return [Part("array", item, axis, 1)]


def _takes(item: Any) -> int:
    """How many axes an item takes."""
    if item is None or item is Ellipsis or isinstance(item, (bool, np.bool_)):
        return 0
    if isinstance(item, (slice, int)):
        return 1
    kind = item.dtype if _ops.is_op(item) else np.asarray(item).dtype
    return int(np.ndim(item)) if kind == np.bool_ else 1


def _parts(shape: tuple[int, ...], key: Any) -> list[Part]:
    """A key, its ``...`` written out."""
    items = list(key) if isinstance(key, tuple) else [key]
    dots = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise OutOfRange("a key can have one '...' only.")
    if not dots:
        items.append(Ellipsis)
    rest = len(shape) - sum(map(_takes, items))
    if rest < 0:
        raise OutOfRange(f"too many indices: {len(shape) - rest} for a tensor "
                         f"of {len(shape)} axes.")
    parts: list[Part] = []
    axis = 0
    for item in items:
        found = ([Part("rest", None, axis, rest)] if item is Ellipsis
                 else _part(shape, item, axis))
        parts += found
        axis += sum(part.takes for part in found)
    return parts


def _within(index: Any, length: int, axis: int) -> Any:
    """Concrete indices, or OutOfRange."""
    values = np.asarray(index)
    wrong = values[(values < -length) | (values >= length)]
    if wrong.size:
        raise OutOfRange(f"index {wrong.flat[0]} is out of range for axis "
                         f"{axis}, which has {length} elements.")
    return index


# Ints, slices, None and ...


def _window(n: int, part: Part) -> tuple[int, int, int]:
    """begin, size and step of an axis."""
    whole = (0, -1, 1)
    if part.kind == "array":
        return whole
    if n < 0 and not (part.kind == "slice" and part.value == slice(None)):
        raise GraphError(
            f"the length of axis {part.axis} is known only to the data; "
            "call compute_shape() first.")
    if part.kind == "int":
        _within(part.value, n, part.axis)
        return part.value % n, 1, 1
    if part.value == slice(None):
        return whole
    try:
        start, stop, step = part.value.indices(n)
    except (TypeError, ValueError) as error:
        raise OutOfRange(f"{part.value}: {error}") from None
    picked = range(start, stop, step)
    if len(picked) == 0:
        return 0, 0, 1
    return whole if (start, len(picked), step) == (0, n, 1) else (
        start, len(picked), step)


def _basic(x: Op, parts: list[Part]) -> Op:
    """All but arrays, as views; an array's axis stays whole."""
    shape = lengths(x)
    windows, dropped, added, at = [(0, -1, 1)] * len(shape), [], [], 0
    for part in parts:
        if part.kind == "rest":
            at += part.takes
            continue
        if part.takes:
            windows[part.axis] = _window(shape[part.axis], part)
        if part.kind == "int":
            dropped.append(part.axis)
            continue
        if part.kind == "new" or part.takes == 0:
            added.append(at)
        at += 1
    while windows and windows[-1] == (0, -1, 1):
        windows.pop()
    if windows:
        begin, size, step = (list(values) for values in zip(*windows))
        x = _ops.create_op("slice", x, begin=begin, size=size,
                           step=step if set(step) != {1} else None)
    if dropped:
        x = _ops.create_op("squeeze", x, axis=dropped)
    if added:
        x = _ops.create_op("expand_dims", x, axis=added)
    return x


# Arrays.


def _flat(arrays: list[Any], counts: list[int], axes: list[int]) -> Any:
    """Several arrays of indices as one into their axes flattened."""
    known: Any = np.int64(0)
    unknown: Any = None
    shapes = [lengths(index) for index in arrays]
    try:    # a length that only data knows has to be seen then
        np.broadcast_shapes(*([1 if n < 0 else n for n in shape]
                              for shape in shapes))
    except ValueError:
        raise OutOfRange(f"arrays of indices of shapes {shapes} do not "
                         "broadcast.") from None
    for i, (index, n) in enumerate(zip(arrays, counts)):
        stride = math.prod(counts[i + 1:])
        if _ops.is_op(index):
            # Checks the indices, and counts negative ones from the start.
            place = _ops.create_op(
                "gather", _ops.create_op("arange", n), index)
            place = place * stride if stride != 1 else place
            unknown = place if unknown is None else unknown + place
            continue
        _within(index, n, axes[i])
        known = known + np.where(index < 0, index + n, index) * stride
    if unknown is None:
        return known
    return unknown if np.ndim(known) == 0 and known == 0 else unknown + known


def _picked(x: Op, parts: list[Part]) -> Op:
    """Arrays, and ints beside them, which count as arrays."""
    parts = [part._replace(kind="array", value=np.int64(part.value))
             if part.kind == "int" else part for part in parts]
    picks = [i for i, part in enumerate(parts) if part.kind == "array"]
    together = picks[-1] - picks[0] == len(picks) - 1
    at, axes = 0, []
    for part in parts:
        if part.kind == "array":
            axes.append(at)
        at += part.takes if part.kind == "rest" else 1
    x = _basic(x, parts)
    found = lengths(x)
    counts = [found[axis] for axis in axes]
    arrays = [parts[i].value for i in picks]
    if len(arrays) == 1:
        index, first = arrays[0], axes[0]
        if not _ops.is_op(index) and counts[0] >= 0:
            _within(index, counts[0], parts[picks[0]].axis)
        return _ops.create_op("gather", x, index, axis=first)
    if min(counts) < 0:
        raise GraphError("arrays of indices of several axes need their "
                         "lengths; call compute_shape() first.")
    index = _flat(arrays, counts, [parts[i].axis for i in picks])
    first = axes[0]
    if not together:
        # As NumPy: what the arrays give comes first.
        x = _ops.create_op("moveaxis", x, source=axes,
                           destination=list(range(len(axes))))
        first = 0
    shape = list(lengths(x))
    shape[first:first + len(axes)] = [math.prod(counts)]
    x = _ops.create_op("reshape", x, shape=shape)
    return _ops.create_op("gather", x, index, axis=first)


def get(x: Op, key: Any) -> Op:
    """``x[key]``."""
    if _ops.is_op(key) and key.dtype == np.bool_ and key.ndim:
        _mask(lengths(x), key, 0)
        return _ops.create_op("boolean_index", x, key)
    parts = _parts(lengths(x), key)
    if any(part.kind == "array" for part in parts):
        return _picked(x, parts)
    made = _basic(x, parts)
    return made if made is not x else _ops.create_op("lin", x)


# Assignment.


def _fitting(value: Any, dtype: np.dtype[Any], add: bool) -> Op | Array:
    """The value as what goes into the dtype, as NumPy's assignment casts."""
    if not _ops.is_op(value):
        array = to_array(value)
        if add and not np.can_cast(array.dtype, dtype, "same_kind"):
            raise GraphError(f"{array.dtype} cannot be added to {dtype}; "
                             "convert one of them with astype.")
        with np.errstate(all="ignore"):
            return array.astype(dtype)
    op: Op = value
    if np.promote_types(op.dtype, dtype) == dtype:
        return op
    if add and not np.can_cast(op.dtype, dtype, "same_kind"):
        raise GraphError(f"{op.dtype} cannot be added to {dtype}; convert one "
                         "of them with astype.")
    return _ops.create_op("astype", op, dtype=dtype)


def put(x: Op, key: Any, value: Any, add: bool = False) -> Op:
    """A copy of x with what is at the key set to, or increased by, value."""
    shape = lengths(x)
    if min(shape, default=0) < 0:
        raise GraphError("assignment needs the lengths of its tensor; call "
                         "compute_shape() first.")
    places = _ops.create_op("arange", math.prod(shape), dtype="int64")
    places = get(_ops.create_op("reshape", places, shape=shape), key)
    fitting = _fitting(value, x.dtype, add)
    more = fitting.ndim - places.ndim
    if more > 0 and set(fitting.shape[:more]) == {1}:
        fitting = fitting.reshape(fitting.shape[more:])
    return _ops.create_op("scatter_add" if add else "scatter", x, places,
                          fitting)


class Place:
    """``x.at[key]``: what is there, and copies of x where it is other."""

    def __init__(self, x: Op, key: Any) -> None:
        self._x, self._key = x, key

    def get(self) -> Op:
        """``x[key]``."""
        return get(self._x, self._key)

    def set(self, value: Any) -> Op:
        """A copy of x with the value there.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(approach='local')
        >>> R.t([1, 2, 3]).at[1:].set(0)()
        array([1, 0, 0])
        """
        return put(self._x, self._key, value)

    def add(self, value: Any) -> Op:
        """A copy of x with the value added there, once for each index.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(approach='local')
        >>> R.t([1, 2, 3]).at[[0, 0]].add(5)()
        array([11,  2,  3])
        """
        return put(self._x, self._key, value, True)


class At:
    """``x.at``, to be indexed."""

    def __init__(self, x: Op) -> None:
        self._x = x

    def __getitem__(self, key: Any) -> Place:
        return Place(self._x, key)


class Indexing(_core.Op):
    """What brackets and loops mean."""

    __slots__ = ()

    def __getitem__(self: Any, key: Any) -> Op:
        return get(self, key)

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError("an op never changes, so x[key] = value cannot be; "
                        "use x = x.at[key].set(value) or "
                        "x = R.set_item(x, key, value)")

    def __iter__(self: Any) -> Iterator[Op]:
        if self.ndim == 0:
            raise TypeError("iteration over an op without axes")
        return (get(self, i) for i in range(len(self)))

    def __contains__(self: Any, value: Any) -> bool:
        return bool((self == value).any())

    @property
    def at(self: Any) -> At:
        """``x.at[key].set(value)`` and ``.add(value)``: copies of x.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(approach='local')
        >>> R.t([[1, 2], [3, 4]]).at[0].add(10)()
        array([[11, 12],
               [ 3,  4]])
        """
        return At(self)
