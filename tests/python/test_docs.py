"""Documentation and types: examples run, every name is described."""
from __future__ import annotations

import doctest
import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ravop as R

TOP = Path(__file__).resolve().parents[2]
MODULES = ("ravop", "ravop._api", "ravop._constants", "ravop._graph",
           "ravop._op", "ravop._ops", "ravop._progress", "ravop._static",
           "ravop._data", "ravop._shape", "ravop._view", "ravop.stats",
           "ravop.globals", "ravop.array_api")


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried and not failed


@pytest.mark.parametrize("name", R._ops.FUNCTIONS)
def test_an_example_of_every_op(name: str) -> None:
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder().find(getattr(R, name), name, globs={}):
        runner.run(test)
    assert runner.tries >= 3 and not runner.failures
    row = R._ops.ROWS.get(R._ops.ALIASES.get(name, name))
    if row is not None and name not in R._ops.FORMS:
        shape, dtype, _, late = R._rules.RULES[row.name]
        assert shape and dtype and "\n    Dtype: " in getattr(R, name).__doc__
        assert bool(late) == ("\nOpError\n" in getattr(R, name).__doc__)
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"\n{section}\n---" in getattr(R, name).__doc__


@pytest.mark.parametrize("name", [n for n in R.__all__ if n != "__version__"])
def test_every_name_is_described(name: str) -> None:
    thing = getattr(R, name)
    assert inspect.getdoc(thing)
    if inspect.isfunction(thing):
        assert inspect.signature(thing)
        assert ">>>" in thing.__doc__


def test_types() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null",
         "."], cwd=TOP / "ravop/ravop", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null",
         "_ops.py"], cwd=TOP / "ravop/ravop", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_an_editor_knows_every_name(tmp_path: Path) -> None:
    calls = "\n".join(f"R.{name}" for name in R.__all__)
    calls += "\n" + "\n".join(f"R.Op.{name}" for name in dir(R.Op)
                              if not name.startswith("_"))
    (tmp_path / "good.py").write_text(
        f"import ravop as R\n{calls}\n"
        "x: R.Op = R.sum(R.t([1, 2]), axis=(0,), keepdims=True)\n"
        "y: R.Op = x.clip(0, 1).reshape(2, 3).matmul(x)\n")
    (tmp_path / "bad.py").write_text(
        "import ravop as R\nR.summ([1])\nR.sum([1], axes=1)\n")
    run = [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null"]
    env = {**os.environ, "MYPYPATH": str(TOP / "ravop")}
    done = subprocess.run([*run, "good.py"], cwd=tmp_path, env=env,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    done = subprocess.run([*run, "bad.py"], cwd=tmp_path, env=env,
                          capture_output=True, text=True)
    assert done.stdout.count("error:") == 2, done.stdout


def test_the_stubs_are_the_tables() -> None:
    done = subprocess.run(
        [sys.executable, "ravop/tools/stubs.py", "--check",
         "ravop/ravop/_ops.pyi"], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(
    p.name for p in (TOP / "scripts").iterdir() if not p.suffix))
def test_every_script_explains_itself(name: str) -> None:
    done = subprocess.run(
        [TOP / "scripts" / name, "--help"], cwd="/", capture_output=True,
        text=True, timeout=60)
    assert done.returncode == 0 and f"scripts/{name}" in done.stdout
