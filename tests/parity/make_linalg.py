"""Draws the inputs of linear algebra: matrices far from singular."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import oracle_linalg
from .program import DTYPES, Array

if TYPE_CHECKING:
    from .generate import Maker

SIZES = (1, 2, 3, 4, 7, 8, 15, 16, 33)
LARGE = (63, 64, 65, 130)  # around blocks

Drawn = tuple[tuple[int, ...], tuple[Any, ...]]


def matrices(maker: Maker, batch: tuple[int, ...], positive: bool) -> Array:
    """Square ones, positive definite if asked for; then the upper triangle may be anything."""
    n = 0 if maker.chance(0.03) else int(maker.choice(LARGE if maker.chance(0.05) else SIZES))
    dtype = maker.choice(DTYPES)
    shape = (*batch, n, n)
    if dtype == bool:
        return np.broadcast_to(np.eye(n)[:, ::1 if positive else -1], shape).astype(bool)
    if dtype.kind == "i":
        data = maker.rng.integers(-3, 4, shape).astype(np.float64)
    else:
        data = maker.rng.standard_normal(shape)
    if positive:
        data = data @ np.swapaxes(data, -1, -2)
    if positive or dtype.kind == "i" or maker.chance(0.5):
        data += 3 * n * np.eye(n)
    if positive and dtype.kind == "f" and maker.chance(0.3):
        data = np.where(np.tri(n, dtype=bool), data, np.nan)
    return np.asarray(data.astype(dtype))


def square(maker: Maker, row: dict[str, Any]) -> Drawn:
    """One input; a few times a batch."""
    batch = tuple(int(x) for x in maker.rng.integers(0, 4, int(maker.rng.integers(3)))) if maker.chance(0.5) else ()
    return (maker.put(matrices(maker, batch, row["name"] == "cholesky")),), ()


def solve(maker: Maker, row: dict[str, Any]) -> Drawn:
    """A vector, matrices, or batches that broadcast."""
    batch = (int(maker.choice((1, 2, 3))),) if maker.chance(0.4) else ()
    a = matrices(maker, batch, False)
    n = a.shape[-1]
    if maker.chance(0.3):
        shape: tuple[int, ...] = (*batch, n)
    else:
        shape = (n, int(maker.choice((0, 1, 2, 5, 64, 65))))
        if batch and maker.chance(0.5):
            shape = (1 if maker.chance(0.5) else batch[0], *shape)
        elif batch:
            shape = (1, *shape)
    dtype = maker.choice(DTYPES)
    b = maker.rng.integers(0, 2, shape) if dtype == bool else maker.rng.integers(-5, 6, shape)
    return (maker.put(a), maker.put(b.astype(dtype))), ()


FORMS = ("ij->ji", "ij", "ba", "ij->", "ij->j", "ii->i", "ii", "iij->ji", "...i->i...", "i...->...", "ij,jk", "ij,jk->ki",
         "bij,bjk->bik", "ij,ij->", "ij,ij->i", "i,j->ij", "ij,kj->ikj", "i,i", "ij,jk,kl->il", "ijk,jil->kl",
         "...ij,...jk->...ik", "ij,j->i", "abc,cd->abd", "ii,i->i", "ij,k->ij", " i j , j -> i ", ",ij->ij")


def einsum(maker: Maker, row: dict[str, Any]) -> Drawn:
    """A common form; now and then an axis of 1 that is stretched."""
    text = str(maker.choice(FORMS))
    lengths = {c: int(maker.choice((1, 2, 3, 4, 5, 7, 0) if maker.chance(0.1) else (1, 2, 3, 4, 5, 7))) for c in "abcdijkl"}
    inputs = []
    for part in text.split("->")[0].replace(" ", "").split(","):
        more = tuple(int(x) for x in maker.rng.integers(1, 3, 1)) if "..." in part else ()
        front = part.startswith("...")
        own = tuple(lengths[c] for c in part if c != ".")
        if len(set(part)) == len(part) and own and maker.chance(0.1):
            own = (1, *own[1:])
        inputs.append(maker.source((*more, *own) if front else (*own, *more)))
    return tuple(inputs), (oracle_linalg.packed(text),)
