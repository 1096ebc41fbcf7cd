"""Lengths that data decides, through real processes, and a scheduler that dies."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

from harness import BUILD, PYTHON, ROOT, Server

Start = Callable[..., Server]

CHAINS = """
import numpy as np
import ravop as R

graph = R.Graph(name="lengths", approach="distributed")
x = R.t([3.0, 1.0, 3.0, 2.0])
distinct = R.unique(x)
assert distinct.shape == (None,), distinct.shape
assert R.sum(distinct)() == 6
assert R.mean(distinct[distinct > 1])() == 2.5
assert R.gather(R.t([10, 20, 30, 40]), R.nonzero(R.t([0, 4, 0, 7]))[0])().tolist() == [20, 40]
assert R.unique(R.unique([5, 5, 1]) * 2)().tolist() == [2, 10]
assert [found.tolist() for found in R.find_indices([2, 1, 2], [2, 1])()] == [[0, 2], [1]]
many = R.unique(np.arange(5000) % 1500 * 1.0)
table = R.reshape(many * 2, (-1, 100))
assert many.compute_shape() == (1500,) == many.shape
assert table().shape == (15, 100)
print("half", flush=True)
input()
late = R.unique(R.boolean_index(many, many > 1400.0))
assert late().shape == (99,)
assert R.sum(table)() == 2 * sum(range(1500))
assert graph.end() == "Graph computed successfully!"
"""

MISFIT = """
import ravop as R

graph = R.Graph(name="misfit", approach="distributed")
bad = R.unique([1, 2, 3]) + R.t([1, 2])
after = bad * 2
good = R.sum(R.unique([1, 2, 2]))
try:
    after()
except R.OpError as error:
    print("error:", error)
assert good() == 3
print(graph.end())
"""


def test_chains_through_a_restart(start_server: Start) -> None:
    """Shapes that were learned are in the record: a new scheduler goes on with them."""
    server = start_server(workers=1, fsync="always")
    server.wait_participants(1)
    env = {**os.environ, "RAVEN_URL": server.url, "PYTHONPATH": str(BUILD / "ravop")}
    program = subprocess.Popen([PYTHON, "-u", "-c", CHAINS], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=env, cwd=ROOT)
    assert program.stdout and program.stdin
    assert program.stdout.readline() == "half\n", program.communicate(timeout=60)
    server.kill("schedulerd")
    out, err = program.communicate("\n", timeout=90)
    assert program.returncode == 0, f"{out}\n{err}\n{server.log()[-4000:]}"


def test_what_does_not_fit_fails_alone(start_server: Start) -> None:
    """The op whose shapes turn out not to fit fails, with what depends on it; the rest goes on."""
    server = start_server(workers=1)
    out = server.run(MISFIT)
    assert "(3,)" in out and "(2,)" in out
    assert "Graph failed to compute." in out
