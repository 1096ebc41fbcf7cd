"""The programs of examples/, at reduced size, on two Chromium participants.

Each compares its results with NumPy's or scikit-learn's itself and exits with
a message if they differ; here it must end well and draw what it says it draws.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import ROOT, Server

PLOTTED = ["linear_regression", "logistic_regression", "kmeans", "perceptron", "svm", "pca", "mlp_digits", "cnn",
           "transformer_block"]
PLAIN = ["least_squares", "knn", "naive_bayes", "decision_tree", "metrics", "blocked_matmul"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with two tabs that compute."""
    server = Server()
    try:
        server.open_tab("examples1")
        server.open_tab("examples2")
        server.wait_participants(2)
        yield server
    finally:
        server.close()


def png_size(path: Path) -> tuple[int, int]:
    """Width and height, which stand at a fixed place."""
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:])
    return width, height


@pytest.mark.parametrize("name", PLOTTED)
def test_plotted(server: Server, name: str, tmp_path: Path) -> None:
    """Results are right and a plot is drawn."""
    picture = tmp_path / "plot.png"
    out = server.run(f"examples/{name}.py", "--small", "--plot", str(picture))
    assert "Graph computed successfully!" in out
    assert "to within" in out
    width, height = png_size(picture)
    assert width >= 400 and height >= 300


@pytest.mark.parametrize("name", PLAIN)
def test_plain(server: Server, name: str) -> None:
    """Results are right."""
    out = server.run(f"examples/{name}.py", "--small")
    assert "Graph computed successfully!" in out
    assert "to within" in out


def test_every_example_is_run() -> None:
    """A new example belongs into a list above."""
    names = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert names == {*PLOTTED, *PLAIN, "common", "first_graph", "distributed_test", "sums"}


def test_help() -> None:
    """--help tells what a program does."""
    import subprocess

    done = subprocess.run(["/usr/bin/python3", "-c", "import sys; sys.argv = ['x', '--help']\n"
                           "import common\ncommon.arguments('What it does.', plot=True)"],
                          cwd=ROOT / "examples", stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0
    assert "What it does." in done.stdout and "--small" in done.stdout and "--plot" in done.stdout
