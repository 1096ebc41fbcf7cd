"""What reductions, scans, orders and statistics mean: NumPy's functions."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from .meaning import Line, Param, axes, one_axis, real
from .program import Array


def reduced(function: Line) -> Line:
    """A function of axis and keepdims."""
    return lambda a, axis, keep: function(a, axis=axes(axis), keepdims=bool(keep[0]))


def along(function: Line, **more: Any) -> Line:
    """A function of one axis or none."""
    return lambda a, axis: function(a, axis=one_axis(axis), **more)


def searchsorted(a: Array, v: Array, side: Param) -> Any:
    """Where v would go."""
    assert side is not None
    return np.searchsorted(a, v, side="right" if side[0] else "left")


def number(p: Param) -> float | None:
    """A parameter that is the bits of a float64."""
    return None if p is None else float(struct.unpack("<d", struct.pack("<q", p[0]))[0])


def over(a: Array, axis: Param) -> int | tuple[int, ...] | None:
    """As np.sum takes axes: of a 0-d array axis 0, which other functions refuse."""
    if a.ndim:
        return axes(axis)
    np.sum(a, axis=axes(axis))
    return None


def spread(function: Line) -> Line:
    """Variance or standard deviation."""
    def line(a: Array, axis: Param, keep: tuple[int], ddof: tuple[int]) -> Any:
        return function(real(a), axis=over(a, axis), ddof=ddof[0], keepdims=bool(keep[0]))
    return line


def median(a: Array, axis: Param, keep: tuple[int]) -> Any:
    """The middle; of nothing NaN."""
    return np.median(real(a), axis=over(a, axis), keepdims=bool(keep[0]))


def quantile(a: Array, q: Array, axis: Param, keep: tuple[int]) -> Any:
    """Of a float64, as NumPy's always is when it interpolates."""
    if a.dtype == bool:
        raise TypeError("dtype")
    empty(a, axis)
    return np.asarray(np.quantile(a, q, axis=over(a, axis), keepdims=bool(keep[0])), np.float64)


def percentile(a: Array, *rest: Any) -> Any:
    """Percentiles, or the rank of a value."""
    if len(rest) == 4:
        if rest[3] is not None:
            raise TypeError("value")
        return quantile(a, np.true_divide(rest[0], 100), *rest[1:3])
    axis, keep, value = rest
    if a.dtype == bool or value is None:
        raise TypeError("dtype")
    v = number(value)
    along, keepdims = axes(axis), bool(keep[0])
    below = np.sum(a < np.float64(v), axis=along, keepdims=keepdims)
    equal = np.sum(a == np.float64(v), axis=along, keepdims=keepdims)
    count = np.sum(np.ones(a.shape), axis=along, keepdims=keepdims)
    return 100 * (below + equal * 0.5) / count


def empty(a: Array, axis: Param) -> None:
    """Refuses to reduce nothing, as max does."""
    np.max(a, axis=axes(axis))


def mode(a: Array, axis: Param, keep: tuple[int]) -> Any:
    """The least of the most frequent."""
    empty(a, axis)
    want = np.max(a, axis=axes(axis), keepdims=bool(keep[0]))
    bits = range(a.ndim) if axis is None else {i % a.ndim for i in axis} if a.ndim else ()
    kept = [i for i in range(a.ndim) if i not in bits]
    moved = a.transpose(*kept, *(i for i in range(a.ndim) if i in bits))
    lanes = moved.reshape(want.size, -1) if want.size else np.zeros((0, 1), a.dtype)
    found = []
    for lane in lanes:
        values, counts = np.unique(lane, return_counts=True)
        found.append(values[np.argmax(counts)])
    return np.array(found, a.dtype).reshape(want.shape)


def average(a: Array, *rest: Any) -> Any:
    """Mean, or weighted; weights of sum 0 divide by 0."""
    axis, keep = rest[-2:]
    if len(rest) == 2:
        return np.mean(real(a), axis=over(a, axis), keepdims=bool(keep[0]))
    w = rest[0]
    if a.dtype == bool and w.dtype == np.float32:
        a = a.astype(w.dtype)
    along, keepdims = over(a, axis), bool(keep[0])
    if a.shape != w.shape and (axis is None or len(axis) != 1 or a.ndim == 0):
        raise ValueError("weights")
    try:
        return np.average(a, axis=along, weights=w, keepdims=keepdims)
    except ZeroDivisionError:
        wide = np.result_type(a.dtype, w.dtype, *(() if a.dtype.kind == "f" else (np.float64,)))
        if a.shape != w.shape:
            w = w.reshape([-1 if i == along % a.ndim else 1 for i in range(a.ndim)])  # type: ignore[operator]
        top = np.multiply(a, w, dtype=wide).sum(axis=along, keepdims=keepdims)
        return top / w.sum(axis=along, dtype=wide, keepdims=keepdims)


def norm(a: Array, axis: Param, keep: tuple[int], order: Param) -> Any:
    """numpy.linalg.norm; that of order None without BLAS, whose sums have another order."""
    a, along, keepdims, what = real(a), axes(axis), bool(keep[0]), number(order)
    if a.ndim == 0 and axis is not None:
        raise ValueError("axis")
    matrix = a.ndim == 2 if axis is None else len(axis) == 2
    if what is not None and (np.isnan(what) or matrix and abs(what) == 2):
        raise ValueError("order")
    want = np.linalg.norm(a, what, along, keepdims)
    if what is None or (what == 2 and a.ndim == 1):
        root = np.sqrt(np.sum(a * a, axis=along, keepdims=keepdims))
        assert np.allclose(want, root, rtol=1e-4, atol=1e-30, equal_nan=True) or not np.all(np.isfinite(root))
        return root
    return want


def ptp(a: Array, axis: Param, keep: tuple[int]) -> Any:
    """Greatest minus least."""
    if a.dtype == bool:
        raise TypeError("dtype")
    return np.ptp(a, axis=axes(axis), keepdims=bool(keep[0]))


def count_nonzero(a: Array, axis: Param, keep: tuple[int]) -> Any:
    """As a sum of truths."""
    return np.sum(a != 0, axis=axes(axis), keepdims=bool(keep[0]))


def topk(values: bool) -> Line:
    """The greatest, by a stable order of what is turned around."""
    def line(a: Array, k: tuple[int], axis: Param) -> Any:
        along = one_axis(axis)
        if along is None:
            a, along = a.reshape(-1), 0
        if not 0 <= k[0] <= a.shape[along]:
            raise ValueError("k")
        last = np.argsort(np.flip(a, along), axis=along, kind="stable")
        order = np.flip(a.shape[along] - 1 - last, along)
        index = np.take(order, range(k[0]), along)
        return np.take_along_axis(a, index, along) if values else index
    return line


def histogram(which: int) -> Line:
    """Counts or edges."""
    def line(a: Array, bins: tuple[int], low: Param, high: Param) -> Any:
        if (low is None) != (high is None):
            raise ValueError("range")
        span = None if low is None else (number(low), number(high))
        return np.histogram(a, bins[0], span)[which]  # type: ignore[arg-type]
    return line


def bincount(a: Array, *rest: Any) -> Any:
    """Counts, or sums of weights: of nothing floats as well."""
    weights = rest[0] if len(rest) > 1 else None
    counts = np.bincount(a, weights, rest[-1][0])
    return counts if len(rest) == 1 else counts.astype(np.float64)


LINES: dict[str, Line] = {
    "prod": reduced(np.prod),
    "any": reduced(np.any),
    "all": reduced(np.all),
    "cumsum": along(np.cumsum),
    "cumprod": along(np.cumprod),
    "argsort": along(np.argsort, kind="stable"),
    "searchsorted": searchsorted,
    "variance": spread(np.var),
    "std": spread(np.std),
    "median": median,
    "quantile": quantile,
    "percentile": percentile,
    "mode": mode,
    "average": average,
    "norm": norm,
    "count_nonzero": count_nonzero,
    "ptp": ptp,
    "topk": topk(True),
    "topk_indices": topk(False),
    "histogram": histogram(0),
    "bincount": bincount,
    "histogram_edges": histogram(1),
}

# Two inputs that do not meet in one dtype.
APART = {"quantile", "percentile", "average", "bincount"}

# Zeros compared by value.
BY_VALUE = {"variance", "std", "median", "quantile", "percentile", "mode", "average", "norm", "ptp", "topk", "bincount"}


def norm_near(got: Array, want: Array, params: tuple[Param, ...]) -> Array:
    """Powers may differ in their last bits, and more once taken to a root; the rest is exact."""
    order = number(params[2])
    exact = (got == want) | (np.isnan(got) & np.isnan(want))
    if order is None or order in (0, 1, 2, np.inf, -np.inf):
        return np.asarray(exact)
    return np.asarray(exact | np.isclose(got, want, rtol=64 * float(np.finfo(got.dtype).eps), atol=0))
