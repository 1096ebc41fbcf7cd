"""Draws of ops that move, pick and make elements."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .generate import Maker

Draw = tuple[tuple[int, ...], tuple[Any, ...]]


def number(x: float) -> tuple[int]:
    """A FLOAT parameter."""
    return (struct.unpack("<q", struct.pack("<d", x))[0],)


def some(m: Maker, low: int, high: int) -> int:
    """From low to high."""
    return int(m.rng.integers(low, high + 1))


def list_or(m: Maker, values: list[int], p: float = 0.7) -> tuple[int, ...] | None:
    """The list with probability p."""
    return tuple(values) if m.chance(p) else None


def cut(m: Maker, row: dict[str, Any]) -> Draw:
    """Windows of leading axes, some backwards."""
    a = m.pick(1 if m.chance(0.9) else 0)
    begin, size, step = [], [], []
    for n in m.values[a].shape[:some(m, 0, m.values[a].ndim)]:
        by = some(m, 1, 3) * (-1 if m.chance(0.3) else 1)
        at = some(m, 0, n) if n == 0 or m.chance(0.1) else some(m, 0, n - 1)
        most = len(range(at, n, by) if by > 0 else range(at, -1, by) if at < n else ())
        begin.append(at - n if m.chance(0.3) and 0 < at < n else at)
        size.append(-1 if m.chance(0.3) else some(m, 0, most))
        step.append(by)
    if any(by < 0 for by in step) or m.chance(0.6):
        return (a,), (tuple(begin), tuple(size), tuple(step))
    return (a,), (tuple(begin), list_or(m, size), None)


def reverse(m: Maker, row: dict[str, Any]) -> Draw:
    """All axes or some."""
    a = m.pick()
    ndim = m.values[a].ndim
    return (a,), (None if m.chance(0.3) else m.axis_set(ndim, ndim) if ndim else (),)


def squeeze(m: Maker, row: dict[str, Any]) -> Draw:
    """Axes of length 1, one of them or all."""
    a = m.pick()
    if m.chance(0.5):
        shape = [1 if m.chance(0.5) else m.length() for _ in range(some(m, 0, 4))]
        a = m.source(tuple(shape))
    single = [i for i, n in enumerate(m.values[a].shape) if n == 1]
    if not single or m.chance(0.4):
        return (a,), (None,)
    ndim = m.values[a].ndim
    return (a,), (tuple(i - (ndim if m.chance(0.3) else 0) for i in single[:some(m, 1, len(single))]),)


def swapaxes(m: Maker, row: dict[str, Any]) -> Draw:
    """Any two axes."""
    a = m.pick(1)
    ndim = m.values[a].ndim
    return (a,), ((m.axis(ndim),), (m.axis(ndim),))


def moveaxis(m: Maker, row: dict[str, Any]) -> Draw:
    """Some axes to as many places."""
    a = m.pick(1)
    ndim = m.values[a].ndim
    many = some(m, 0, ndim)
    return (a,), tuple(tuple(int(i) - (ndim if m.chance(0.3) else 0) for i in m.rng.permutation(ndim)[:many])
                       for _ in range(2))


def broadcast_to(m: Maker, row: dict[str, Any]) -> Draw:
    """Longer where the length is 1, and more axes."""
    a = m.pick()
    if m.chance(0.6):
        a = m.source(tuple(1 if m.chance(0.5) else m.length() for _ in range(some(m, 0, 3))))
    shape = [m.length() if n == 1 else n for n in m.values[a].shape]
    for _ in range(some(m, 0, 2)):
        shape.insert(0, some(m, 0, 4))
    return (a,), (tuple(shape),)


def diag(m: Maker, row: dict[str, Any]) -> Draw:
    """Of a sequence or a matrix."""
    fit = [i for i, v in enumerate(m.values) if v.ndim in (1, 2) and v.size < 200]
    a = m.choice(fit) if fit and m.chance(0.6) else m.source(tuple(m.length() for _ in range(some(m, 1, 2))))
    return (a,), ((some(m, -4, 4),),)


def diagonal(m: Maker, row: dict[str, Any]) -> Draw:
    """Over two different axes."""
    a = m.pick(2)
    ndim = m.values[a].ndim
    x, y = (int(i) - (ndim if m.chance(0.3) else 0) for i in m.rng.permutation(ndim)[:2])
    return (a,), ((some(m, -3, 3),), (x,), (y,))


def triangle(m: Maker, row: dict[str, Any]) -> Draw:
    """Of matrices; seldom of a sequence."""
    return (m.pick(1 if m.chance(0.1) else 2),), ((some(m, -5, 5),),)


def outer(m: Maker, row: dict[str, Any]) -> Draw:
    """Two not too long ones."""
    fit = [i for i, v in enumerate(m.values) if v.size < 100]
    a = m.choice(fit) if fit and m.chance(0.7) else m.source((m.length(),))
    b = m.choice(fit) if fit and m.chance(0.5) else m.source((m.length(), some(m, 1, 3)))
    return (a, b), ()


def stack(m: Maker, row: dict[str, Any]) -> Draw:
    """One to four of one shape."""
    a = m.pick()
    shape = m.values[a].shape
    fit = [i for i, v in enumerate(m.values) if v.shape == shape]
    more = [m.choice(fit) if m.chance(0.5) else m.source(shape) for _ in range(some(m, 0, 3))]
    return (a, *more), ((m.axis(len(shape) + 1),),)


def tile(m: Maker, row: dict[str, Any]) -> Draw:
    """A few times along some axes."""
    a = m.pick()
    return (a,), (tuple(some(m, 0, 3) if m.chance(0.1) else some(m, 1, 3) for _ in range(some(m, 0, 4))),)


def repeat(m: Maker, row: dict[str, Any]) -> Draw:
    """Along an axis or flat."""
    a = m.pick()
    ndim = m.values[a].ndim
    return (a,), ((some(m, 0, 4),), None if ndim == 0 or m.chance(0.3) else (m.axis(ndim),))


def pad(m: Maker, row: dict[str, Any]) -> Draw:
    """All modes; now and then far more than there is."""
    a = m.pick()
    ndim = m.values[a].ndim
    many = m.choice((1, 2, 2 * ndim)) if ndim else 1
    width = tuple(some(m, 0, 40 if m.chance(0.05) else 4) for _ in range(many))
    mode = some(m, 0, 4) if min(m.values[a].shape, default=1) > 0 else 0
    return (a,), (width, (mode,), number(float(m.choice((0.0, 1.0, -2.5, np.nan) if
                                                        m.values[a].dtype.kind == "f" else (0, 1, 7)))))


def roll(m: Maker, row: dict[str, Any]) -> Draw:
    """Along axes, one of them twice, or flat."""
    a = m.pick()
    ndim = m.values[a].ndim
    if ndim == 0 or m.chance(0.3):
        return (a,), (tuple(some(m, -30, 30) for _ in range(some(m, 1, 2))), None)
    axis = tuple(m.axis(ndim) for _ in range(some(m, 1, 3)))
    return (a,), (tuple(some(m, -9, 9) for _ in range(1 if m.chance(0.4) else len(axis))), axis)


def index(m: Maker, shape: tuple[int, ...], length: int) -> int:
    """A source of indices of an axis."""
    kind = np.dtype(m.choice((np.int32, np.int64)))
    a = m.source(shape, kind)
    values = m.rng.integers(-length, length, shape) if length else np.zeros(shape, int)
    m.values[a][...] = values
    return a


def gather(m: Maker, row: dict[str, Any]) -> Draw:
    """Along an axis or flat; no index, one, or several axes of them."""
    a = m.pick()
    values = m.values[a]
    axis = None if m.chance(0.2) else (m.axis(values.ndim) if values.ndim else some(m, -1, 0),)
    length = values.size if axis is None else values.shape[axis[0]] if values.ndim else 1
    shape = tuple(some(m, 0, 5) if m.chance(0.2) else some(m, 1, 5) for _ in range(some(m, 0, 2)))
    return (a, index(m, shape, length)), (axis,)


def along(m: Maker, row: dict[str, Any]) -> Draw:
    """The other axes as the input's, or 1."""
    a = m.pick(1)
    values = m.values[a]
    if m.chance(0.15):
        return (a, index(m, (some(m, 0, 6),), values.size)), (None,)
    axis = m.axis(values.ndim)
    shape = [1 if m.chance(0.15) else n for n in values.shape]
    shape[axis] = some(m, 0, 6)
    return (a, index(m, tuple(shape), values.shape[axis])), ((axis,),)


def scatter(m: Maker, row: dict[str, Any]) -> Draw:
    """Values of a dtype that goes into the input's; some places often."""
    (a, at), (axis,) = gather(m, row)
    if m.chance(0.5):
        axis = None
        at = index(m, tuple(some(m, 1, 6) for _ in range(some(m, 0, 2))), m.values[a].size)
    values = m.values[a]
    k = axis[0] % max(values.ndim, 1) if axis is not None else 0
    window = m.values[at].shape
    if axis is not None and values.ndim:
        window = (*values.shape[:k], *window, *values.shape[k + 1:])
    shape = tuple(1 if m.chance(0.2) else n for n in window)[some(m, 0, len(window)) if m.chance(0.3) else 0:]
    kinds = [t for t in map(np.dtype, ("bool", "int32", "int64", "float32", "float64"))
             if np.promote_types(t, values.dtype) == values.dtype]
    return (a, at, m.source(shape, m.choice(kinds))), (axis,)


def one_hot(m: Maker, row: dict[str, Any]) -> Draw:
    """Of small integers."""
    a = m.pick() if m.chance(0.3) else index(m, tuple(some(m, 0, 5) for _ in range(some(m, 0, 2))), 6)
    return (a,), ((some(m, 0, 6),), (some(m, 1, 5),))


def lengths(m: Maker, row: dict[str, Any]) -> Draw:
    """All, or one."""
    a = m.pick()
    ndim = m.values[a].ndim
    return (a,), (None if ndim == 0 or m.chance(0.5) else (m.axis(ndim),),)


def scalar(m: Maker, row: dict[str, Any]) -> Draw:
    """Of anything."""
    return (m.pick(),), ()


def filled(m: Maker, row: dict[str, Any]) -> Draw:
    """Any shape and dtype."""
    return (), (m.shape(), (some(m, 1, 5),))


def arange(m: Maker, row: dict[str, Any]) -> Draw:
    """Whole numbers or not, up or down."""
    whole = m.chance(0.5)
    start, stop, step = (float(some(m, -20, 30)) if whole else float(m.rng.normal() * 9) for _ in range(3))
    step = float(some(m, 1, 4)) if whole else abs(step) / 4 + 0.1
    step *= -1 if m.chance(0.2) else 1
    kind = None if m.chance(0.5) else (some(m, 2, 5),)
    if not whole and kind is not None and kind[0] < 4:
        kind = None
    return (), (number(start), None if m.chance(0.3) else number(stop), number(step), kind)


def linspace(m: Maker, row: dict[str, Any]) -> Draw:
    """Ends that differ or not."""
    start, stop = float(m.rng.normal() * 9), float(m.rng.normal() * 9)
    if m.chance(0.2):
        start, stop = float(some(m, -5, 5)), float(some(m, -5, 5))
    return (), (number(start), number(start if m.chance(0.05) else stop), (some(m, 0, 60),), (some(m, 0, 1),),
                (some(m, 1, 5),))


def eye(m: Maker, row: dict[str, Any]) -> Draw:
    """Square or not."""
    return (), ((some(m, 0, 9),), None if m.chance(0.4) else (some(m, 0, 9),), (some(m, -4, 4),), (some(m, 1, 5),))


RULES = {
    "slice": cut, "reverse": reverse, "squeeze": squeeze, "flatten": scalar, "swapaxes": swapaxes,
    "moveaxis": moveaxis, "broadcast_to": broadcast_to, "diag": diag, "diagonal": diagonal, "trace": diagonal,
    "triangle": triangle, "outer": outer, "stack": stack, "tile": tile, "repeat": repeat, "pad": pad, "roll": roll,
    "gather": gather, "along": along, "scatter": scatter, "one_hot": one_hot, "lengths": lengths, "scalar": scalar,
    "filled": filled, "arange": arange, "linspace": linspace, "eye": eye,
}
