"""Draws of ops whose data decides a length; they come last in a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .program import Array

if TYPE_CHECKING:
    from .generate import Maker

Draw = tuple[tuple[int, ...], tuple[Any, ...]]

# Rules that leave a length to the data: the axis that it has in the result.
BY_DATA = {"unique", "unique_flat", "argwhere", "found", "select", "bincount"}


def declared(rule: str, params: tuple[Any, ...], value: Array) -> tuple[int, ...]:
    """The shape of the value as far as it is known without data: -1 where not."""
    shape = list(value.shape)
    if rule in BY_DATA:
        along = rule == "unique" and params[0] is not None
        shape[params[0][0] if along else 0] = -1
    return tuple(shape)


def fits(shape: tuple[int, ...], declared: tuple[int, ...]) -> bool:
    """Whether a shape is the declared one, as far as that is known."""
    return len(shape) == len(declared) and all(n in (-1, m) for m, n in zip(shape, declared))


def do_unique(m: Maker, row: dict[str, Any]) -> Draw:
    """Elements or slices, some of them twice."""
    a = m.pick()
    if m.chance(0.4):
        shape = m.shape()
        some = m.data((3, *shape[1:]), m.values[a].dtype)
        rows = some[m.rng.integers(0, 3, shape[0])] if shape else some[0]
        a = m.source(shape, m.values[a].dtype)
        m.values[a][...] = rows
    ndim = m.values[a].ndim
    return (a,), ((None,) if ndim == 0 or m.chance(0.4) else ((m.axis(ndim),),))


def do_true(m: Maker, row: dict[str, Any]) -> Draw:
    """Of any shape."""
    return (m.pick(),), ()


def do_find(m: Maker, row: dict[str, Any]) -> Draw:
    """Values, some of which are there."""
    if row["name"] == "flatnonzero":
        return do_true(m, row)
    a = m.pick()
    data = m.values[a]
    b = m.source(m.choice(((), (1,), (3,), (2, 2), (0,))), data.dtype if m.chance(0.8) else None)
    if data.size and m.chance(0.8):
        with np.errstate(all="ignore"):
            m.values[b][...] = m.rng.choice(data.reshape(-1), m.values[b].shape).astype(m.values[b].dtype)
    return (a, b), ()


def do_select(m: Maker, row: dict[str, Any]) -> Draw:
    """A mask over some of the first axes."""
    a = m.pick()
    shape = m.values[a].shape
    return (a, m.source(shape[:int(m.rng.integers(len(shape) + 1))], np.dtype(bool))), ()
