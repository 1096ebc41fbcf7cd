"""A share of a blocked product by Raven's kernels in this process, again for
each line on stdin: what a worker computes, without the system around it.

usage: python -m bench.kernels SIZE PARTS DTYPE SHARE OF
"""
from __future__ import annotations

import sys

from .matmul import Operands, total
from .raven import R


def main(size: int, parts: int, dtype: str, share: int, of: int) -> None:
    """Prints the sum of its tiles a line."""
    with R.Graph(approach="local"):
        given = Operands.random(size, parts, dtype)
        rows = range(share * parts // of, (share + 1) * parts // of)
        left = [R.t(given.left[i]) for i in rows]
        right = [R.t(panel) for panel in given.right]
        print("ready", flush=True)
        for _ in sys.stdin:
            print(total([a @ b for a in left for b in right])(), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]),
         int(sys.argv[5]))
