"""Ops so small that only the system's own work is measured."""
from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .dask_side import Dask
from .raven import R, Raven, cpu_seconds
from .samples import Samples
from .table import Line, most, times
from .timing import seconds

LEAVES = 4096
SHARED = 100        # operands on each side; every pair is added

LINES = [
    Line("10,000 independent adds", "adds/raven", "adds/dask",
         goal=times(100), more=True),
    Line("chain of 1,000 adds, one add", "chain/raven", "chain/dask",
         goal=times(1000)),
    Line("tree of 4,096 leaves", "tree/raven", "tree/dask",
         goal=times(100), more=True),
    Line("the same, Dask's fused by hand", "tree/raven", "fused/dask",
         goal=times(10), more=True),
    Line("one op, median", "p50/raven", "p50/dask", goal=times(10)),
    Line("one op, 99th percentile", "p99/raven", "p99/dask"),
    Line("scheduler's CPU an op", "cpu/raven", "cpu/dask"),
    Line("the same, Redis's CPU included", "cpu-redis/raven",
         goal=most(2e-6)),
]


def arrays() -> tuple[list[Any], list[Any]]:
    """Operands whose sums all differ."""
    left = [np.arange(4.0) + i for i in range(SHARED)]
    return left, [np.arange(4.0) * 2 + SHARED * i for i in range(SHARED)]


def raven_adds() -> None:
    """Every pair's sum: recorded, computed and fetched."""
    left, right = arrays()
    ours = [R.t(x) for x in left]
    others = [R.t(x) for x in right]
    R.compute(*[a + b for a in ours for b in others])


def dask_adds(dask: Dask) -> None:
    """The same by client.map, the fastest of its ways."""
    left, right = arrays()
    pairs = [(a, b) for a in left for b in right]
    dask.client.gather(dask.client.map(
        operator.add, [a for a, _ in pairs], [b for _, b in pairs],
        pure=False))


def raven_chain(length: int) -> None:
    """Each add needs the one before."""
    value, one = R.t(np.arange(4.0)), R.t(np.ones(4))
    for _ in range(length):
        value = value + one
    value()


def dask_chain(dask: Dask, length: int) -> None:
    """The same as one graph."""
    name, one = dask.name(), np.ones(4)
    graph: dict[Any, Any] = {f"{name}-0": np.arange(4.0)}
    for i in range(length):
        graph[f"{name}-{i + 1}"] = (operator.add, f"{name}-{i}", one)
    dask.get(graph, f"{name}-{length}")


def leaves() -> list[Any]:
    """Small arrays to add up."""
    return [np.arange(4.0) + i for i in range(LEAVES)]


def raven_tree(row: list[Any]) -> None:
    """Sums of pairs of sums."""
    row = [R.t(leaf) for leaf in row]
    while len(row) > 1:
        row = [a + b for a, b in zip(row[::2], row[1::2])]
    row[0]()


def dask_tree(dask: Dask, row: list[Any]) -> None:
    """The same, a task for each add."""
    name = dask.name()
    graph: dict[Any, Any] = {}
    while len(row) > 1:
        keys = [f"{name}-{len(row)}-{i}" for i in range(len(row) // 2)]
        graph.update(zip(keys, zip([operator.add] * len(keys),
                                   row[::2], row[1::2])))
        row = keys
    dask.get(graph, row[0])


def nested(row: list[Any]) -> Any:
    """The tree as one task."""
    while len(row) > 1:
        row = [(operator.add, a, b) for a, b in zip(row[::2], row[1::2])]
    return row[0]


def dask_fused(dask: Dask, row: list[Any], parts: int) -> None:
    """The same in one task, or in one for each half and one more."""
    name, half = dask.name(), len(row) // 2
    if parts == 1:
        dask.get({name: nested(row)}, name)
        return
    dask.get({f"{name}-a": nested(row[:half]), f"{name}-b": nested(row[half:]),
              name: (operator.add, f"{name}-a", f"{name}-b")}, name)


def _each(calls: int, work: Callable[[], object]) -> tuple[float, float]:
    """Median and 99th percentile of the seconds of single calls."""
    times = [seconds(work) for _ in range(calls)]
    p50, p99 = np.percentile(times, [50, 99])
    return float(p50), float(p99)


def raven_latency(calls: int) -> tuple[float, float]:
    """One op and one c() at a time."""
    a, b = R.t([1, 2, 3]), R.t([5, 22, 7])
    return _each(calls, lambda: (a + b)())


def dask_latency(dask: Dask, calls: int) -> tuple[float, float]:
    """One task and its result at a time."""
    a, b = np.array([1, 2, 3]), np.array([5, 22, 7])
    return _each(calls, lambda: dask.client.submit(
        operator.add, a, b, pure=False).result())


def settle() -> None:
    """Lets go at the server what is let go here, before the next workload."""
    (R.t([0.0]) + 1.0)()


def _ours(raven: Raven, length: int, calls: int, samples: Samples, side: str
          ) -> None:
    """A round of Raven's."""
    count = SHARED * SHARED
    scheduler, redis = raven.pids("schedulerd", "redis-server")
    before = cpu_seconds(scheduler), cpu_seconds(redis)
    samples.add(f"adds/{side}", count / seconds(raven_adds), "ops/s")
    spent = cpu_seconds(scheduler) - before[0]
    samples.add(f"cpu/{side}", spent / count, "s")
    spent += cpu_seconds(redis) - before[1]
    samples.add(f"cpu-redis/{side}", spent / count, "s")
    settle()
    samples.add(f"chain/{side}", seconds(raven_chain, length) / length, "s")
    settle()
    samples.add(f"tree/{side}", (LEAVES - 1) / seconds(raven_tree, leaves()),
                "ops/s")
    settle()
    p50, p99 = raven_latency(calls)
    samples.add(f"p50/{side}", p50, "s")
    samples.add(f"p99/{side}", p99, "s")


def _theirs(dask: Dask, length: int, calls: int, samples: Samples) -> None:
    """A round of Dask's; what is left of a workload ends before the next."""
    count, ops = SHARED * SHARED, LEAVES - 1
    before = cpu_seconds(dask.scheduler.pid)
    samples.add("adds/dask", count / seconds(dask_adds, dask), "ops/s")
    samples.add("cpu/dask",
                (cpu_seconds(dask.scheduler.pid) - before) / count, "s")
    dask.settle()
    samples.add("chain/dask", seconds(dask_chain, dask, length) / length, "s")
    dask.settle()
    samples.add("tree/dask", ops / seconds(dask_tree, dask, leaves()), "ops/s")
    dask.settle()
    best = min(seconds(dask_fused, dask, leaves(), parts) for parts in (1, 2))
    samples.add("fused/dask", ops / best, "ops/s")
    dask.settle()
    p50, p99 = dask_latency(dask, calls)
    samples.add("p50/dask", p50, "s")
    samples.add("p99/dask", p99, "s")
    dask.settle()


def run(raven: Raven, dask: Dask | None, samples: Samples, quick: bool,
        side: str = "raven", rounds: int = 5) -> None:
    """Rounds of all, ours and Dask's by turns."""
    raven.open("tiny")
    raven_adds()
    raven_tree(leaves())
    length, calls = (100, 100) if quick else (1000, 500)
    for _ in range(1 if quick else rounds):
        _ours(raven, length, calls, samples, side)
        if dask:
            _theirs(dask, length, calls // 5, samples)
    raven.graph.end()
