"""Reducing, searching, sorting and sets of the standard."""
from __future__ import annotations

import builtins
from typing import Any, NamedTuple

import numpy as np

from .._op import Op
from .._ops import create_op
from ._dtypes import astype

Axes = int | tuple[int, ...] | None
max_ = builtins.max


def _over(name: str, x: Op, axis: Axes, keepdims: bool, **more: Any) -> Op:
    return create_op(name, x, axis=axis, keepdims=keepdims, **more)


def _wide(x: Op, dtype: Any) -> Op:
    """In the dtype asked for; the standard sums float32 in float64."""
    if dtype is None:
        dtype = np.float64 if x.dtype.kind == "f" else np.int64
    return astype(x, dtype, copy=False)


def sum(x: Op, /, *, axis: Axes = None, dtype: Any = None,
        keepdims: bool = False) -> Op:
    """Sum over axes."""
    wide = _wide(x, dtype)
    return astype(_over("sum", wide, axis, keepdims), wide.dtype, copy=False)


def prod(x: Op, /, *, axis: Axes = None, dtype: Any = None,
         keepdims: bool = False) -> Op:
    """Product over axes."""
    wide = _wide(x, dtype)
    return astype(_over("prod", wide, axis, keepdims), wide.dtype, copy=False)


def max(x: Op, /, *, axis: Axes = None, keepdims: bool = False) -> Op:
    """Greatest element over axes."""
    return _over("max", x, axis, keepdims)


def min(x: Op, /, *, axis: Axes = None, keepdims: bool = False) -> Op:
    """Least element over axes."""
    return _over("min", x, axis, keepdims)


def mean(x: Op, /, *, axis: Axes = None, keepdims: bool = False) -> Op:
    """Mean over axes."""
    return _over("mean", x, axis, keepdims)


def var(x: Op, /, *, axis: Axes = None, correction: float = 0.0,
        keepdims: bool = False) -> Op:
    """Variance over axes, divided by n - correction."""
    return _over("variance", x, axis, keepdims, ddof=_whole(correction))


def std(x: Op, /, *, axis: Axes = None, correction: float = 0.0,
        keepdims: bool = False) -> Op:
    """Standard deviation over axes, with n - correction."""
    return _over("std", x, axis, keepdims, ddof=_whole(correction))


def _whole(correction: float) -> int:
    if correction != int(correction):
        raise ValueError(f"correction={correction}: only whole numbers are "
                         "known here")
    return int(correction)


def all(x: Op, /, *, axis: Axes = None, keepdims: bool = False) -> Op:
    """Whether all elements over axes are true."""
    return _over("all", x, axis, keepdims)


def any(x: Op, /, *, axis: Axes = None, keepdims: bool = False) -> Op:
    """Whether an element over axes is true."""
    return _over("any", x, axis, keepdims)


def argmax(x: Op, /, *, axis: int | None = None, keepdims: bool = False) -> Op:
    """Index of the first greatest element."""
    return _over("argmax", x, axis, keepdims)


def argmin(x: Op, /, *, axis: int | None = None, keepdims: bool = False) -> Op:
    """Index of the first least element."""
    return _over("argmin", x, axis, keepdims)


def where(condition: Op, x1: Op, x2: Op, /) -> Op:
    """x1 where the condition is true, else x2."""
    return create_op("where", x1, x2, condition=condition)


def nonzero(x: Op, /) -> tuple[Op, ...]:
    """Indices of the elements that are not zero, one array an axis.

    Raises
    ------
    ValueError
        For an array without axes.
    """
    if not x.ndim:
        raise ValueError("nonzero() of an array without axes")
    flat = create_op("flatnonzero", x)
    made = []
    below = 1       # elements a step along the axis
    for length in reversed(x.shape):
        made.append(create_op("mod", create_op("floor_divide", flat, below),
                              max_(length, 1)))
        below *= max_(length, 1)
    return tuple(reversed(made))


def sort(x: Op, /, *, axis: int = -1, descending: bool = False,
         stable: bool = True) -> Op:
    """Sorted along an axis."""
    del stable      # equal elements cannot be told apart
    up = create_op("sort", x, axis=axis)
    return create_op("reverse", up, axis=axis) if descending else up


def argsort(x: Op, /, *, axis: int = -1, descending: bool = False,
            stable: bool = True) -> Op:
    """Indices that sort along an axis; equal elements keep their order."""
    del stable      # it always is
    if not descending:
        return create_op("argsort", x, axis=axis)
    # Of the reversed: equal elements in reverse order, reversed once more.
    back = create_op("argsort", create_op("reverse", x, axis=axis), axis=axis)
    down = create_op("reverse", back, axis=axis)
    return create_op("sub", x.shape[axis] - 1, down)


class UniqueAll(NamedTuple):
    """What `unique_all` gives."""

    values: Op
    indices: Op
    inverse_indices: Op
    counts: Op


class UniqueCounts(NamedTuple):
    """What `unique_counts` gives."""

    values: Op
    counts: Op


class UniqueInverse(NamedTuple):
    """What `unique_inverse` gives."""

    values: Op
    inverse_indices: Op


def unique_values(x: Op, /) -> Op:
    """Each element once, sorted."""
    return create_op("unique", x)


def unique_counts(x: Op, /) -> UniqueCounts:
    """Each element once, and how often it is there."""
    return UniqueCounts(unique_values(x), create_op("unique_counts", x))


def unique_inverse(x: Op, /) -> UniqueInverse:
    """Each element once, and which of them each element is."""
    back = create_op("unique_inverse", x)
    return UniqueInverse(unique_values(x), create_op(
        "reshape", back, shape=tuple(x.shape)))


def unique_all(x: Op, /) -> UniqueAll:
    """Each element once, where it is first, the inverse, and counts."""
    inverse = unique_inverse(x)
    return UniqueAll(inverse.values, create_op("unique_index", x),
                     inverse.inverse_indices, create_op("unique_counts", x))
