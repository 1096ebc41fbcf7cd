"""What the programs of this folder share: command line, comparison, plot."""
from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def arguments(doc: str | None, *, plot: bool = False) -> argparse.Namespace:
    """The command line: approach, small, and plot where there is one."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--approach", default="distributed",
                        choices=("distributed", "local"),
                        help="who computes: participants, or this process")
    parser.add_argument("--small", action="store_true",
                        help="a reduced size, for a quick look")
    if plot:
        parser.add_argument("--plot", metavar="FILE",
                            help="draw what was found (PNG); needs matplotlib")
    return parser.parse_args()


def same(what: str, ours: Any, theirs: Any, whose: str,
         rtol: float = 1e-9, atol: float = 1e-12) -> None:
    """Prints how far a result is from another's; ends the program if far."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        sys.exit(f"{what}: shape {ours.shape}, but {whose}'s {theirs.shape}")
    far = np.abs(ours.astype(float) - theirs.astype(float))
    furthest = far.max() if far.size else 0.0
    if not np.allclose(ours, theirs, rtol=rtol, atol=atol):
        sys.exit(f"{what}: differs from {whose}'s by up to {furthest:.3g}")
    print(f"{what}: agrees with {whose} to within {furthest:.1g}")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints how long something took."""
    start = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - start:.2f} s")


@contextmanager
def drawing(path: str | None, title: str) -> Iterator[Any]:
    """Axes to draw on, saved at the end; None without a path."""
    if path is None:
        yield None
        return
    try:
        import matplotlib
    except ImportError:
        sys.exit("--plot needs matplotlib: apt install python3-matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    axes.set_title(title)
    yield axes
    figure.savefig(path, dpi=120)
    print(f"drawn to {path}")
