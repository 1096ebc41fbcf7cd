"""What recording one op costs, in microseconds: in C, by Python's operators,
by functions and by NumPy's.  Nothing is computed.

usage: tests/bench/record.py     (after scripts/build)
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BUILD = Path(os.environ.get("RAVEN_BUILD", Path(__file__).resolve().parents[2] / "build"))
sys.path.insert(0, str(BUILD / "ravop"))

import numpy as np  # noqa: E402

import ravop as R  # noqa: E402

OPS, ROUNDS = 1500, 7  # of a batch; the best counts


def cost(record: Callable[[Any, Any], object]) -> float:
    """Microseconds of one call, which records one op."""
    best = 1.0
    for _ in range(ROUNDS):
        R.Graph(approach="local")
        x, y = R.t(np.ones((3, 4))), R.t(np.ones(4))
        start = time.perf_counter()
        for _ in range(OPS):
            record(x, y)
        best = min(best, (time.perf_counter() - start) / OPS)
    return 1e6 * best


def main() -> None:
    """Prints a line for each way, with what it may cost."""
    done = subprocess.run([BUILD / "bench-record"], stdout=subprocess.PIPE, check=True)
    print(f"in C                  {float(done.stdout):6.2f} us  (at most 0.3)")
    print(f"x + y                 {cost(lambda x, y: x + y):6.2f} us  (at most 1)")
    print(f"x * 1.5               {cost(lambda x, y: x * 1.5):6.2f} us  (at most 1)")
    print(f"R.add(x, y)           {cost(lambda x, y: R.add(x, y)):6.2f} us")
    print(f"x.sum(axis=0)         {cost(lambda x, y: x.sum(axis=0)):6.2f} us")
    print(f"np.exp(x)             {cost(lambda x, y: np.exp(x)):6.2f} us")


if __name__ == "__main__":
    main()
