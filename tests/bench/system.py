"""Figures of the whole system, from a Python program to native workers and
back; every line says what was measured.  Ratios are within this one run.

usage: tests/bench/system.py     (after scripts/build)
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "build/ravop")]
os.environ["RAVEN_PROGRESS"] = "0"

import numpy as np  # noqa: E402
from harness import Server  # noqa: E402

import ravop as R  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def best(runs: int, work: Callable[[], object]) -> float:
    """Least seconds of some runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def tiny_adds(server: Server, count: int) -> None:
    """Independent adds of four elements, posted and waited for at once."""
    a, b = R.t([1.0, 2.0, 3.0, 4.0]), R.t([5.0, 6.0, 7.0, 8.0])
    scheduler = server.pid("schedulerd")
    before = cpu_seconds(scheduler)
    rounds = 5
    seconds = best(rounds, lambda: R.compute(*[a + b for _ in range(count)]))
    spent = cpu_seconds(scheduler) - before
    print(f"independent adds: {count} in {seconds:.3f} s, {count / seconds:,.0f} ops/s")
    print(f"scheduler CPU: {spent / (rounds * count) * 1e6:.2f} us an op")


def chain(length: int) -> None:
    """Each add needs the one before."""

    def run() -> None:
        c = R.t([1.0, 2.0, 3.0, 4.0])
        one = R.t([1.0, 1.0, 1.0, 1.0])
        for _ in range(length):
            c = c + one
        c()

    seconds = best(5, run)
    print(f"chain of {length}: {seconds * 1e3:.1f} ms, {seconds / length * 1e6:.2f} us an op")


def latency(calls: int) -> None:
    """One op and one c() at a time."""
    a, b = R.t([1, 2, 3]), R.t([5, 22, 7])
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        (a + b)()
        times.append(time.perf_counter() - start)
    p50, p99 = np.percentile(times, [50, 99]) * 1e3
    print(f"one c(): p50 {p50:.2f} ms, p99 {p99:.2f} ms of {calls}")


def matmul(dtype: str, size: int) -> None:
    """A product through the system, uploads and download included, and NumPy's."""
    rng = np.random.default_rng(1)
    a = rng.standard_normal((size, size)).astype(dtype)
    b = rng.standard_normal((size, size)).astype(dtype)

    def through() -> None:
        a[0, 0] += 1  # other bytes each time: nothing is remembered
        (R.t(a) @ R.t(b))()

    ours, theirs = best(3, through), best(3, lambda: a @ b)
    print(f"matmul {size} {dtype}: {ours * 1e3:.0f} ms through the system, {theirs * 1e3:.0f} ms in NumPy, "
          f"ratio {ours / theirs:.1f}")


def main() -> None:
    """Prints all figures."""
    server = Server(workers=2)
    try:
        server.wait_participants(2)
        graph = R.Graph(name="bench", approach="distributed", url=server.url)
        tiny_adds(server, 10_000)
        chain(1_000)
        latency(500)
        for dtype in ("float32", "float64"):
            matmul(dtype, 1024)
        print(graph.end())
    finally:
        server.close()


if __name__ == "__main__":
    main()
