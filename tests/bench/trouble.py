"""A worker is killed in the middle of a graph; nothing may be lost."""
from __future__ import annotations

import os
import signal
import threading
from typing import Any

import numpy as np

from .dask_side import Dask, installed
from .dask_tasks import power_sum
from .raven import R, Raven
from .samples import Samples
from .table import Line, cost
from .timing import seconds

SIDE = 384
WHOLE_S = 4.0       # that a graph is to take: the time to start a worker
                    # again must not be most of it

LINES = [
    Line("a worker killed half-way", "killed/raven", "undisturbed/raven",
         "undisturbed", goal=cost(1.3)),
    Line("the same, Dask's", "killed/dask", "undisturbed/dask",
         "undisturbed", costs=True),
]


def operands() -> tuple[Any, Any]:
    """Two matrices; the powers of their product are what is computed."""
    rng = np.random.default_rng(3)
    return rng.random((SIDE, SIDE)) / SIDE, rng.random((SIDE, SIDE)) / SIDE


def raven_work(count: int) -> Any:
    """So many pieces, at once."""
    a, b = map(R.t, operands())
    return np.array(R.compute(*[R.sum(((a * float(i)) @ b) @ b)
                                for i in range(count)]))


def dask_work(dask: Dask, count: int) -> Any:
    """The same pieces as tasks."""
    a, b = dask.client.scatter(list(operands()), broadcast=True, hash=False)
    return np.array(dask.client.gather(dask.client.map(
        power_sum, [a] * count, [b] * count,
        [float(i) for i in range(count)], pure=False)))


def _killed(side: str, work: Any, victim: int, count: int,
            samples: Samples) -> None:
    """The work undisturbed, then with a kill in its middle."""
    values: list[Any] = []
    whole = seconds(lambda: values.append(work(count)))
    samples.add(f"undisturbed/{side}", whole, "s")
    timer = threading.Timer(whole / 2, os.kill, (victim, signal.SIGKILL))
    timer.start()
    took = seconds(lambda: values.append(work(count)))
    timer.join()
    samples.add(f"killed/{side}", took, "s")
    if not np.array_equal(values[0], values[1]):
        raise ArithmeticError("what came after the kill differs")


def _count(work: Any, quick: bool) -> int:
    """Pieces that take long enough."""
    work(40)
    pace = seconds(work, 40) / 40
    return max(40, int((0.3 if quick else WHOLE_S) / pace))


def run(samples: Samples, quick: bool) -> None:
    """Each system alone, with new workers each time."""
    for _ in range(1 if quick else 2):
        with Raven(workers=2) as raven:
            raven.open("killed")
            count = _count(raven_work, quick)
            _killed("raven", raven_work, raven.server.pid("workerd"), count,
                    samples)
            raven.graph.end()
        if installed() and not quick:
            with Dask(nanny=True) as dask:

                def work(count: int, dask: Dask = dask) -> Any:
                    return dask_work(dask, count)

                _killed("dask", work, dask.worker_pid(), _count(work, quick),
                        samples)
