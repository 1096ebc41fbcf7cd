"""NumPy's functions whose arguments are others than those of our ops."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import _ops

DROPPED = ("order", "kind", "subok", "casting")


def _op(name: str, *inputs: Any, **params: Any) -> Any:
    return _ops.create_op(name, *inputs, **params)


def _ndim(x: Any) -> int:
    return len(np.shape(x))


def _rows(x: Any) -> Any:
    """At least two axes, as rows."""
    return _op("reshape", x, shape=(1, -1)) if _ndim(x) < 2 else x


def _cut(x: Any, axis: int, start: int, stop: int) -> Any:
    begin, size = [0] * _ndim(x), [-1] * _ndim(x)
    begin[axis], size[axis] = start, max(stop - start, 0)
    return _op("slice", x, begin=begin, size=size)


def split(ary: Any, indices_or_sections: int | Sequence[int], axis: int = 0
          ) -> list[Any]:
    """At NumPy's cut points, or into as many equal parts."""
    axis %= _ndim(ary)
    length = np.shape(ary)[axis]
    if isinstance(indices_or_sections, int):
        parts = indices_or_sections
        if length % parts:
            raise ValueError("array split does not result in an equal "
                             "division")
        cuts = list(range(0, length + 1, length // parts))
    else:
        inner = [slice(None, i).indices(length)[1]
                 for i in indices_or_sections]
        cuts = [0, *inner, length]
    return [_cut(ary, axis, a, b) for a, b in zip(cuts, cuts[1:])]


def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours, n times."""
    axis %= _ndim(a)
    for _ in range(n):
        length = np.shape(a)[axis]
        a = _op("sub", _cut(a, axis, 1, length), _cut(a, axis, 0, length - 1))
    return a


def take(a: Any, indices: Any, axis: int | None = None) -> Any:
    """The same."""
    return _ops.FUNCTIONS["take"](a, indices, axis)


def unique(ar: Any, return_index: bool = False, return_inverse: bool = False,
           return_counts: bool = False, axis: int | None = None) -> Any:
    """The axis comes last."""
    return _ops.FUNCTIONS["unique"](ar, axis, return_index, return_inverse,
                                    return_counts)


def nonzero(a: Any) -> Any:
    """The same."""
    return _ops.FUNCTIONS["nonzero"](a)


def isclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08) -> Any:
    """Whether elements are nearly equal; NaN is to nothing."""
    away = _op("abs", _op("sub", a, b))
    near = _op("less_equal", away,
               _op("add", _op("mul", _op("abs", b), rtol), atol))
    return _op("logical_or", _op("equal", a, b),
               _op("logical_and", near, _op("isfinite", b)))


def allclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08) -> Any:
    """Whether all are."""
    return _op("all", isclose(a, b, rtol, atol))


def array_equal(a1: Any, a2: Any) -> Any:
    """Whether shapes and all elements are equal."""
    if tuple(np.shape(a1)) != tuple(np.shape(a2)):
        return False
    return _op("all", _op("equal", a1, a2))


def pad(array: Any, pad_width: Any, mode: str = "constant",
        constant_values: Any = 0) -> Any:
    """The same."""
    return _ops.FUNCTIONS["pad"](array, pad_width, mode,
                                 constant_values=constant_values)


def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """At the end of an axis; of the flattened array without one."""
    return _op("concat", arr, values, axis=axis)


def vstack(tup: Sequence[Any]) -> Any:
    """Rows below one another."""
    return _op("concat", *map(_rows, tup), axis=0)


def hstack(tup: Sequence[Any]) -> Any:
    """Columns beside one another."""
    return _op("concat", *tup, axis=0 if _ndim(tup[0]) < 2 else 1)


def column_stack(tup: Sequence[Any]) -> Any:
    """Vectors as columns."""
    return _op("concat", *(x if _ndim(x) > 1 else _op(
        "reshape", x, shape=(-1, 1)) for x in tup), axis=1)


def inner(a: Any, b: Any) -> Any:
    """Products summed over the last axis of both."""
    if not (_ndim(a) and _ndim(b)):
        return _op("mul", a, b)
    return tensordot(a, b, axes=((-1,), (-1,)))


def vdot(a: Any, b: Any) -> Any:
    """Products of all elements, summed."""
    return _op("dot", _op("flatten", a), _op("flatten", b))


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Products summed over axes of both."""
    from .array_api import asarray, tensordot

    if not isinstance(axes, int):
        axes = tuple((one,) if isinstance(one, int) else one for one in axes)
    return tensordot(asarray(a), asarray(b), axes=axes)


def reshape(a: Any, newshape: Any) -> Any:
    """The same elements in another shape."""
    return _op("reshape", a, shape=newshape)


def result_type(*arrays_and_dtypes: Any) -> Any:
    """Of the ops' dtypes."""
    return np.result_type(*(getattr(x, "dtype", x) if _ops.is_op(x) else x
                            for x in arrays_and_dtypes))


_HERE: tuple[Any, ...] = (
    split, diff, take, unique, nonzero, isclose, allclose, array_equal, pad,
    append, vstack, hstack, column_stack, inner, vdot, tensordot, reshape,
    result_type)
ADAPTED: dict[str, Callable[..., Any]] = {f.__name__: f for f in _HERE}
ADAPTED |= {
    "shape": lambda a: tuple(a.shape), "size": lambda a: int(a.size),
    "ndim": lambda a: a.ndim, "copy": lambda a: a,
    "atleast_2d": _rows, "row_stack": vstack,
    "atleast_1d": lambda a: a if _ndim(a) else _op("reshape", a, shape=(1,)),
    "empty_like": lambda a, dtype=None: _op("zeros_like", a, dtype=dtype),
}
#: Of the same arguments, under another name or the same.
SAME = {name: name for name in (
    "squeeze", "roll", "tile", "stack", "ravel", "swapaxes", "moveaxis",
    "broadcast_to", "tril", "triu", "trace", "diag", "diagonal", "outer",
    "take_along_axis", "argwhere", "flatnonzero", "repeat", "bincount", "inv",
    "det", "solve", "cholesky", "flip")}
