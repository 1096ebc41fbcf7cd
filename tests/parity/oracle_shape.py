"""What ops that move, pick and make elements mean: NumPy's functions."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from .meaning import Line, Param, axes, one_axis
from .program import DTYPES, Array

PAD_MODES = ("constant", "edge", "reflect", "symmetric", "wrap")


def number(p: Param) -> float:
    """A FLOAT parameter."""
    return float(struct.unpack("<d", struct.pack("<q", one(p)))[0])


def given(p: Param) -> tuple[int, ...]:
    """A list that has to be there."""
    if p is None:
        raise TypeError("needed")
    return p


def one(p: Param) -> int:
    """An int that has to be there."""
    return given(p)[0]


def dtype(p: Param, default: Any = np.float64) -> Any:
    """A DTYPE parameter."""
    return default if p is None else DTYPES[p[0] - 1]


def indices(a: Array) -> Array:
    """NumPy's functions take bools for 0 and 1 here and there; Raven does not."""
    if a.dtype.kind != "i":
        raise TypeError("indices")
    return a


def cut(a: Array, begin: Param, size: Param, step: Param) -> Any:
    """A slice; what does not lie within the axis is refused."""
    begin, size, step = given(begin), size or (), step or ()
    if max(len(begin), len(size), len(step)) > a.ndim:
        raise ValueError("axes")
    for i in range(a.ndim):
        n, by = a.shape[i], step[i] if i < len(step) else 1
        at = begin[i] if i < len(begin) else 0 if by > 0 else n - 1
        if i < len(begin):
            at += n if at < 0 else 0
            if not 0 <= at <= n:
                raise ValueError("begin")
        picked = range(at, n, by) if by > 0 else range(at, -1, by) if at < n else range(0)
        many = size[i] if i < len(size) else -1
        if many < -1 or many > len(picked):
            raise ValueError("size")
        a = np.take(a, np.array(picked[:many] if many >= 0 else picked, int), axis=i)
    return a


def pad(a: Array, width: Param, mode: Param, value: Param) -> Any:
    """np.pad; pairs by axis come as one list."""
    width, name, filler = given(width), PAD_MODES[one(mode)], number(value)
    if len(width) not in (1, 2, 2 * a.ndim) or min(width, default=0) < 0:
        raise ValueError("pad_width")
    if len(width) < 2 * a.ndim or len(width) != 2 * a.ndim:
        width = tuple((width[0], width[-1]) * a.ndim)
    pairs = list(zip(width[::2], width[1::2]))
    if name != "constant" and any(n == 0 and sum(pair) > 0 for n, pair in zip(a.shape, pairs)):
        raise ValueError("empty")
    for i, (before, after) in enumerate(pairs):  # NumPy 1.24 wraps and mirrors wrongly if that is more than once
        at = np.arange(-before, a.shape[i] + after)
        n = a.shape[i]
        if name == "edge":
            at = np.clip(at, 0, n - 1)
        elif name == "wrap":
            at = at % max(n, 1)
        elif name != "constant":
            period = max(2 * n - (2 if name == "reflect" else 0), 1)
            at = at % period
            at = np.where(at < n, at, period - at - (name == "symmetric"))
        outside = (at < 0) | (at >= n)
        shape = [1] * a.ndim
        shape[i] = len(at)
        if name == "constant":
            a = np.concatenate([a, np.full([1 if k == i else m for k, m in enumerate(a.shape)],
                                           np.float64(filler).astype(a.dtype))], axis=i)
            at = np.where(outside, n, at)
        a = np.take(a, at, axis=i)
    return a


def roll(a: Array, shift: Param, axis: Param) -> Any:
    """np.roll; without a shift or axis it would do nothing."""
    if not given(shift) or axis == ():
        raise ValueError("shift")
    return np.roll(a, axes(shift), axes(axis))  # type: ignore[arg-type]


def triangle(function: Line) -> Line:
    """tril or triu."""
    return lambda a, k: function(a, one(k))


def tile(a: Array, reps: Param) -> Any:
    """np.tile, which does not look at the numbers where there is nothing."""
    if min(given(reps), default=0) < 0:
        raise ValueError("reps")
    return np.tile(a, given(reps))


def repeat(a: Array, repeats: Param, axis: Param) -> Any:
    """np.repeat, which does not look at the number where there is nothing."""
    if one(repeats) < 0:
        raise ValueError("repeats")
    return np.repeat(a, one(repeats), one_axis(axis))


def gather(a: Array, at: Array, axis: Param) -> Any:
    """np.take."""
    return np.take(a, indices(at), one_axis(axis))


def scattered(function: Line) -> Line:
    """Writing by index into a copy."""
    def line(a: Array, at: Array, values: Array, axis: Param) -> Any:
        if np.promote_types(a.dtype, values.dtype) != a.dtype or indices(at).dtype.kind != "i":
            raise TypeError("dtype")
        out = a.copy() if axis is not None and a.ndim else a.reshape(-1).copy()
        axis = axis if a.ndim else (None if axis is None else (axis[0] % 1 if -1 <= axis[0] < 1 else axis[0],))
        k = range(out.ndim)[axis[0]] if axis is not None else 0
        window = (*out.shape[:k], *at.shape, *out.shape[k + 1:])
        if values.ndim > len(window):
            raise ValueError("values")
        values = np.broadcast_to(values, window)
        if values.size == 0:
            return a
        function(out, (slice(None),) * k + (indices(at),), values)
        return out.reshape(a.shape)
    return line


def put(a: Array, key: Any, values: Array) -> None:
    """In order; NumPy does not promise it."""
    a[key] = values


def one_hot(a: Array, depth: Param, kind: Param) -> Any:
    """Ones at the indices."""
    if one(depth) < 0:
        raise ValueError("depth")
    return (a[..., None] == np.arange(one(depth))).astype(dtype(kind))


def lengths(a: Array, index: Param) -> Any:
    """The shape as data."""
    shape = np.array(a.shape, np.int64)
    return shape if index is None else shape[index[0]]


def filled(function: Line) -> Line:
    """zeros or ones."""
    return lambda shape, kind: function(given(shape), dtype(kind))


def arange(start: Param, stop: Param, step: Param, kind: Param) -> Any:
    """np.arange; whole numbers are ints."""
    numbers = [number(p) for p in (start, stop, step) if p is not None]
    whole = all(x.is_integer() for x in numbers)
    if stop is None:
        numbers = [0.0, *numbers]
    if kind is not None and dtype(kind) == bool:
        raise TypeError("bool")
    if numbers[2] == 0:
        raise ValueError("step")
    return np.arange(*numbers, dtype=dtype(kind, np.int64 if whole else np.float64))


def linspace(start: Param, stop: Param, num: Param, endpoint: Param, kind: Param) -> Any:
    """np.linspace."""
    return np.linspace(number(start), number(stop), one(num), bool(one(endpoint)), dtype=dtype(kind))


def eye(n: Param, m: Param, k: Param, kind: Param) -> Any:
    """np.eye."""
    rows, columns = one(n), one(n) if m is None else m[0]
    if min(rows, columns) < 0:
        raise ValueError("length")
    return np.eye(rows, columns, one(k), dtype(kind))


LINES: dict[str, Line] = {
    "slice": cut,
    "reverse": lambda a, axis: np.flip(a, axes(axis)),
    "squeeze": lambda a, axis: np.squeeze(a, axes(axis)),
    "flatten": np.ravel,
    "swapaxes": lambda a, x, y: np.swapaxes(a, one(x), one(y)),
    "moveaxis": lambda a, x, y: np.moveaxis(a, given(x), given(y)),
    "broadcast_to": lambda a, shape: np.broadcast_to(a, given(shape)),
    "diag": lambda a, k: np.diag(a, one(k)),
    "diagonal": lambda a, k, x, y: np.diagonal(a, one(k), one(x), one(y)),
    "trace": lambda a, k, x, y: np.sum(np.array(np.diagonal(a, one(k), one(x), one(y)), order="C"), axis=-1),
    "tril": triangle(np.tril),
    "triu": triangle(np.triu),
    "outer": lambda a, b: np.outer(a, b),
    "stack": lambda *a: np.stack(a[:-1], one(a[-1])),
    "tile": tile,
    "repeat": repeat,
    "pad": pad,
    "roll": roll,
    "gather": gather,
    "take_along_axis": lambda a, at, axis: np.take_along_axis(a, indices(at), one_axis(axis)),
    "scatter": scattered(put),
    "scatter_add": scattered(np.add.at),
    "one_hot_encoding": one_hot,
    "shape": lengths,
    "size": lambda a: np.int64(a.size),
    "arange": arange,
    "linspace": linspace,
    "zeros": filled(np.zeros),
    "ones": filled(np.ones),
    "eye": eye,
}
# Their second input is no operand.
PICKING = {"gather", "take_along_axis"}
