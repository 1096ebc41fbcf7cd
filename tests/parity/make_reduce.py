"""Draws of reductions, scans, orders and statistics."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .generate import Maker

Draw = tuple[tuple[int, ...], tuple[Any, ...]]


def do_scan(m: Maker, row: dict[str, Any]) -> Draw:
    """Along an axis, or flat."""
    a = m.pick()
    ndim = m.values[a].ndim
    return (a,), (None if m.chance(0.2) else (m.axis(ndim),),)


def do_search(m: Maker, row: dict[str, Any]) -> Draw:
    """A sorted vector, and whatever is looked for; mostly of its dtype."""
    a = m.source((m.length(),))
    data = m.values[a]
    data[...] = np.sort(data)
    b = m.source(dtype=data.dtype) if m.chance(0.6) else m.pick()
    return (a, b), ((int(m.chance(0.5)),),)


def bits(x: float) -> tuple[int]:
    """A number as a parameter."""
    return (int(struct.unpack("<q", struct.pack("<d", x))[0]),)


def do_reduce(m: Maker, row: dict[str, Any]) -> Draw:
    """Over all, one or several axes; then what else the op takes."""
    inputs, params = m.do_reduce(row)
    if any(name == "ddof" for name, _ in row["params"]):
        params = (*params, (int(m.rng.integers(0, 3)),))
    return inputs, params


def do_quantile(m: Maker, row: dict[str, Any]) -> Draw:
    """Quantiles between the ends, and these."""
    inputs, params = m.do_reduce(row)
    if m.values[inputs[0]].dtype == bool:
        inputs = (m.source(dtype=np.dtype(m.choice((np.float32, np.float64, np.int32, np.int64)))),)
        params = (None, params[1])
    q = m.choice(((), (1,), (3,), (2, 2), (0,)))
    b = m.source(q, np.dtype(np.float64))
    most = 100 if row["name"] == "percentile" else 1
    m.values[b][...] = m.rng.choice([0, 1, 0.5, 0.25, m.rng.random(), m.rng.random()], q) * most
    return (*inputs, b), params


def do_percentile(m: Maker, row: dict[str, Any]) -> Draw:
    """Percentiles, or the rank of one of the elements."""
    if m.chance(0.6):
        inputs, params = do_quantile(m, row)
        return inputs, (*params, None)
    inputs, params = m.do_reduce(row)
    data = m.values[inputs[0]]
    value = float(m.choice(data.reshape(-1))) if data.size else 1.0
    return inputs, (*params, bits(value))


def do_average(m: Maker, row: dict[str, Any]) -> Draw:
    """With and without weights, of the same shape or for one axis."""
    inputs, params = m.do_reduce(row)
    shape = m.values[inputs[0]].shape
    if m.chance(0.3):
        return inputs, params
    if params[0] is not None and len(params[0]) == 1 and shape and m.chance(0.5):
        shape = (shape[params[0][0]],)
    return (*inputs, m.source(shape)), params


def do_norm(m: Maker, row: dict[str, Any]) -> Draw:
    """Vectors and matrices."""
    inputs, (axis, keep) = m.do_reduce(row)
    if m.chance(0.3):
        return inputs, (axis, keep, None)
    if m.chance(0.4) and m.values[inputs[0]].ndim > 1:
        axis = tuple(int(i) for i in m.rng.permutation(m.values[inputs[0]].ndim)[:2])
    order = m.choice((0, 1, 2, -1, np.inf, -np.inf, 3, 0.5))
    return inputs, (axis, keep, bits(order))


def do_topk(m: Maker, row: dict[str, Any]) -> Draw:
    """Some or all."""
    a = m.pick(1)
    axis = None if m.chance(0.1) else m.axis(m.values[a].ndim)
    n = m.values[a].size if axis is None else m.values[a].shape[axis]
    return (a,), ((int(m.rng.integers(0, n + 1)),), None if axis is None else (axis,))


def do_histogram(m: Maker, row: dict[str, Any]) -> Draw:
    """Of finite data, or with a range."""
    a = m.pick()
    data = m.values[a]
    bins = (int(m.choice((1, 2, 3, 10, 100))),)
    if m.chance(0.3):
        ends = sorted((float(m.rng.integers(-9, 9)), float(m.rng.standard_normal() * 5)))
        return (a,), (bins, bits(ends[0]), bits(ends[1]))
    with np.errstate(all="ignore"):
        if data.dtype.kind == "f" and not np.all(np.abs(data) < 1e6):
            a = m.source(data.shape, np.dtype(np.int32))
        elif data.dtype.kind == "i" and not np.all(np.abs(data.astype(np.float64)) < 2**52):
            a = m.source(data.shape, np.dtype(bool))
    return (a,), (bins, None, None)


def do_bincount(m: Maker, row: dict[str, Any]) -> Draw:
    """Small ints, with and without weights."""
    dtype = m.choice((bool, np.int32, np.int64))
    a = m.source((m.choice((0, 1, 5, 17, 300, 5000)),), np.dtype(dtype), least=0)
    if dtype is not bool:
        m.values[a][...] %= dtype(m.choice((1, 3, 20, 1000)))
    minlength = (int(m.choice((0, 0, 7, 2000))),)
    if m.chance(0.5):
        return (a,), (minlength,)
    return (a, m.source(m.values[a].shape)), (minlength,)


RULES = {
    "scan": do_scan, "search": do_search, "reduce": do_reduce, "quantile": do_quantile,
    "percentile": do_percentile, "average": do_average, "norm": do_norm,
    "topk": do_topk, "histogram": do_histogram, "bincount": do_bincount,
}
