"""Raven with what takes part, and what its processes cost."""
from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .keep import ROOT

BUILD = Path(os.environ.get("RAVEN_BUILD", ROOT / "build")).resolve()
sys.path[:0] = [str(ROOT / "tests/e2e"), str(BUILD / "ravop")]
os.environ["RAVEN_PROGRESS"] = "0"

from harness import Server, until  # noqa: E402

import ravop as R  # noqa: E402

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["BUILD", "ROOT", "R", "Raven", "cpu_seconds", "resident",
           "until"]


def cpu_seconds(pid: int) -> float:
    """Time on a processor of all threads of a process so far."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        spent += int((task / "schedstat").read_text().split()[0])
    return spent / 1e9


def resident(pid: int) -> int:
    """Bytes of memory that a process has now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Raven:
    """A server with native workers or tabs, and a graph of this program."""

    def __init__(self, workers: int = 2, tabs: int = 0,
                 **settings: object) -> None:
        self.server = Server(workers=workers, **settings)
        self.graph: Any = None
        try:
            for tab in range(tabs):
                self.server.open_tab(f"tab-{tab}")
            self.server.wait_participants(workers + tabs)
        except BaseException:
            self.server.close()
            raise

    def open(self, name: str) -> Any:
        """A graph, the one that ops are recorded in from now on."""
        self.graph = R.Graph(name=name, url=self.server.url)
        return self.graph

    def pids(self, *roles: str) -> list[int]:
        """The processes of some roles, one of each."""
        return [self.server.pid(role) for role in roles]

    def __enter__(self) -> Raven:
        return self

    def __exit__(self, kind: type[BaseException] | None,
                 error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.server.close()
