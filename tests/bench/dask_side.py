"""Dask distributed as its users run it: scheduler and workers as processes.

With what makes it fastest here: no limit to what a worker is handed at once,
no stealing, no dashboard, no profiler, one BLAS thread a worker.
"""
from __future__ import annotations

import gc
import importlib
import importlib.util
import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .keep import ROOT
from .raven import cpu_seconds, until

if TYPE_CHECKING:
    from types import TracebackType

SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "inf",
    "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False",
    "DASK_DISTRIBUTED__WORKER__PROFILE__INTERVAL": "1h",
    "DASK_DISTRIBUTED__WORKER__PROFILE__CYCLE": "1h",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
SETTLE_S = 5.0
IDLE = 0.1          # of a core


def installed() -> bool:
    """Whether there is a Dask to compare with."""
    return importlib.util.find_spec("distributed") is not None


class Dask:
    """A scheduler, its workers, and a client."""

    def __init__(self, workers: int = 2, nanny: bool = False) -> None:
        self.nanny = nanny      # who starts a worker again that dies
        self.folder = tempfile.TemporaryDirectory(prefix="raven-dask-")
        self.where = Path(self.folder.name) / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show",
            "--scheduler-file", str(self.where))
        self.workers = [self.worker() for _ in range(workers)]
        self._names = itertools.count()
        until("Dask's scheduler is up", self.where.exists)
        distributed: Any = importlib.import_module("distributed")
        self.client = distributed.Client(scheduler_file=str(self.where))
        if workers:
            self.client.wait_for_workers(workers)

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        log = open(Path(self.folder.name) / "log", "ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}",
                 "--no-dashboard", *options],
                env={**os.environ, **SETTINGS,
                     "PYTHONPATH": str(ROOT / "tests")}, cwd=self.folder.name,
                stdout=log, stderr=log)

    def worker(self) -> subprocess.Popen[bytes]:
        """Another worker of one thread."""
        return self._start(
            "worker", "--scheduler-file", str(self.where), "--nthreads", "1",
            "--nanny" if self.nanny else "--no-nanny",
            "--local-directory", self.folder.name)

    def worker_pid(self) -> int:
        """Process of a worker."""
        return int(next(iter(self.client.run(os.getpid).values())))

    def settle(self) -> None:
        """Returns once it has forgotten what was computed: its processes are
        busy with that after the result is there, and this one's thread."""
        gc.collect()
        pids = [p.pid for p in (self.scheduler, *self.workers)] + [os.getpid()]
        busy, end = 1.0, time.monotonic() + SETTLE_S
        while busy > IDLE and time.monotonic() < end:
            before = sum(map(cpu_seconds, pids))
            time.sleep(0.1)
            busy = (sum(map(cpu_seconds, pids)) - before) / 0.1

    def name(self) -> str:
        """A prefix for keys that were not used before."""
        return f"k{next(self._names)}"

    def get(self, graph: dict[Any, Any], keys: Any) -> Any:
        """Values of keys of a graph, computed as it is."""
        return self.client.get(graph, keys)

    def __enter__(self) -> Dask:
        return self

    def __exit__(self, kind: type[BaseException] | None,
                 error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.client.close()
        for process in (*self.workers, self.scheduler):
            process.terminate()
            process.wait()
        self.folder.cleanup()
