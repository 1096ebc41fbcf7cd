"""Random numbers: Philox4x32-10 and what is made of it, in NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .meaning import Line, Param
from .oracle_learn import common, number
from .program import DTYPES, Array

MASK = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox(count: int, seed: int, stream: int) -> Array:
    """Blocks 0 to count - 1, of four words each."""
    block = np.arange(count, dtype=np.uint64)
    w = [block & MASK, block >> HALF, np.full(count, stream & 0xFFFFFFFF, np.uint64),
         np.full(count, stream >> 32 & 0xFFFFFFFF, np.uint64)]
    k = [seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF]
    for _ in range(10):
        a, b = w[0] * np.uint64(0xD2511F53), w[2] * np.uint64(0xCD9E8D57)
        w = [(b >> HALF) ^ w[1] ^ np.uint64(k[0]), b & MASK, (a >> HALF) ^ w[3] ^ np.uint64(k[1]), a & MASK]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return np.stack(w, axis=1)


def words(n: int, seed: Param, stream: Param) -> Array:
    """n of 64 bits."""
    assert stream is not None
    w = philox((n + 1) // 2, 0 if seed is None else seed[0], stream[0])
    return np.asarray((w[:, ::2] | w[:, 1::2] << HALF).reshape(-1))


def unit(w: Array) -> Array:
    """53 bits as [0, 1)."""
    return (w >> np.uint64(11)).astype(np.float64) * 2.0**-53


def uniform(n: int, seed: Param, stream: Param, dtype: np.dtype[Any]) -> Array:
    """Of [0, 1)."""
    if dtype == np.float32:
        assert stream is not None
        w = philox((n + 3) // 4, 0 if seed is None else seed[0], stream[0]).reshape(-1)[:n]
        return (w >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24)
    return unit(words(n, seed, stream)[:n])


def normal(n: int, seed: Param, stream: Param, dtype: np.dtype[Any]) -> Array:
    """Box and Muller's pairs."""
    w = words(n + n % 2, seed, stream)
    r = np.sqrt(-2 * np.log(unit(w[::2]) + 2.0**-53))
    angle = unit(w[1::2]) * 6.283185307179586
    pairs = np.stack((r * np.cos(angle), r * np.sin(angle)), axis=1)
    return np.asarray(pairs.reshape(-1)[:n].astype(dtype))


def bits(n: int, seed: Param, stream: Param, below: int) -> Array:
    """64, or multiplied into a range."""
    w = words(n, seed, stream)[:n]
    if below == 0:
        return w.astype(np.int64)
    return np.array([int(x) * below >> 64 for x in w], np.uint64).astype(np.int64)


def shape_of(size: Param) -> tuple[int, ...]:
    """Refused if it is none."""
    shape = () if size is None else size
    if min(shape, default=0) < 0:
        raise ValueError("negative length")
    return shape


def float_of(dtype: Param) -> np.dtype[Any]:
    """A float dtype."""
    if dtype is None or not 1 <= dtype[0] <= 5 or DTYPES[dtype[0] - 1].kind != "f":
        raise ValueError("dtype")
    return DTYPES[dtype[0] - 1]


def random_numbers(size: Param, kind: Param, below: Param, seed: Param, stream: Param, dtype: Param) -> Array:
    """The stream itself."""
    shape, as_float = shape_of(size), float_of(dtype)
    assert kind is not None and below is not None
    n = math.prod(shape)
    if kind[0] == 2:
        return bits(n, seed, stream, below[0] & (2**64 - 1)).reshape(shape)
    return (normal if kind[0] else uniform)(n, seed, stream, as_float).reshape(shape)


def between(*args: Any) -> tuple[Array, list[Array]]:
    """The stream's place, and the bounds in the dtype."""
    *bounds, size, seed, stream, dtype = args
    if len(bounds) == 1:
        raise ValueError("one bound")
    shape, as_float = shape_of(size), float_of(dtype)
    if bounds:
        wide = np.broadcast_shapes(*(b.shape for b in bounds))
        if size is None:
            shape = wide
        elif np.broadcast_shapes(wide, shape) != shape:
            raise ValueError("larger than size")
    with np.errstate(all="ignore"):
        return np.empty(shape, as_float), [b.astype(as_float) for b in bounds]


def random_uniform(*args: Any) -> Array:
    """low + (high - low) u."""
    like, bounds = between(*args)
    u = uniform(like.size, args[-3], args[-2], like.dtype).reshape(like.shape)
    return np.asarray(bounds[0] + (bounds[1] - bounds[0]) * u) if bounds else u


def random_normal(*args: Any) -> Array:
    """mean + deviation z."""
    like, bounds = between(*args)
    z = normal(like.size, args[-3], args[-2], like.dtype).reshape(like.shape)
    return np.asarray(bounds[0] + bounds[1] * z) if bounds else z


def random_integers(low: Param, high: Param, size: Param, seed: Param, stream: Param) -> Array:
    """From low on."""
    assert low is not None
    first, last = (0, low[0]) if high is None else (low[0], high[0])
    if first >= last:
        raise ValueError("empty")
    shape = shape_of(size)
    return bits(math.prod(shape), seed, stream, last - first).reshape(shape) + first


def permutation(x: Array, seed: Param, stream: Param) -> Array:
    """Sorted by random keys."""
    if x.ndim == 0:
        raise ValueError("no axis")
    return np.asarray(x[np.argsort(bits(len(x), seed, stream, 0), kind="stable")])


def random(x: Array, size: Param, seed: Param, stream: Param) -> Array:
    """The first of a permutation; one by an integer."""
    if size is None:
        if len(x) == 0:
            raise ValueError("empty")
        return np.asarray(x[bits(1, seed, stream, len(x))[0]])
    if not 0 <= size[0] <= len(permutation(x, seed, stream)):
        raise ValueError("size")
    return permutation(x, seed, stream)[:size[0]]


def dropout(x: Array, p: Param, seed: Param, stream: Param) -> Array:
    """Kept where the number is not below p."""
    share = number(p)
    if not 0 <= share < 1:
        raise ValueError("p")
    dtype = common(x)
    kept = uniform(x.size, seed, stream, dtype).reshape(x.shape) >= dtype.type(share)
    return np.asarray(np.where(kept, x.astype(dtype) / dtype.type(1 - share), dtype.type(0)))


LINES: dict[str, Line] = {
    "random_numbers": random_numbers,
    "random_uniform": random_uniform,
    "random_normal": random_normal,
    "random_integers": random_integers,
    "permutation": permutation,
    "random": random,
    "dropout": dropout,
}

# Of numbers whose logarithm, sine and cosine may be off by so many epsilons.
CLOSE = {"random_numbers": 16.0, "random_normal": 16.0}


def close(name: str, got: Array, want: Array, inputs: list[Array]) -> Array:
    """Near, by the deviation and what is added."""
    with np.errstate(all="ignore"):
        size = np.abs(want.astype(np.longdouble)) + 9
        for a in inputs:
            size = size + 9 * np.abs(a.astype(np.longdouble))
        bound = CLOSE[name] * np.finfo(got.dtype).eps * size
        return np.asarray((np.abs(got - want) <= bound) | (got == want) | (np.isnan(got) & np.isnan(want)))
