"""Single ops with whatever shapes, dtypes and parameters: many that nobody can compute."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import make_data, make_reduce, oracle, oracle_linalg
from .program import DTYPES, LIN, Array, Op


class Wild:
    """Draws one op without regard to its rules."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def number(self, low: int, high: int) -> int:
        """From low to high."""
        return int(self.rng.integers(low, high + 1))

    def shape(self, like: tuple[int, ...] | None) -> tuple[int, ...]:
        """Small; half of the time the first input's."""
        if like is not None and self.number(0, 1):
            return like
        return tuple(self.number(0, 3) for _ in range(self.number(0, 4)))

    def param(self, kind: str) -> tuple[int, ...] | None:
        """Of that kind, in range or not."""
        if kind in ("BOOL", "CHOICE"):
            return (self.number(0, 1),)
        if kind == "INT":
            return (self.number(-4, 4),)
        if kind == "FLOAT":
            return make_reduce.bits((0.0, 1.0, 2.0, np.inf, -3.0, np.nan)[self.number(0, 5)]) if self.number(0, 2) else None
        if kind == "TEXT":
            forms = ("ij", "i", "i,i", "ij,jk->ik", "ii", "...", "...,...", "i->", "i->j", "ij-", "i->ii", "", ",")
            return oracle_linalg.packed(forms[self.number(0, len(forms) - 1)])
        if kind == "DTYPE":
            return (self.number(1, 5),)
        if kind == "INTS":
            return tuple(self.number(-1, 6) for _ in range(self.number(0, 3)))
        if self.number(0, 3) == 0:
            return None
        count = 1 if kind == "AXIS" else self.number(1, 3)
        return tuple(self.number(-4, 3) for _ in range(count))

    def draw(self, row: dict[str, Any]) -> list[Op]:
        """Its sources and the op, declared as NumPy answers; float64 () if it does not."""
        count = self.number(row["min"], min(row["max"], 5))
        ops: list[Op] = []
        for _ in range(count):
            shape = self.shape(ops[0].shape if ops else None)
            dtype = DTYPES[self.number(0, 4)]
            ops.append(Op(LIN, dtype, shape, source=np.ones(shape, dtype)))
        params = tuple(self.param(kind) for _, kind in row["params"])
        if row["shape"] == "expand_dims" and params[0] is None:
            params = ((0,),)
        want = answer(row["name"], [op.source for op in ops if op.source is not None], params)
        dtype, shape = np.dtype(np.float64), ()
        if want is not None:
            dtype, shape = want.dtype, make_data.declared(row["shape"], params, want)
        return [*ops, Op(row["code"], dtype, shape, tuple(range(count)), params, name=row["name"])]


def answer(name: str, inputs: list[Array], params: tuple[Any, ...]) -> Array | None:
    """NumPy's, or None where it raises."""
    try:
        return oracle.apply(name, inputs, params)
    except (TypeError, ValueError, IndexError):
        return None
