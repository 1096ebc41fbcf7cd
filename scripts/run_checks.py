"""Runs every test step and counts what passed; called by scripts/check."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SANITIZED = ROOT / "build-san"
REPORTS = BUILD / "reports"
PYTHON = "/usr/bin/python3"
MAN_FOLDERS = ["broker", "gateway", "scheduler", "worker", "docs"]


class Count(NamedTuple):
    """Tests of one step."""

    passed: int
    failed: int


def run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> bool:
    """Runs a command, shows its output, tells whether it succeeded."""
    print("$", " ".join(command), flush=True)
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, check=False)
    return done.returncode == 0


def one(ok: bool) -> Count:
    """A step that passes or fails as a whole."""
    return Count(1, 0) if ok else Count(0, 1)


def build(folder: Path, *options: str) -> Count:
    """Builds into a folder."""
    return one(run("./scripts/build", folder.name, *options))


def check_totals(folder: Path) -> Count:
    """Check's own totals from the logs, which automake hides."""
    passed = failed = 0
    for log in sorted(set(folder.rglob("*.log")) - {folder / "config.log", folder / "test-suite.log"}):
        text = log.read_text(errors="replace")
        totals = re.findall(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", text, re.M)
        bad = sum(int(f) + int(e) for _, f, e in totals)
        ended = re.search(r"exit status: (\d+)", text)
        broke = ended is not None and ended[1] not in ("0", "77")
        passed += sum(int(n) for n, _, _ in totals) - bad or int(not totals and not broke)
        failed += bad or int(broke)
        if bad or broke:
            print(f"--- {log.relative_to(folder)}\n{text}")
    return Count(passed, failed)


def unit(folder: Path) -> Count:
    """The Check programs and whatever else `make check` runs."""
    ok = run("make", "-s", f"-j{os.cpu_count()}", "check", cwd=folder)
    count = check_totals(folder)
    return count if ok or count.failed else Count(count.passed, 1)


def pytest(name: str, *paths: str) -> Count:
    """A pytest run, counted from its report."""
    report = REPORTS / f"{name}.xml"
    env = {"PYTHONPATH": str(BUILD / "ravop"), "RAVEN_BUILD": str(BUILD)}
    run(PYTHON, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", f"--junit-xml={report}", *paths, env=env)
    if not report.exists():
        return Count(0, 1)
    suite = next(ET.parse(report).iter("testsuite"))
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return Count(total - failed - skipped, failed)


def node() -> Count:
    """The JavaScript tests; installs their packages first."""
    if not run("npm", "ci", "--no-audit", "--no-fund", cwd=ROOT / "tests"):
        return Count(0, 1)
    tests = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "tests/js").glob("*.test.js"))
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", *tests],
        cwd=ROOT, env={**os.environ, "RAVEN_BUILD": str(BUILD)},
        stdout=subprocess.PIPE, text=True, check=False,
    )
    print(done.stdout)
    totals = dict(re.findall(r"^# (pass|fail) (\d+)$", done.stdout, re.M))
    failed = int(totals.get("fail", 0)) or int(done.returncode != 0)
    return Count(int(totals.get("pass", 0)), failed)


def lint() -> Count:
    """Man pages, shell scripts, types."""
    pages = sorted(str(p.relative_to(ROOT)) for folder in MAN_FOLDERS
                   for p in (ROOT / folder).glob("*.[1-8]"))
    scripts = [str(p.relative_to(ROOT)) for p in (ROOT / "scripts").iterdir()
               if p.is_file() and p.read_text().startswith("#!/bin/sh")]
    results = [
        run("mandoc", "-Tlint", "-Wwarning", *pages),
        run("shellcheck", *scripts),
        run("./scripts/journey"),
        run(PYTHON, "-m", "mypy", "--strict", "scripts/run_checks.py", "scripts/run_quickstart.py",
            "tests/parity/generate.py", "tests/parity/refuse.py"),
        run(PYTHON, "-m", "mypy", "--strict", "-p", "bench", env={"MYPYPATH": f"tests:tests/e2e:{BUILD}/ravop"}),
    ]
    return Count(results.count(True), results.count(False))


def tidy() -> Count:
    """What clang's checkers find in the sources; .clang-tidy says which."""
    listed = subprocess.run(["git", "ls-files", "*.c"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    files = [name for name in listed.stdout.split() if not name.startswith("tests/")]
    flags = ["-std=c11", "-D_GNU_SOURCE", f"-I{ROOT}", f"-I{BUILD}", "-isystem", sysconfig.get_path("include"),
             *(f'-D{name}=""' for name in ["WWW_DIR", "BIN_DIR", "DEFAULT_CONF"])]
    wasm = ["--target=wasm32", "-D__wasi__", "-ffreestanding", "-isystem", "/usr/include/wasm32-wasi"]

    def clean(name: str) -> bool:
        command = ["clang-tidy", "--quiet", name, "--", *flags, *(wasm if name.startswith("worker/wasm_") else [])]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        print(done.stdout, end="")
        return done.returncode == 0

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(clean, files))
    return Count(results.count(True), results.count(False))


def distcheck() -> Count:
    """The release builds, tests and installs from its own tarball."""
    return one(run("make", "-s", "distcheck", "AM_COLOR_TESTS=no", cwd=BUILD))


def quickstart() -> Count:
    """The README's first command, on a free port."""
    done = subprocess.run(
        ["./scripts/quickstart", "--once", "--port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
    )
    print(done.stdout)
    return one(done.returncode == 0 and "c:  [ 6 24 10]" in done.stdout)


def bench() -> Count:
    """The benchmark runs, at small sizes; no figure is looked at."""
    done = subprocess.run(["./scripts/bench", "--quick"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    return one(done.returncode == 0 and done.stdout.count("\n| ") > 20)


STEPS: dict[str, Callable[[], Count]] = {
    "build": lambda: build(BUILD),
    "unit": lambda: unit(BUILD),
    "sanitized-build": lambda: build(SANITIZED, "--enable-sanitizers", "CC=clang-19"),
    "sanitized-unit": lambda: unit(SANITIZED),
    "lint": lint,
    "tidy": tidy,
    "python": lambda: pytest("python", "tests/python"),
    "node": node,
    "e2e": lambda: pytest("e2e", "tests/e2e"),
    "quickstart": quickstart,
    "bench": bench,
    "distcheck": distcheck,
}


def main(names: list[str]) -> int:
    """Runs the steps named, or all."""
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        print(f"unknown step {unknown[0]}; there are: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    BUILD.mkdir(exist_ok=True)
    REPORTS.mkdir(exist_ok=True)
    results: dict[str, Count] = {}
    for name in names or STEPS:
        print(f"\n=== {name}", flush=True)
        start = time.monotonic()
        results[name] = STEPS[name]()
        print(f"=== {name}: {results[name].passed} passed, {results[name].failed} failed, "
              f"{time.monotonic() - start:.0f} s", flush=True)
    print()
    for name, count in results.items():
        print(f"{name:16} {count.passed:6} passed {count.failed:4} failed")
    passed = sum(count.passed for count in results.values())
    failed = sum(count.failed for count in results.values())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
