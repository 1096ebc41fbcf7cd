"""A blocked product: rows of the one operand by columns of the other.

The product of the panels is measured where they are already with the workers
and stay there (its sum is fetched), and from NumPy's arrays to NumPy's array,
where moving the bytes costs more than the product.
"""
from __future__ import annotations

import operator
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from .dask_side import Dask
from .keep import ROOT
from .raven import BUILD, R, Raven
from .samples import Samples
from .table import Line, cost
from .timing import seconds

PARTS = 4
SHORT = {"float32": "f32", "float64": "f64"}


def _lines(dtype: str) -> list[Line]:
    d = SHORT[dtype]
    whole = f"2048 matmul {d}, NumPy to NumPy"
    return [
        Line(f"2048 matmul {d}, operands with workers", f"{d}-stay/raven",
             f"{d}-stay/kernels", "kernels alone", goal=cost(1.2)),
        Line("the same", f"{d}-stay/raven", f"{d}-stay/dask"),
        Line(whole, f"{d}-whole/raven", f"{d}-whole/dask"),
        Line("the same", f"{d}-whole/raven", f"{d}-whole/numpy",
             "NumPy"),
        Line("- bytes up and down", f"{d}-bytes/raven"),
        Line("- digest", f"{d}-digest/raven"),
        Line("- upload, into Redis", f"{d}-upload/raven",
             f"{d}-upload/dask"),
        Line("- of that, Redis, summed over tensors", f"{d}-redis/raven"),
        Line("- assign and download", f"{d}-download/raven"),
        Line("- compute", f"{d}-stay/raven", f"{d}-stay/dask"),
        Line("- upload and fetch", f"{d}-fetch/raven", f"{d}-fetch/dask"),
    ]


LINES = [line for dtype in SHORT for line in _lines(dtype)]


@dataclass
class Operands:
    """Two matrices, the one in panels of rows, the other of columns."""

    left: list[Any]
    right: list[Any]

    @staticmethod
    def random(size: int, parts: int, dtype: str, seed: int = 1) -> Operands:
        """Panels that no other seed gives."""
        rng = np.random.default_rng(seed)
        wide, step = rng.random((size, size)), size // parts
        wide, tall = wide.astype(dtype), rng.random((size, size)).astype(dtype)
        cut = [slice(i, i + step) for i in range(0, size, step)]
        return Operands([np.ascontiguousarray(wide[c]) for c in cut],
                        [np.ascontiguousarray(tall[:, c]) for c in cut])

    @property
    def nbytes(self) -> int:
        """Of both matrices."""
        return sum(panel.nbytes for panel in (*self.left, *self.right))


def total(tiles: list[Any]) -> Any:
    """The sum of all elements."""
    sums = [R.sum(tile) for tile in tiles]
    for one in sums[1:]:
        sums[0] = sums[0] + one
    return sums[0]


def joined(tiles: Any) -> Any:
    """The product, of its tiles by rows."""
    return np.block([list(tiles[i:i + PARTS])
                     for i in range(0, PARTS * PARTS, PARTS)])


class Kernels:
    """As many processes as workers, with a share of the product each."""

    def __init__(self, size: int, dtype: str, count: int = 2) -> None:
        self.processes = [subprocess.Popen(
            [sys.executable, "-m", "bench.kernels", str(size), str(PARTS),
             dtype, str(i), str(count)], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, cwd=ROOT,
            env={"PYTHONPATH": "tests", "RAVEN_BUILD": str(BUILD)},
        ) for i in range(count)]
        self.hear()

    def hear(self) -> None:
        """A line of each."""
        for process in self.processes:
            assert process.stdout is not None
            assert process.stdout.readline(), "the kernels' process ended"

    def compute(self) -> None:
        """The product once, all shares at a time."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        self.hear()

    def close(self) -> None:
        """Ends the processes."""
        for process in self.processes:
            process.communicate()


def raven_tiles(left: list[Any], right: list[Any]) -> list[Any]:
    """The product's tiles, recorded."""
    return [a @ b for a in left for b in right]


def raven_whole(given: Operands) -> Any:
    """From arrays to an array."""
    left = [R.t(panel) for panel in given.left]
    right = [R.t(panel) for panel in given.right]
    return joined(R.compute(*raven_tiles(left, right)))


def raven_stages(raven: Raven, given: Operands, d: str, samples: Samples,
                 side: str = "raven") -> None:
    """The same a stage at a time; the sum is fetched before the tiles."""
    graph = raven.open(f"matmul {d}")
    left: list[Any] = []
    right: list[Any] = []

    def take() -> None:
        left.extend(R.t(panel) for panel in given.left)
        right.extend(R.t(panel) for panel in given.right)

    samples.add(f"{d}-digest/{side}", seconds(take), "s")
    said = len(raven.server.log())
    samples.add(f"{d}-upload/{side}", seconds(graph._execute), "s")
    storing = re.findall(r" storing_us=(\d+)", raven.server.log()[said:])
    samples.add(f"{d}-redis/{side}", sum(map(int, storing)) / 1e6, "s")
    times = []
    for _ in range(3):      # the handles of the tiles before are let go
        tiles = raven_tiles(left, right)
        times.append(seconds(total(tiles)))
    first, stay = times[0], min(times[1:])
    samples.add(f"{d}-stay/{side}", stay, "s")
    samples.add(f"{d}-download/{side}", max(0.0, first - stay), "s")
    samples.add(f"{d}-fetch/{side}", seconds(R.compute, *tiles), "s")
    down = sum(t.size * t.dtype.itemsize for t in tiles)
    samples.add(f"{d}-bytes/{side}", (given.nbytes + down) / 2**20, "MiB")
    graph.cancel()


def dask_tiles(dask: Dask, left: list[Any], right: list[Any]) -> list[Any]:
    """The product's tiles, started."""
    pairs = [(a, b) for a in left for b in right]
    tiles: list[Any] = dask.client.map(
        operator.matmul, [a for a, _ in pairs], [b for _, b in pairs],
        pure=False)
    return tiles


def dask_sum(dask: Dask, left: list[Any], right: list[Any]) -> list[Any]:
    """The product's tiles, which stay, and their sum, which is fetched."""
    tiles = dask_tiles(dask, left, right)
    sums = dask.client.map(np.sum, tiles, pure=False)
    dask.client.submit(sum, sums, pure=False).result()
    return tiles


def dask_whole(dask: Dask, given: Operands) -> Any:
    """From arrays to an array; the operands to every worker at once."""
    left = dask.client.scatter(given.left, broadcast=True, hash=False)
    right = dask.client.scatter(given.right, broadcast=True, hash=False)
    return joined(dask.client.gather(dask_tiles(dask, left, right)))


def dask_stages(dask: Dask, given: Operands, d: str, samples: Samples) -> None:
    """The same a stage at a time."""
    sides: list[Any] = []

    def scatter() -> None:
        for panels in (given.left, given.right):
            sides.append(dask.client.scatter(panels, broadcast=True,
                                             hash=False))

    samples.add(f"{d}-upload/dask", seconds(scatter), "s")
    tiles = dask_sum(dask, *sides)
    samples.add(f"{d}-stay/dask", min(seconds(dask_sum, dask, *sides)
                                      for _ in range(2)), "s")
    samples.add(f"{d}-fetch/dask", seconds(dask.client.gather, tiles), "s")


def _round(raven: Raven, dask: Dask | None, kernels: Kernels,
           given: Operands, d: str, samples: Samples) -> None:
    raven_stages(raven, given, d, samples)
    samples.add(f"{d}-stay/kernels",
                min(seconds(kernels.compute) for _ in range(2)), "s")
    if dask:
        dask_stages(dask, given, d, samples)
        dask.settle()


def _whole(raven: Raven, dask: Dask | None, given: Operands, d: str,
           samples: Samples) -> None:
    a, b = np.concatenate(given.left), np.concatenate(given.right, axis=1)
    raven.open(f"matmul {d} from arrays")
    products: list[Any] = []
    samples.add(f"{d}-whole/raven", seconds(
        lambda: products.append(raven_whole(given))), "s")
    raven.graph.cancel()
    if not np.allclose(products[0], a @ b, rtol=1e-4):
        raise ArithmeticError("the product is not NumPy's")
    samples.add(f"{d}-whole/numpy", seconds(operator.matmul, a, b), "s")
    if dask:
        samples.add(f"{d}-whole/dask", seconds(dask_whole, dask, given), "s")
        dask.settle()


def run(raven: Raven, dask: Dask | None, samples: Samples,
        quick: bool) -> None:
    """Rounds of all, by turns; no arrays that the server has seen."""
    size = 256 if quick else 2048
    for dtype, d in SHORT.items():
        kernels = Kernels(size, dtype)
        try:
            for number in range(1 if quick else 3):
                given = Operands.random(size, PARTS, dtype, 10 + number)
                _round(raven, dask, kernels, given, d, samples)
                given = Operands.random(size, PARTS, dtype, 50 + number)
                _whole(raven, dask, given, d, samples)
        finally:
            kernels.close()


def tabs(raven: Raven, samples: Samples) -> None:
    """The products of float32, by tabs."""
    for number in range(2):
        given = Operands.random(2048, PARTS, "float32", 90 + number)
        raven_stages(raven, given, "f32", samples, "tabs")
        given = Operands.random(2048, PARTS, "float32", 95 + number)
        raven.open("matmul from arrays")
        samples.add("f32-whole/tabs", seconds(raven_whole, given), "s")
        raven.graph.cancel()
