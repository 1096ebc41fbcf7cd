"""Seeded random groups of ops: chains over random shapes, dtypes, parameters, data.

usage: python3 -m parity.generate BUILD SEED COUNT OUT   (in tests/)

Writes COUNT programs and half as many damaged ones to OUT, as raven-run reads
them, and to OUT.lines what BUILD/raven-run makes of them: a line of digests
and error codes each.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import make_data, make_elem, make_learn, make_linalg, make_reduce, make_shape, oracle
from .program import DTYPES, LIN, Array, Job, Op, pack, run

MOST = 3000  # elements of a value, mostly
LIMIT = 70000  # always
RANK = 4  # of sources
LENGTHS = (1, 2, 3, 4, 5, 7, 8, 9, 16, 17)
LONG = (33, 64, 100, 129, 300, 1023, 1025, 2500, 8192, 8193, 17000)
DEEP = (127, 255, 256, 257, 300, 513, 700)  # lengths a product sums over
WIDE = ((241, 257, 33), (250, 300, 17), (5, 260, 2100), (1, 700, 2049))  # past every block
SPECIAL = (0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 5e-324, -1e-310, 1e-40, 1e308, -3e38, 0.5, 2.0)

Table = list[dict[str, Any]]


@dataclass
class Group:
    """A program's ops, and what NumPy makes of them (for shapes only)."""

    seed: int
    ops: list[Op]

    def computed(self) -> list[int]:
        """The ops that are not sources."""
        return [i for i, op in enumerate(self.ops) if op.source is None]

    def whole(self) -> Job:
        """Every op exported."""
        return pack(self.ops, set(self.computed()))

    def some(self) -> Job:
        """A part exported, so that the rest may be fused, viewed, overwritten."""
        ops = self.computed()
        rng = np.random.default_rng(self.seed)
        picked = rng.permutation(ops)[:1 + int(rng.integers(1 + len(ops) // 3))]
        return pack(self.ops, {int(i) for i in picked})

    def __str__(self) -> str:
        lines = [f"group {self.seed}"]
        for i, op in enumerate(self.ops):
            lines.append(f"  {i}: {op.name}{list(op.inputs)} {op.params} -> {op.dtype}{list(op.shape)}")
        return "\n".join(lines)


class Maker:
    """Draws one group."""

    def __init__(self, table: Table, seed: int) -> None:
        self.table = table
        self.rng = np.random.default_rng(seed)
        self.group = Group(seed, [])
        self.values: list[Array] = []
        self.last: list[Op] = []

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return bool(self.rng.random() < p)

    def choice(self, items: Any) -> Any:
        """One of a sequence."""
        return items[int(self.rng.integers(len(items)))]

    def length(self) -> int:
        """Of an axis."""
        return 0 if self.chance(0.03) else int(self.choice(LENGTHS))

    def shape(self) -> tuple[int, ...]:
        """Any, of at most MOST elements; now and then long."""
        if self.chance(0.04):
            long = int(self.choice(LONG))
            return self.choice(((long,), (2, long), (long, 3), (1, long, 1)))  # type: ignore[no-any-return]
        shape = [self.length() for _ in range(int(self.rng.integers(RANK + 1)))]
        while math.prod(shape) > MOST:
            shape.pop()
        return tuple(shape)

    def floats(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Ordinary numbers, small integers, or any bits; specials among them."""
        style = self.rng.random()
        if style < 0.6:
            data = self.rng.standard_normal(shape) * 10.0 ** self.rng.integers(-3, 4)
        elif style < 0.8:
            data = self.rng.integers(-6, 7, shape).astype(np.float64)
        else:
            bits = self.rng.integers(0, 256, (*shape, dtype.itemsize), dtype=np.uint8)
            data = bits.view(dtype).reshape(shape)
        with np.errstate(all="ignore"):
            data = np.asarray(data).astype(dtype)
        if self.chance(0.4):
            mask = self.rng.random(shape) < 0.1
            with np.errstate(all="ignore"):
                data = np.where(mask, self.rng.choice(SPECIAL, shape).astype(dtype), data)
        return np.asarray(data)

    def data(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """A source's elements."""
        if dtype.kind == "f":
            return self.floats(shape, dtype)
        if dtype == bool:
            return np.asarray(self.rng.integers(0, 2, shape).astype(bool))
        info = np.iinfo(dtype)
        if self.chance(0.7):
            return np.asarray(self.rng.integers(-9, 10, shape).astype(dtype))
        data = self.rng.integers(info.min, info.max, shape, dtype, endpoint=True)
        return np.asarray(np.where(self.rng.random(shape) < 0.1, info.min, data).astype(dtype))

    def source(self, shape: tuple[int, ...] | None = None, dtype: np.dtype[Any] | None = None,
               least: int | None = None) -> int:
        """A new source; least: none of its elements below that."""
        shape = self.shape() if shape is None else shape
        dtype = self.choice(DTYPES) if dtype is None else dtype
        data = self.data(shape, dtype)
        if least is not None:
            data = np.maximum(data, dtype.type(least))
        return self.put(data)

    def put(self, data: Array) -> int:
        """These elements as a new source."""
        data = np.ascontiguousarray(data).reshape(data.shape)
        self.group.ops.append(Op(LIN, data.dtype, data.shape, source=data, given=self.chance(0.3)))
        self.values.append(data)
        return len(self.values) - 1

    def pick(self, least_rank: int = 0) -> int:
        """An earlier value or a new source, of at least that rank."""
        fit = [i for i, v in enumerate(self.values) if v.ndim >= least_rank]
        if fit and self.chance(0.75):
            return int(self.choice(fit[-4:] if self.chance(0.7) else fit))
        shape = self.shape()
        return self.source(shape + (self.length(),) * (least_rank - len(shape)))

    def mate(self, a: int) -> int:
        """A value that broadcasts with a."""
        shape = list(self.values[a].shape)
        fit = [i for i, v in enumerate(self.values) if self.fits(v.shape, tuple(shape))]
        if fit and self.chance(0.5):
            return int(self.choice(fit))
        shape = [1 if self.chance(0.25) else n for n in shape[int(self.rng.integers(len(shape) + 1)) if
                                                              self.chance(0.3) else 0:]]
        if len(shape) < RANK and self.chance(0.15):
            shape.insert(0, int(self.rng.integers(1, 4)))
        shape = [int(self.rng.integers(1, 5)) if n == 1 and self.chance(0.2) else n for n in shape]
        if not self.fits(tuple(shape), self.values[a].shape):
            shape = list(self.values[a].shape)
        return self.source(tuple(shape))

    @staticmethod
    def fits(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
        """Whether they broadcast, to no more than LIMIT elements."""
        try:
            return math.prod(np.broadcast_shapes(a, b)) <= LIMIT
        except ValueError:
            return False

    def axis(self, ndim: int) -> int:
        """From either end."""
        return int(self.rng.integers(-ndim, ndim)) if ndim else 0

    def axis_set(self, ndim: int, most: int) -> tuple[int, ...]:
        """Some axes, in any order, from either end."""
        n = int(self.rng.integers(0 if self.chance(0.1) else min(1, most), most + 1))
        return tuple(int(i) - (ndim if self.chance(0.3) else 0) for i in self.rng.permutation(ndim)[:n])

    # One method for each shape rule: inputs and parameters.

    def do_matmul(self, row: dict[str, Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        """A product; one in four sums over many, a few need several blocks."""
        if self.chance(0.02):
            m, k, n = self.choice(WIDE)
            dtypes = (self.choice(DTYPES), self.choice(DTYPES))
            return (self.source((m, k), dtypes[0]), self.source((k, n), dtypes[1])), ()
        a = self.pick(1)
        if self.chance(0.25):
            rows = () if self.chance(0.2) else (int(self.choice((1, 2, 5, 8, 13))),)
            a = self.source((*rows, int(self.choice(DEEP))), self.choice(DTYPES))
        shape = self.values[a].shape
        columns = int(self.choice((*LENGTHS, 33, 50)))
        kind = self.rng.random()
        if kind < 0.3:
            return (a, self.source((shape[-1],))), ()
        if kind < 0.7 or len(shape) < 3:
            batch: tuple[int, ...] = (2,) if kind > 0.9 else ()
        else:
            batch = tuple(1 if self.chance(0.3) else n for n in shape[:-2])
        return (a, self.source((*batch, shape[-1], columns))), ()

    def do_dot(self, row: dict[str, Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        """As a product, or with a scalar, or with more axes."""
        if self.chance(0.2):
            pair = (self.pick(), self.source(()))
            return (pair if self.chance(0.5) else pair[::-1]), ()
        if self.chance(0.2):
            a = self.source(tuple(int(n) for n in self.rng.integers(1, 6, int(self.rng.integers(1, 4)))))
            return (a, self.source((2, 3, self.values[a].shape[-1], 4))), ()
        (a, b), _ = self.do_matmul(row)
        shape = self.values[b].shape
        return (a, b if len(shape) <= 2 else self.source(shape[-2:])), ()

    def do_transpose(self, row: dict[str, Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        """Reversed, permuted, or two axes swapped."""
        a = self.pick(2 if self.chance(0.8) else 0)
        ndim = self.values[a].ndim
        if self.chance(0.3):
            return (a,), (None,)
        if ndim > 2 and self.chance(0.4):
            return (a,), ((self.axis(ndim), self.axis(ndim)),)
        return (a,), (tuple(int(i) - (ndim if self.chance(0.3) else 0) for i in self.rng.permutation(ndim)),)

    def do_reduce(self, row: dict[str, Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        """Over all, one or several axes."""
        a = self.pick()
        ndim = self.values[a].ndim
        axis: tuple[int, ...] | None = None
        if self.chance(0.8):
            single = dict(row["params"])["axis"] == "AXIS"
            axis = (self.axis(ndim),) if single or ndim == 0 else self.axis_set(ndim, ndim)
        return (a,), (axis, (int(self.chance(0.5)),))

    def do_sort(self, row: dict[str, Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        """Along an axis, or flat."""
        a = self.pick()
        ndim = self.values[a].ndim
        return (a,), ((None,) if ndim == 0 or self.chance(0.2) else ((self.axis(ndim),),))

    def do_reshape(self, row: dict[str, Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        """The same elements over other axes, one of them left open."""
        a = self.pick()
        shape: list[int] = []
        rest = size = self.values[a].size
        while rest > 1 and len(shape) < RANK - 1 and self.chance(0.8):
            divisors = [d for d in (1, 2, 3, 4, 5, 7, 8, 9, 16, 17) if rest % d == 0]
            shape.append(int(self.choice(divisors)))
            rest //= shape[-1]
        shape.append(rest)
        if size == 1 and self.chance(0.5):
            shape = []
        self.rng.shuffle(shape)
        if shape and size > 0 and self.chance(0.5):
            shape[int(self.rng.integers(len(shape)))] = -1
        return (a,), (tuple(int(n) for n in shape),)

    def do_concat(self, row: dict[str, Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        """One to four, joined along an axis or flat."""
        a = self.pick()
        shape = self.values[a].shape or (1,)
        if self.chance(0.2):
            return (a, *(self.pick() for _ in range(int(self.rng.integers(3))))), (None,)
        axis = self.axis(len(shape))
        inputs = [a]
        for _ in range(int(self.rng.integers(4))):
            fit = [i for i, v in enumerate(self.values) if len(v.shape or (1,)) == len(shape) and all(
                x == y for k, (x, y) in enumerate(zip(v.shape or (1,), shape)) if k != axis % len(shape))]
            if self.chance(0.5):
                inputs.append(int(self.choice(fit)))
            else:
                other = list(shape)
                other[axis] = self.length()
                inputs.append(self.source(tuple(other)))
        return tuple(inputs), ((axis,),)

    def do_expand_dims(self, row: dict[str, Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
        """One or two axes more."""
        a = self.pick()
        more = int(self.rng.integers(1, 3))
        ndim = self.values[a].ndim + more
        if ndim > 6:
            return self.do_expand_dims({"name": ""}) if self.chance(0.9) else ((self.source(()),), ((0,),))
        picked = [int(i) for i in self.rng.permutation(ndim)[:more]]
        return (a,), (tuple(i - (ndim if self.chance(0.3) else 0) for i in picked),)

    RULES = {
        "unique": make_data.do_unique, "unique_flat": make_data.do_unique, "unique_inverse": make_data.do_unique,
        "argwhere": make_data.do_true, "found": make_data.do_find, "values": make_data.do_find,
        "select": make_data.do_select,
        **make_shape.RULES,
        "einsum": make_linalg.einsum, "square": make_linalg.square, "solve": make_linalg.solve,
        "source": make_elem.do_same, "same": make_elem.do_same, "broadcast": make_elem.do_broadcast,
        "like": make_elem.do_like, "matmul": do_matmul, "dot": do_dot,
        **make_learn.RULES,
        "transpose": do_transpose, "sort": do_sort, "reshape": do_reshape,
        "concat": do_concat, "expand_dims": do_expand_dims,
        **make_reduce.RULES,
    }

    def record(self, row: dict[str, Any]) -> bool:
        """One op of this row; False when its draw has no answer in NumPy."""
        try:
            inputs, params = self.RULES[row["shape"]](self, row)
            value = oracle.apply(row["name"], [self.values[i] for i in inputs], params)
        except (TypeError, ValueError, IndexError) as error:
            if "negative integer powers" not in str(error):
                return False
            value = np.zeros(np.broadcast_shapes(*(self.values[i].shape for i in inputs)),
                             np.result_type(*(self.values[i].dtype for i in inputs)))
        if value.size > LIMIT or value.ndim > 6:
            return False
        shape = make_data.declared(row["shape"], params, value)
        op = Op(row["code"], value.dtype, shape, inputs, params, name=row["name"])
        if -1 in shape:  # nothing in the program may use it
            self.last.append(op)
            return True
        self.group.ops.append(op)
        self.values.append(value)
        return True

    def make(self, row: dict[str, Any]) -> Group:
        """A group of one to twelve ops, this one among them."""
        while not self.record(row):
            pass
        for _ in range(int(self.rng.integers(12))):
            self.record(self.choice(self.table))
        self.group.ops += self.last
        return self.group


def load_table(build: Path) -> Table:
    """The op table of this build."""
    text = subprocess.run([build / "parity-table"], stdout=subprocess.PIPE, check=True).stdout
    table: Table = json.loads(text)
    return table


def groups(table: Table, seed: int, count: int) -> list[Group]:
    """Seeds from seed on, every op in turn; a seed alone says which group it is."""
    return [Maker(table, i).make(table[i % len(table)]) for i in range(seed, seed + count)]


def damage(job: Job, seed: int) -> Job:
    """The job with a few bytes of its program's tables changed, as a stranger might send it."""
    rng = np.random.default_rng(seed)
    program = bytearray(job.program)
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(min(len(program), 600)))
        program[at] = int(rng.choice([0, 1, 2, 3, 4, 5, 127, 255, program[at] ^ 1, program[at] + 1 & 255]))
    return Job(bytes(program), job.given)


def main(args: list[str]) -> None:
    """Writes programs and what this build computes."""
    build, seed, count, out = Path(args[0]), int(args[1]), int(args[2]), Path(args[3])
    jobs = [g.whole() for g in groups(load_table(build), seed, count)]
    jobs += [damage(job, seed + i) for i, job in enumerate(jobs[:count // 2])]
    out.write_bytes(b"".join(job.stream(1 << 50) for job in jobs))
    lines = [outcome.line() for outcome in run(build / "raven-run", jobs)]
    out.with_suffix(".lines").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
