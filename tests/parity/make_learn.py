"""Draws of what learning needs: images, filters, windows, weights."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from . import oracle_learn
from .program import DTYPES

if TYPE_CHECKING:
    from .generate import Maker

Draw = tuple[tuple[int, ...], tuple[Any, ...]]


def number(x: float) -> tuple[int, ...]:
    """A float as a parameter."""
    return struct.unpack("<q", struct.pack("<d", x))


def pair(m: Maker, low: int, high: int) -> tuple[int, ...]:
    """One number for both axes, or one for each."""
    return tuple(int(n) for n in m.rng.integers(low, high + 1, 1 + int(m.chance(0.5))))


def same_axis(m: Maker, row: dict[str, Any]) -> Draw:
    """Of any shape, along an axis or over all."""
    a = m.pick()
    return (a,), (None if m.chance(0.2) else (m.axis(m.values[a].ndim),),)


def layer_norm(m: Maker, row: dict[str, Any]) -> Draw:
    """Over some axes; weights of the last ones."""
    a = m.pick(1)
    shape = m.values[a].shape
    more = [m.source(shape[m.axis(len(shape)):]) for _ in range(int(m.rng.integers(3)))]
    return (a, *more), (m.axis_set(len(shape), len(shape)), number(0.1 if m.chance(0.5) else 1e-5))


def batch_norm(m: Maker, row: dict[str, Any]) -> Draw:
    """Along an axis; with weights, or statistics, too."""
    a = m.pick(1)
    shape = m.values[a].shape
    axis = m.axis(len(shape))
    more = [m.source((shape[axis],), least=0) for _ in range(int(m.choice((0, 2, 4))))]
    return (a, *more), ((axis,), number(0.1 if m.chance(0.5) else 1e-5))


def image(m: Maker) -> int:
    """A few small ones, of a few channels."""
    shape = (int(m.choice((0, 1, 1, 2, 3))), int(m.choice((1, 2, 4, 6))), *(int(n) for n in m.rng.integers(1, 10, 2)))
    return m.source(shape, m.choice(DTYPES))


def slide(m: Maker) -> Draw:
    """Stride, padding, dilation."""
    return (), (pair(m, 1, 3), pair(m, 0, 2), pair(m, 1, 2))


def windows(m: Maker, row: dict[str, Any]) -> Draw:
    """Of any image."""
    a = m.pick(2) if m.chance(0.5) else image(m)
    fill = float(m.choice((0.0, -1.5, 1e300, float("-inf"), float("nan"))))
    return (a,), (pair(m, 1, 3), *slide(m)[1], number(fill))


def windows_sum(m: Maker, row: dict[str, Any]) -> Draw:
    """What windows would have given."""
    (a,), params = windows(m, row)
    dims = m.values[a].shape[-2:]
    shape = oracle_learn.windows(m.values[a], *params).shape
    return (m.source(shape),), (dims, *params[1:4])


def filters(m: Maker, channels: int, groups: int, dtype: Any) -> int:
    """Of an image with so many channels."""
    size = tuple(int(n) for n in m.rng.integers(1, 4, 2))
    return m.source((groups * int(m.choice((1, 2, 3))), channels // groups, *size), dtype)


def conv2d(m: Maker, row: dict[str, Any]) -> Draw:
    """Groups now and then, a bias in half of them; one in four sums over many."""
    x = image(m)
    if m.chance(0.25):
        x = m.source((1, int(m.choice((30, 64))), 4, 5), m.choice(DTYPES))
    channels = m.values[x].shape[1]
    groups = int(m.choice([g for g in (1, 1, 2, channels) if channels % g == 0]))
    w = filters(m, channels, groups, m.values[x].dtype if m.chance(0.8) else m.choice(DTYPES))
    bias = (m.source(m.values[w].shape[:1]),) if m.chance(0.5) else ()
    return (x, w, *bias), (*slide(m)[1], (groups,))


def conv2d_input(m: Maker, row: dict[str, Any]) -> Draw:
    """The gradient of such a convolution's result."""
    (x, w, *_), params = conv2d(m, row)
    shape = oracle_learn.conv2d(m.values[x], m.values[w], *params).shape
    return (m.source(shape, m.values[x].dtype), w), (m.values[x].shape[2:], *params)


def conv2d_weight(m: Maker, row: dict[str, Any]) -> Draw:
    """The same."""
    (x, w, *_), params = conv2d(m, row)
    shape = oracle_learn.conv2d(m.values[x], m.values[w], *params).shape
    return (x, m.source(shape, m.values[x].dtype)), (m.values[w].shape[2:], *params)


def pool2d(m: Maker, row: dict[str, Any]) -> Draw:
    """Windows that overlap, touch, or leave gaps."""
    size = pair(m, 1, 3)
    padding = (int(m.rng.integers(0, min(size) // 2 + 1)),)
    return (image(m),), (size, None if m.chance(0.3) else pair(m, 1, 3), padding)


def seed(m: Maker) -> tuple[Any, ...]:
    """And a stream."""
    streams = (0, 1, 7, 2**40 + 3)
    return (None if m.chance(0.2) else (int(m.rng.integers(-2**63, 2**63)),), (int(m.choice(streams)),))


def size(m: Maker) -> tuple[int, ...] | None:
    """Of random numbers."""
    return None if m.chance(0.1) else m.shape()


def random_numbers(m: Maker, row: dict[str, Any]) -> Draw:
    """Any kind."""
    below = int(m.choice((0, 1, 6, 2**40, -1, -2**63)))
    return (), (size(m), (int(m.rng.integers(3)),), (below,), *seed(m), (int(m.choice((4, 5))),))


def random_between(m: Maker, row: dict[str, Any]) -> Draw:
    """Bounds or none; mostly scalars."""
    if m.chance(0.4):
        return (), (size(m), *seed(m), (int(m.choice((4, 5))),))
    a = m.source(()) if m.chance(0.5) else m.pick()
    b = m.mate(a)
    shape = None
    if m.chance(0.7):
        shape = (*((2,) if m.chance(0.3) else ()), *np.broadcast_shapes(m.values[a].shape, m.values[b].shape))
    return (a, b), (shape, *seed(m), (int(m.choice((4, 5))),))


def random_integers(m: Maker, row: dict[str, Any]) -> Draw:
    """Of small and of wide ranges."""
    low, high = m.choice(((6, None), (-3, 3), (0, 2**40), (-2**63, 2**63 - 1)))
    return (), ((low,), None if high is None else (high,), size(m), *seed(m))


def permutation(m: Maker, row: dict[str, Any]) -> Draw:
    """Of one axis or more."""
    return (m.pick(1),), seed(m)


def random(m: Maker, row: dict[str, Any]) -> Draw:
    """Some or one."""
    a = m.pick(1)
    n = len(m.values[a])
    return (a,), (None if m.chance(0.3) else (int(m.rng.integers(n + 1)),), *seed(m))


def dropout(m: Maker, row: dict[str, Any]) -> Draw:
    """Of anything."""
    return (m.pick(),), (number(float(m.choice((0.0, 0.25, 0.5, 0.9)))), *seed(m))


def max_pool2d_grad(m: Maker, row: dict[str, Any]) -> Draw:
    """Images and the gradient of what was made of them."""
    (a,), params = pool2d(m, row)
    size, stride, padding = params
    shape = oracle_learn.pool(m.values[a], size, stride, padding, 0).shape[:-1]
    return (a, m.source(shape)), params


def avg_pool2d_grad(m: Maker, row: dict[str, Any]) -> Draw:
    """The gradient."""
    (a,), params = pool2d(m, row)
    size, stride, padding = params
    shape = oracle_learn.pool(m.values[a], size, stride, padding, 0).shape[:-1]
    return (m.source(shape),), (m.values[a].shape[2:], *params)


def square_loss(m: Maker, row: dict[str, Any]) -> Draw:
    """Two that broadcast."""
    a = m.pick()
    return (a, m.mate(a)), ((int(m.rng.integers(3)),),)


def cross_entropy(m: Maker, row: dict[str, Any]) -> Draw:
    """Labels that are classes, some of them ignored, or shares."""
    a = m.pick(1)
    shape = m.values[a].shape
    axis = m.axis(len(shape))
    ignore = None if m.chance(0.6) else (int(m.choice((-100, 0, 1))),)
    if m.chance(0.3):
        labels = m.source(shape, DTYPES[int(m.choice((3, 4)))])
    else:
        rest = shape[:axis % len(shape)] + shape[axis % len(shape) + 1:]
        drawn = m.rng.integers(0, max(shape[axis], 1), rest)
        if ignore == (-100,):
            drawn = np.where(m.rng.random(rest) < 0.3, -100, drawn)
        labels = m.put(np.asarray(drawn).astype(DTYPES[int(m.choice((1, 2)))]))
    return (a, labels), ((axis,), ignore, (int(m.chance(0.3)),), (int(m.rng.integers(3)),))


def attention(m: Maker, row: dict[str, Any]) -> Draw:
    """Ordinary numbers, batches, masks."""
    batch = m.choice(((), (2,), (2, 3)))
    rows, columns, length, width = (int(n) for n in m.rng.integers(1, 9, 4))
    dtype = DTYPES[int(m.choice((3, 4)))]
    inputs = [m.put(m.rng.standard_normal((*(batch if m.chance(0.8) else ()), *shape)).astype(dtype))
              for shape in ((rows, length), (columns, length), (columns, width))]
    if m.chance(0.4):
        mask = m.rng.random((rows, columns)) < 0.7
        inputs.append(m.put(mask if m.chance(0.5) else np.where(mask, 0, -1).astype(dtype)))
    return tuple(inputs), ((int(m.chance(0.4)),), None if m.chance(0.5) else number(0.5))


RULES = {
    "max_pool2d_grad": max_pool2d_grad, "avg_pool2d_grad": avg_pool2d_grad, "square_loss": square_loss,
    "square_loss_grad": square_loss, "cross_entropy": cross_entropy, "cross_entropy_grad": cross_entropy,
    "attention": attention,
    "random_numbers": random_numbers, "random_between": random_between, "random_integers": random_integers,
    "permutation": permutation, "random": random, "dropout": dropout,
    "same_axis": same_axis, "layer_norm": layer_norm, "batch_norm": batch_norm, "windows": windows,
    "windows_sum": windows_sum, "conv2d": conv2d, "conv2d_input": conv2d_input, "conv2d_weight": conv2d_weight,
    "pool2d": pool2d,
}
