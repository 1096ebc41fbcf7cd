"""What may not change a bit: how values lie in memory, how rows are split over groups.

The compilers, tiles, budgets and exports that may not either are in test_parity.py.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from parity.generate import Group, Table, groups, load_table  # noqa: E402
from parity.program import LIN, Array, Job, Op, Outcome, pack, run  # noqa: E402

BUILD = Path(os.environ.get("RAVEN_BUILD", ROOT / "build"))
RUNNER = BUILD / "raven-run"
SEED = int(os.environ.get("RAVEN_SEED", "1"))
COUNT = int(os.environ.get("RAVEN_GROUPS", "2000")) // 4
ELEMENTWISE = ("same", "broadcast")

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(scope="module")
def table() -> Table:
    return load_table(BUILD)


@pytest.fixture(scope="module")
def made(table: Table) -> list[Group]:
    with np.errstate(all="ignore"):
        return groups(table, SEED, COUNT)


@pytest.fixture(scope="module")
def computed(made: list[Group]) -> list[Outcome]:
    return run(RUNNER, [g.whole() for g in made])


def turned(group: Group, code: int) -> tuple[Job, dict[int, int]]:
    """The group with every source handed in transposed, as a view of that; where each op is."""
    ops: list[Op] = []
    place: dict[int, int] = {}
    for i, op in enumerate(group.ops):
        if op.source is not None and op.source.ndim > 1:
            flat = np.ascontiguousarray(op.source.T)
            ops.append(replace(op, source=flat, shape=flat.shape))
            op = Op(code, op.dtype, op.shape, (len(ops) - 1,), (None,))
        else:
            op = replace(op, inputs=tuple(place[k] for k in op.inputs))
        place[i] = len(ops)
        ops.append(op)
    return pack(ops, {place[i] for i in group.computed()}), place


def test_views_compute_the_same_bits(table: Table, made: list[Group], computed: list[Outcome]) -> None:
    code = next(row["code"] for row in table if row["name"] == "transpose")
    views = [turned(group, code) for group in made]
    for group, want, (_, place), got in zip(made, computed, views, run(RUNNER, [job for job, _ in views])):
        for i in group.computed():
            assert got.digests.get(place[i]) == want.digests.get(i), f"op {i}\n{group}"
            assert got.errors.get(place[i]) == want.errors.get(i), f"op {i}\n{group}"


def rows_of(row: dict[str, Any], op: Op, inputs: list[Array]) -> list[bool] | None:
    """Which inputs are split with the output's first axis; None: it cannot be."""
    n = len(op.shape)
    if n == 0 or op.shape[0] < 2:
        return None
    if row["shape"] in ELEMENTWISE and row["name"] != "pow":
        return [x.ndim == n and x.shape[0] == op.shape[0] for x in inputs]
    if row["shape"] == "matmul" and [x.ndim for x in inputs] == [2, 2]:
        return [True, False]
    if row["shape"] == "square" and inputs[0].ndim == 3:
        return [True]
    if row["name"] in ("sum", "mean", "max", "argmax", "sort") and inputs[0].ndim > 1:
        axis = op.params[0]
        if axis is not None and len(axis) == 1 and axis[0] % inputs[0].ndim == inputs[0].ndim - 1:
            return [True]
    return None


def parts(op: Op, inputs: list[Array], split: list[bool], at: int) -> Iterator[Job]:
    """The rows before at, and those from there on, as programs of their own."""
    for rows in (slice(0, at), slice(at, None)):
        given = [np.ascontiguousarray(x[rows] if s else x) for x, s in zip(inputs, split)]
        ops = [Op(LIN, x.dtype, x.shape, source=x) for x in given]
        first = len(range(op.shape[0])[rows])
        ops.append(replace(op, shape=(first, *op.shape[1:]), inputs=tuple(range(len(given)))))
        yield pack(ops, {len(given)})


def test_rows_split_over_groups_have_the_same_bits(
        table: Table, made: list[Group], computed: list[Outcome]) -> None:
    rows = {row["code"]: row for row in table}
    jobs: list[Job] = []
    wanted: list[tuple[Array, str]] = []
    for group, outcome in zip(made, computed):
        for i in group.computed():
            op = group.ops[i]
            inputs = [group.ops[k].source if group.ops[k].source is not None else outcome.values.get(k)
                      for k in op.inputs]
            known = [x for x in inputs if x is not None]
            split = rows_of(rows[op.code], op, known) if len(known) == len(inputs) else None
            if split is None or i not in outcome.values or sum(x.nbytes for x in known) > 1 << 20:
                continue
            jobs += parts(op, known, split, 1 + (SEED + i) % (op.shape[0] - 1))
            wanted.append((outcome.values[i], f"op {i}\n{group}"))
    assert len(wanted) > COUNT / 4
    outcomes = run(RUNNER, jobs)
    for k, (want, what) in enumerate(wanted):
        halves = [next(iter(x.values.values())) for x in outcomes[2 * k:2 * k + 2] if x.values]
        assert len(halves) == 2, what
        got = np.concatenate(halves)
        assert got.tobytes() == want.tobytes(), what
