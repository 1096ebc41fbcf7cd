"""Draws of reductions, scans, orders and statistics."""

from __future__ import annotations

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
