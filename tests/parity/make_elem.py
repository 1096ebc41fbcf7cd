"""Draws of elementwise ops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .program import DTYPES

if TYPE_CHECKING:
    from .generate import Maker

Draw = tuple[tuple[int, ...], tuple[Any, ...]]


def param(m: Maker, row: dict[str, Any], kind: str) -> tuple[int, ...] | None:
    """Of an op of one input: decimals, or a dtype."""
    if kind == "INT":
        return (int(m.rng.integers(-3, 4)) if m.chance(0.9) else int(m.rng.integers(-420, 421)),)
    if row["name"] != "astype" and m.chance(0.4):
        return None
    return (int(m.rng.integers(1, len(DTYPES) + 1)),)


def do_same(m: Maker, row: dict[str, Any]) -> Draw:
    """One input of any shape."""
    return (m.pick(),), tuple(param(m, row, kind) for _, kind in row["params"])


def third(m: Maker, shape: tuple[int, ...]) -> int:
    """A value that broadcasts to the shape."""
    fit = [i for i, v in enumerate(m.values) if m.fits(v.shape, shape) and np.broadcast_shapes(v.shape, shape) == shape]
    if fit and m.chance(0.6):
        return int(m.choice(fit))
    return m.source(tuple(1 if m.chance(0.2) else n for n in shape[int(m.rng.integers(len(shape) + 1)):]))


def do_broadcast(m: Maker, row: dict[str, Any]) -> Draw:
    """One to three that broadcast; exponents and shift counts mostly in range."""
    a = m.pick()
    inputs = [a]
    if row["min"] > 1:
        inputs.append(m.mate(a))
    if row["min"] > 2:
        inputs.append(third(m, np.broadcast_shapes(*(m.values[i].shape for i in inputs))))
    b = inputs[-1]
    if row["name"] in ("pow", "left_shift", "right_shift"):
        if m.values[b].dtype.kind == "i" and m.chance(0.8):
            inputs[-1] = m.source(m.values[b].shape, m.values[b].dtype, least=0)
    elif m.chance(0.5):
        inputs.reverse()
    return tuple(inputs), ()


def do_like(m: Maker, row: dict[str, Any]) -> Draw:
    """A value that broadcasts to the first input's shape."""
    a = m.pick()
    shape = [1 if m.chance(0.3) else n for n in m.values[a].shape]
    value = m.source(tuple(shape[int(m.rng.integers(len(shape) + 1)):]))
    dtype = None if m.chance(0.5) else (int(m.rng.integers(1, len(DTYPES) + 1)),)
    return (a, value), (dtype,)

