"""Runs a program and plans each of its computations just before it.

usage: planned.py OUT.csv PROGRAM [argument]...
"""
from __future__ import annotations

import csv
import runpy
import sys
import time
from pathlib import Path
from typing import Any

import ravop as R
from ravop import _plan

Row = tuple[float, float, bool, float, int]


def _watch(rows: list[Row]) -> None:
    """Predicted seconds, their error, whether they are believed, actual
    seconds, ops of each computation."""
    fetch = R.Graph._fetch

    def watched(graph: R.Graph, want: list[int]) -> None:
        if graph._connection is None:
            fetch(graph, want)
            return
        plan = _plan.plan(graph, want)
        start = time.perf_counter()
        fetch(graph, want)
        took = time.perf_counter() - start
        if plan.seconds is not None and plan.error is not None and plan.ops:
            rows.append((plan.seconds, plan.error, plan.believed, took,
                         plan.ops))

    graphs: Any = R.Graph
    graphs._fetch = watched


def main() -> None:
    """Runs the program as its command line says."""
    out, program, *arguments = sys.argv[1:]
    rows: list[Row] = []
    _watch(rows)
    sys.argv = [program, *arguments]
    sys.path.insert(0, str(Path(program).parent))
    runpy.run_path(program, run_name="__main__")
    with open(out, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
