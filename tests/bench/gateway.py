"""The gateway's own figures: WebSocket echo, and idle sessions.

tests/bench/echo.py and idle.py measure them; here they are run and read.
"""
from __future__ import annotations

import csv
import os
import subprocess
import sys

from .keep import ROOT
from .raven import BUILD
from .samples import Samples
from .table import Line, most, times

LINES = [
    Line("echo, 1 KB x 64 connections", "echo-1k/raven",
         "echo-1k/libwebsockets", "libwebsockets", times(3), more=True),
    Line("echo, 64 KiB x 16 connections", "echo-64k/raven",
         "echo-64k/libwebsockets", "libwebsockets", times(1), more=True),
    Line("10,000 idle connections: gateway, each", "idle-gateway/raven",
         goal=most(2048)),
    Line("- all processes, each", "idle-all/raven", goal=most(8192)),
    Line("- adds beside them", "idle-with/raven", "idle-without/raven",
         "without them", more=True),
]
CASES = {("64", "1024", "16"): "echo-1k", ("16", "65536", "4"): "echo-64k"}
PROGRAMS = ["bench-echo", "bench-echo-lws", "bench-echo-load", "bench-hold"]
IDLE = {
    "bytes per connection in gatewayd": ("idle-gateway/raven", "B"),
    "bytes per connection in all": ("idle-all/raven", "B"),
    "ops per second with": ("idle-with/raven", "ops/s"),
    "ops per second without": ("idle-without/raven", "ops/s"),
}


def _printed(*words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, *words], stdout=subprocess.PIPE, text=True,
        check=True, cwd=ROOT, env={**os.environ, "RAVEN_BUILD": str(BUILD)})
    return done.stdout.splitlines()


def _built() -> bool:
    """The load programs, made; False if there is no libwebsockets."""
    return subprocess.run(
        ["make", "-s", "-C", str(BUILD), *PROGRAMS], check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def _echo(samples: Samples, quick: bool) -> None:
    many = ["--rounds", "1", "--ms", "100"] if quick else []
    rows = _printed("tests/bench/echo.py", "--build", str(BUILD), *many)
    for row in csv.DictReader(rows):
        name = CASES.get((row["connections"], row["bytes"], row["window"]))
        if name:
            samples.add(f"{name}/{row['server']}", float(row["messages_s"]),
                        "msg/s")


def _idle(samples: Samples, quick: bool) -> None:
    number = "500" if quick else "10000"
    for line in _printed("tests/bench/idle.py", "--connections", number,
                         "--seconds", "0.3" if quick else "1"):
        figure, _, value = line.rpartition(",")
        if figure in IDLE:
            samples.add(IDLE[figure][0], float(value), IDLE[figure][1])


def run(samples: Samples, quick: bool) -> None:
    """Both, if there is what they need."""
    if not _built():
        print("  no libwebsockets: gateway figures left out", file=sys.stderr)
        return
    _echo(samples, quick)
    _idle(samples, quick)
