"""Many ops handed over while nobody computes: time, and memory to keep them."""
from __future__ import annotations

import operator
import time
from typing import Any

import numpy as np

from .dask_side import Dask, installed
from .dask_tasks import known_tasks
from .raven import R, Raven, resident, until
from .samples import Samples
from .table import Line, most
from .timing import seconds

LINES = [
    Line("100,000 tasks accepted", "accept-s/raven", "accept-s/dask"),
    Line("- memory for them", "accept-mb/raven", "accept-mb/dask"),
    Line("1,000,000 ops accepted", "million-s/raven", goal=most(2.0)),
    Line("- memory of the scheduler", "million-mb/raven", goal=most(150)),
    Line("- memory of Redis", "million-redis-mb/raven", goal=most(150)),
]
MB = 1e6


def _record(count: int) -> list[Any]:
    a, b = R.t([1.0, 2.0, 3.0, 4.0]), R.t([5.0, 6.0, 7.0, 8.0])
    return [a + b for _ in range(count)]


def raven_accept(count: int, name: str, samples: Samples) -> None:
    """Recorded here, checked and kept there, and said to be."""
    with Raven(workers=0) as raven:
        graph = raven.open("accept")
        R.t([0.0])
        graph._execute()
        pids = raven.pids("schedulerd", "redis-server")
        before = [resident(pid) for pid in pids]
        kept: list[Any] = []

        def accept() -> None:
            kept.extend(_record(count))
            graph._execute()

        samples.add(f"{name}-s/raven", seconds(accept), "s")
        grown = [resident(pid) - old for pid, old in zip(pids, before)]
        if name == "accept":
            samples.add("accept-mb/raven", sum(grown) / MB, "MB")
        else:
            samples.add(f"{name}-mb/raven", grown[0] / MB, "MB")
            samples.add(f"{name}-redis-mb/raven", grown[1] / MB, "MB")
        graph.cancel()


def dask_accept(count: int, samples: Samples) -> None:
    """The same without workers."""
    with Dask(workers=0) as dask:
        before = resident(dask.scheduler.pid)
        a, b = np.arange(4.0), np.arange(4.0)
        start = time.perf_counter()
        futures = dask.client.map(operator.add, [a] * count, [b] * count,
                                  pure=False)
        until("all tasks are known",
              lambda: dask.client.run_on_scheduler(known_tasks) >= count)
        samples.add("accept-s/dask", time.perf_counter() - start, "s")
        samples.add("accept-mb/dask",
                    (resident(dask.scheduler.pid) - before) / MB, "MB")
        del futures


def run(samples: Samples, quick: bool) -> None:
    """A server of its own each time: memory is compared with nothing in it."""
    for _ in range(1 if quick else 3):
        raven_accept(100_000, "accept", samples)
    if not quick:
        if installed():
            dask_accept(100_000, samples)
        for _ in range(3):
            raven_accept(999_000, "million", samples)
