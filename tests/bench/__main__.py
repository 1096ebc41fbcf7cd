"""Measures all, prints one table, keeps the raw figures."""
from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable

from . import accept, gateway, keep, matmul, plans, tabs, tiny, trouble
from .dask_side import Dask, installed
from .raven import Raven
from .samples import Samples
from .table import missed, render

LINES = [*tiny.LINES, *matmul.LINES, *trouble.LINES, *accept.LINES,
         *tabs.LINES, *plans.LINES, *gateway.LINES]


def _plans(samples: Samples, quick: bool) -> None:
    """Of native workers; tabs.py has those of tabs."""
    with Raven(workers=2) as raven:
        plans.run(raven, samples, quick)


SHARED: dict[str, Callable[..., None]] = {
    "tiny": tiny.run, "matmul": matmul.run}
ALONE: dict[str, Callable[..., None]] = {
    "trouble": trouble.run, "accept": accept.run, "tabs": tabs.run,
    "plans": _plans, "gateway": gateway.run}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Raven beside Dask, NumPy and libwebsockets, in one run.")
    parser.add_argument("--quick", action="store_true",
                        help="small sizes, one round: does it run?")
    parser.add_argument("--write", action="store_true",
                        help="keep the raw figures in bench/runs/ and put "
                             "the table into README.md")
    parser.add_argument("--only", metavar="NAME", action="append",
                        choices=[*SHARED, *ALONE],
                        help="this family of workloads, and others so named: "
                             + ", ".join([*SHARED, *ALONE]))
    options = parser.parse_args()
    options.only = options.only or [*SHARED, *ALONE]
    return options


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _shared(options: argparse.Namespace, samples: Samples) -> None:
    """What is measured on one server and one Dask, by turns."""
    families = {n: f for n, f in SHARED.items() if n in options.only}
    if not families:
        return
    with contextlib.ExitStack() as stack:
        raven = stack.enter_context(Raven(workers=2))
        dask = stack.enter_context(Dask()) if installed() else None
        for name, family in families.items():
            _say(f"{name}:")
            family(raven, dask, samples, options.quick)


def _alone(options: argparse.Namespace, samples: Samples) -> None:
    """What needs servers of its own."""
    for name, family in ALONE.items():
        if name in options.only:
            _say(f"{name}:")
            family(samples, options.quick)


def main() -> int:
    """Runs the benchmark."""
    options, samples, start = _arguments(), Samples(), time.monotonic()
    load = os.getloadavg()[0]
    _shared(options, samples)
    _alone(options, samples)
    table = render(LINES, samples)
    took = time.monotonic() - start
    print(table)
    for title in missed(LINES, samples):
        _say(f"target missed: {title}")
    if options.write:
        keep.write(keep.ROOT / "README.md", table)
        _say(f"kept in {keep.keep(samples, table, took, load)}")
    _say(f"took {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
