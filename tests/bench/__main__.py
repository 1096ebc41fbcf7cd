"""Measures all, prints one table, keeps the raw figures."""
from __future__ import annotations

import argparse
import contextlib
import sys
import time
from typing import Any

from . import keep, tiny
from .dask_side import Dask, installed
from .raven import Raven
from .samples import Samples
from .table import missed, render

LINES = [*tiny.LINES]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Raven beside Dask, NumPy and libwebsockets, in one run.")
    parser.add_argument("--quick", action="store_true",
                        help="small sizes, one round: does it run?")
    parser.add_argument("--write", action="store_true",
                        help="keep the raw figures in bench/runs/ and put "
                             "the table into README.md")
    parser.add_argument("--only", metavar="NAME", default="",
                        help="one family of workloads: tiny")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _native(options: argparse.Namespace, samples: Samples) -> None:
    """What is measured with two native workers."""
    with contextlib.ExitStack() as stack:
        raven = stack.enter_context(Raven(workers=2))
        dask = stack.enter_context(Dask()) if installed() else None
        families: dict[str, Any] = {"tiny": tiny.run}
        for name, family in families.items():
            if options.only in ("", name):
                _say(f"{name}:")
                family(raven, dask, samples, options.quick)


def main() -> int:
    """Runs the benchmark."""
    options, samples, start = _arguments(), Samples(), time.monotonic()
    _native(options, samples)
    table = render(LINES, samples)
    took = time.monotonic() - start
    print(table)
    for title in missed(LINES, samples):
        _say(f"target missed: {title}")
    if options.write:
        keep.write(keep.ROOT / "README.md", table)
        _say(f"kept in {keep.keep(samples, table, took)}")
    _say(f"took {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
