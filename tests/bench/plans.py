"""How well plans predict: the programs of examples/, each run twice.

The second run's computations are compared with what graph.plan() said just
before each.  usage: python3 -m bench.plans [--small] [--tabs N] [PROGRAM]...
"""
from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from .raven import BUILD, ROOT, Raven
from .samples import Samples
from .table import Line, most

PROGRAMS = [
    "blocked_matmul", "cnn", "decision_tree", "kmeans", "knn",
    "least_squares", "linear_regression", "logistic_regression", "metrics",
    "mlp_digits", "naive_bayes", "pca", "perceptron", "svm",
    "transformer_block",
]
LINES = [
    Line("plan's error, median of the examples", "plan/native",
         goal=most(0.2)),
]


class Result(NamedTuple):
    """A program's computations, together."""

    program: str
    computations: int
    predicted: float    # seconds
    error: float        # that was said of it
    actual: float
    believed: float     # share of the computations
    middle: float       # error of one computation, the middle one

    @property
    def off(self) -> float:
        """How far off, of the actual time."""
        return abs(self.predicted - self.actual) / self.actual


def run_program(url: str, name: str, small: bool) -> Result | None:
    """One run; None: it failed, or computed nothing."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.csv"
        here = Path(__file__).with_name("planned.py")
        done = subprocess.run(
            [sys.executable, str(here), str(out),
             str(ROOT / f"examples/{name}.py"), *(["--small"] * small)],
            env={**os.environ, "RAVEN_URL": url, "RAVEN_PROGRESS": "0",
                 "PYTHONPATH": str(BUILD / "ravop")},
            capture_output=True, text=True, check=False, cwd=ROOT)
        if done.returncode:
            print(f"{name}: {done.stdout}\n{done.stderr}", file=sys.stderr)
            return None
        with open(out, newline="") as file:
            rows = [(float(p), float(e), b == "True", float(a))
                    for p, e, b, a, _ in csv.reader(file)]
    if not rows:
        return None
    predicted, error, believed, actual = zip(*rows)
    return Result(
        name, len(rows), sum(predicted), sum(error), sum(actual),
        sum(believed) / len(rows),
        statistics.median(abs(p - a) / a for p, _, _, a in rows))


def measure(url: str, side: str, samples: Samples, small: bool,
            programs: list[str]) -> list[Result]:
    """The second run of each program."""
    results = []
    for name in programs:
        run_program(url, name, small)
        result = run_program(url, name, small)
        if result is not None:
            results.append(result)
            samples.add(f"plan-{name}/{side}", result.middle, "")
    if results:
        samples.add(f"plan/{side}", statistics.median(
            r.middle for r in results), "")
    return results


def run(raven: Raven, samples: Samples, quick: bool) -> None:
    """The part of scripts/bench."""
    measure(raven.server.url, "native", samples, quick,
            PROGRAMS[:3] if quick else PROGRAMS)


def _show(results: list[Result]) -> None:
    print("program,computations,predicted_s,said_error_s,actual_s,off,"
          "believed,median_off_of_one")
    for r in results:
        print(f"{r.program},{r.computations},{r.predicted:.4f},"
              f"{r.error:.4f},{r.actual:.4f},{r.off:.3f},{r.believed:.2f},"
              f"{r.middle:.3f}")
    print(f"median,,,,,{statistics.median(r.off for r in results):.3f},,"
          f"{statistics.median(r.middle for r in results):.3f}")


def main() -> None:
    """Runs on a server of its own, with native workers or tabs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--tabs", type=int, default=0)
    parser.add_argument("programs", nargs="*", default=PROGRAMS)
    options = parser.parse_args()
    with Raven(0 if options.tabs else 2, options.tabs) as raven:
        _show(measure(raven.server.url, "tabs" if options.tabs else "native",
                      Samples(), options.small, options.programs))


if __name__ == "__main__":
    main()
