"""Two Chromium tabs: the small workloads, products, one of them slowed.

DevTools' CPU throttling slows a page's main thread only, where Raven computes
nothing, and refuses workers; so the tab's whole renderer process is stopped
for four fifths of the time, and what that does is measured.
"""
from __future__ import annotations

import os
import signal
import statistics
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType

import numpy as np

from . import matmul, plans, tiny
from .raven import R, Raven, cpu_seconds
from .samples import Samples
from .table import Line, cost, most
from .timing import seconds

SIDE = 256
TIMES = 5
CYCLE_S = 0.025

LINES = [
    Line("two tabs: 10,000 adds", "adds/tabs", "adds/dask", more=True),
    Line("- chain of 1,000 adds, one add", "chain/tabs", "chain/dask"),
    Line("- tree of 4,096 leaves", "tree/tabs", "tree/dask", more=True),
    Line("- one op, median", "p50/tabs", "p50/dask"),
    Line("- 2048 matmul f32, operands there", "f32-stay/tabs",
         "f32-stay/dask"),
    Line("- 2048 matmul f32, NumPy to NumPy", "f32-whole/tabs",
         "f32-whole/dask"),
    Line("two tabs, one of them slowed", "slowed/tabs", "ideal/tabs",
         "ideal split", cost(1.25)),
    Line("- how much it is slowed", "slowdown/tabs"),
    Line("plan's error, two tabs, median", "plan/tabs", goal=most(0.2)),
]


def renderer(browser: subprocess.Popen[bytes]) -> int:
    """The process that computes for the only tab of a browser."""
    found: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.getsid(int(entry.name)) == browser.pid and (
                    b"--type=renderer" in (entry / "cmdline").read_bytes()):
                found[int(entry.name)] = cpu_seconds(int(entry.name))
        except OSError:
            continue
    return max(found, key=lambda pid: found[pid])


class Slowed:
    """A process that gets a fraction of the time."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._cycle, daemon=True)

    def _cycle(self) -> None:
        rest = CYCLE_S / TIMES
        while not self.over.wait(rest):
            os.kill(self.pid, signal.SIGSTOP)
            time.sleep(CYCLE_S - rest)
            os.kill(self.pid, signal.SIGCONT)

    def __enter__(self) -> Slowed:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None,
                 error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.over.set()
        self.thread.join()


def pieces(count: int) -> None:
    """So many pieces of work that depend on no other."""
    rng = np.random.default_rng(4)
    a, b = R.t(rng.random((SIDE, SIDE))), R.t(rng.random((SIDE, SIDE)))
    R.compute(*[R.sum((a * float(i)) @ b) for i in range(count)])


def _pace(count: int) -> float:
    """Seconds of a piece, once the scheduler knows."""
    pieces(count // 2)
    return statistics.median(seconds(pieces, count) for _ in range(3)) / count


def _slowed(raven: Raven, samples: Samples, quick: bool) -> None:
    """Alone, alone and slowed, then beside another that is not."""
    count = 40 if quick else 400
    raven.open("slowed")
    fast = _pace(count)
    server = raven.server
    with Slowed(renderer(server.browsers[0])):
        slow = _pace(count // TIMES)
        samples.add("slowdown/tabs", slow / fast, "x")
        server.open_tab("tab-1")
        server.wait_participants(2)
        pieces(count)
        for _ in range(1 if quick else 3):
            samples.add("slowed/tabs", seconds(pieces, count), "s")
            samples.add("ideal/tabs", count / (1 / fast + 1 / slow), "s")
    raven.graph.cancel()


def run(samples: Samples, quick: bool) -> None:
    """First with one tab, then with two of one speed."""
    with Raven(workers=0, tabs=1) as raven:
        _slowed(raven, samples, quick)
    with Raven(workers=0, tabs=2) as raven:
        tiny.run(raven, None, samples, quick, "tabs", 3)
        if not quick:
            matmul.tabs(raven, samples)
        plans.measure(raven.server.url, "tabs", samples, True,
                      plans.PROGRAMS[:3] if quick else plans.PROGRAMS)
