"""Every op against NumPy, and every build against every other, bit by bit.

RAVEN_SEED and RAVEN_GROUPS choose other and more groups than the check's; a
failure names the group's seed, which alone makes it again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from parity import make_data, oracle, refuse  # noqa: E402
from parity.generate import Group, Table, groups, load_table  # noqa: E402
from parity.program import Op, Outcome, pack, run  # noqa: E402

BUILD = Path(os.environ.get("RAVEN_BUILD", ROOT / "build"))
RUNNER = BUILD / "raven-run"
SEED = int(os.environ.get("RAVEN_SEED", "1"))
COUNT = int(os.environ.get("RAVEN_GROUPS", "2000"))
CHUNKS = 8
NEGATIVE_POWER, DEPENDS = 61, 63

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(scope="session")
def table() -> Table:
    return load_table(BUILD)


@pytest.fixture(scope="session")
def made(table: Table) -> list[Group]:
    with np.errstate(all="ignore"):
        return groups(table, SEED, COUNT)


@pytest.fixture(scope="session")
def computed(made: list[Group]) -> list[Outcome]:
    return run(RUNNER, [g.whole() for g in made])


def inputs_of(group: Group, outcome: Outcome, op: Op) -> list[np.ndarray | None]:
    """What the executor itself gave the op: errors do not add up along a chain."""
    found = []
    for i in op.inputs:
        source = group.ops[i].source
        found.append(source if source is not None else outcome.values.get(i))
    return found


def failure(group: Group, outcome: Outcome, i: int) -> str | None:
    """Why op i is not what NumPy says; None if it is."""
    op = group.ops[i]
    inputs = inputs_of(group, outcome, op)
    known = [x for x in inputs if x is not None]
    if len(known) < len(inputs):
        return None if outcome.errors.get(i) == DEPENDS else "no error, but an input has one"
    if i not in outcome.values:
        refused = refuse.answer(op.name, known, op.params) is None
        return None if refused and outcome.errors.get(i) == NEGATIVE_POWER else f"error {outcome.errors.get(i)}"
    got = outcome.values[i]
    if not oracle.canonical(got):
        return "a NaN of another pattern"
    if not make_data.fits(got.shape, op.shape) or got.dtype != op.dtype:
        return f"{got.dtype}{list(got.shape)}"
    same = oracle.agrees(op.name, got, known, op.params)
    if same.all():
        return None
    at = tuple(np.argwhere(~same)[0])
    return f"at {list(map(int, at))}: {got[at]!r}, NumPy {oracle.apply(op.name, known, op.params)[at]!r}"


def difference(group: Group, want: Outcome, got: Outcome) -> str:
    """The first op whose bits differ."""
    for i in group.computed():
        mine, theirs = want.line({i}), got.line({i})
        if mine != theirs:
            return f"op {i} ({group.ops[i].name}) {theirs}, not {mine}\n{group}"
    return f"{got.line()}\n{group}"


def test_every_op_has_a_line_of_numpy(table: Table) -> None:
    assert {row["name"] for row in table} == set(oracle.LINES)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_groups_agree_with_numpy(made: list[Group], computed: list[Outcome], chunk: int) -> None:
    for group, outcome in list(zip(made, computed))[chunk::CHUNKS]:
        assert outcome.refused == 0, f"refused with {outcome.refused}\n{group}"
        for i in group.computed():
            why = failure(group, outcome, i)
            assert why is None, f"op {i} ({group.ops[i].name}) {why}\n{group}"


def test_the_groups_use_every_op_often(made: list[Group], table: Table) -> None:
    names = [op.name for group in made for op in group.ops if op.source is None]
    assert min(names.count(row["name"]) for row in table if row["name"] != "lin") >= COUNT // len(table)


@pytest.mark.parametrize("budget", [1, 10_000, 1 << 50])
def test_fewer_exports_and_smaller_steps_change_no_bit(
        made: list[Group], computed: list[Outcome], budget: int) -> None:
    for group, whole, some in zip(made, computed, run(RUNNER, [g.some() for g in made], budget)):
        want = whole.line(set(some.digests) | set(some.errors))
        assert some.digests or some.errors
        assert some.line() == want, str(group)


@pytest.mark.parametrize("variant", ["raven-run-O0", "raven-run-clang", "raven-run-tiles", "raven-run-ubsan"])
def test_other_compilers_compute_the_same_bits(
        made: list[Group], computed: list[Outcome], variant: str) -> None:
    subprocess.run(["make", "-s", "-C", BUILD, variant], check=True)
    for group, want, got in zip(made, computed, run(BUILD / variant, [g.whole() for g in made])):
        assert got.line() == want.line(), difference(group, want, got)


def test_narrow_vectors_compute_the_same_bits(made: list[Group], computed: list[Outcome]) -> None:
    narrow = run(RUNNER, [g.whole() for g in made], args=("narrow",))
    for group, want, got in zip(made, computed, narrow):
        assert got.line() == want.line(), difference(group, want, got)


@pytest.mark.skipif(not (shutil.which("aarch64-linux-gnu-gcc") and shutil.which("qemu-aarch64")),
                    reason="no cross compiler or emulator for arm64")
def test_arm64_computes_the_same_bits(made: list[Group], computed: list[Outcome]) -> None:
    subprocess.run(["make", "-s", "-C", BUILD, "raven-run-arm64"], check=True)
    jobs = [g.whole() for g in made]
    for group, want, got in zip(made, computed, run(BUILD / "raven-run-arm64", jobs, under=("qemu-aarch64",))):
        assert got.line() == want.line(), difference(group, want, got)


def test_the_coefficients_are_those_of_the_script() -> None:
    done = subprocess.run([ROOT / "scripts/coefficients", "--check"], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stdout


def test_what_numpy_refuses_is_refused(table: Table) -> None:
    drawn = [refuse.Wild(SEED + i).draw(table[i % len(table)]) for i in range(2 * COUNT)]
    outcomes = run(RUNNER, [pack(ops, {len(ops) - 1}) for ops in drawn])
    refused = 0
    for i, (ops, outcome) in enumerate(zip(drawn, outcomes)):
        op = ops[-1]
        sources = [x.source for x in ops if x.source is not None]
        want = refuse.answer(op.name, sources, op.params) is None
        refused += want
        shapes = ", ".join(f"{x.dtype}{list(x.shape)}" for x in ops[:-1])
        code = outcome.refused or outcome.errors.get(len(ops) - 1, 0)
        assert (code != 0) == want, f"seed {SEED + i}: {op.name}({shapes}) {op.params}: {code}"
    assert COUNT / 4 < refused < 2 * COUNT
