"""WebSocket echo: the gateway's own connections against libwebsockets.

Both servers run at once and are driven in turns by the same load client, in
many short rounds.  Of each case the best messages a second (others on the
machine only make it fewer) and the median CPU time of the server's process a
message are printed as CSV, last the ratios of ours to theirs: time_ratio of
the former, cpu_ratio of the latter.

usage: tests/bench/echo.py [--build DIR] [--rounds N] [--ms N] [--loop poll|ev|uv]
(after make -C build bench-echo bench-echo-lws bench-echo-load)
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
# Connections, bytes of a message, messages under way on each connection.
CASES = [(64, 1024, 16), (64, 1024, 1), (1, 1024, 1), (16, 65536, 4), (16, 65536, 1), (1, 65536, 1)]


class Figure(NamedTuple):
    """What one run of the load client says."""

    rate: float
    cpu_us: float


def start_ours(build: Path, folder: str) -> tuple[subprocess.Popen[str], int]:
    """Start the gateway's echo server; returns it and its port."""
    settings = {
        "run_dir": folder,
        "listen": "127.0.0.1",
        "port": "0",
        "redis": f"unix:{folder}/none",
        "www_dir": folder,
        "ws_hello_bytes": "65536",
        "hello_ms": "600000",
        "address_connections": "1000000",
        "address_unauthenticated": "1000000",
    }
    options = [f"-o{name}={value}" for name, value in settings.items()]
    log = Path(folder) / "log"
    with open(log, "wb") as stderr:     # a pipe that nobody reads would stop it
        server = subprocess.Popen([build / "bench-echo", *options], stderr=stderr, text=True)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        found = re.search(r"listening port=(\d+)", log.read_text())
        if found:
            return server, int(found[1])
        time.sleep(0.02)
    server.kill()
    raise RuntimeError("bench-echo does not listen")


def start_theirs(build: Path, loop: str) -> tuple[subprocess.Popen[str], int]:
    """Start the libwebsockets server; returns it and its port."""
    server = subprocess.Popen([build / "bench-echo-lws", loop], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, int(server.stdout.readline().split("=")[1])


def measure(build: Path, port: int, pid: int, case: tuple[int, int, int], ms: int) -> Figure:
    """One run of the load client."""
    words = [str(word) for word in (port, pid, *case, ms)]
    done = subprocess.run(
        [build / "bench-echo-load", *words], stdout=subprocess.PIPE, text=True, check=True
    )
    fields = done.stdout.strip().split(",")
    return Figure(float(fields[3]) / float(fields[4]), float(fields[5]))


def compare(build: Path, servers: dict[str, tuple[int, int]], rounds: int, ms: int) -> None:
    """Drive the servers in turns, case by case."""
    print("connections,bytes,window,server,messages_s,mb_s,cpu_us,time_ratio,cpu_ratio")
    for case in CASES:
        figures: dict[str, list[Figure]] = {name: [] for name in servers}
        for _ in range(rounds):
            for name, (port, pid) in servers.items():
                figures[name].append(measure(build, port, pid, case, ms))
        best = {name: max(run.rate for run in runs) for name, runs in figures.items()}
        cpus = {name: median(run.cpu_us for run in runs) for name, runs in figures.items()}
        other = "libwebsockets"
        for name in figures:
            rate, cpu = best[name], cpus[name]
            ratios = f"{rate / best[other]:.2f},{cpus[other] / cpu:.2f}"
            words = ",".join(str(word) for word in case)
            print(f"{words},{name},{rate:.0f},{rate * case[1] / 1e6:.0f},{cpu:.3f},{ratios}", flush=True)


def main() -> None:
    """Start both servers, compare, stop them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--ms", type=int, default=200)
    parser.add_argument("--loop", default="poll", choices=["poll", "ev", "uv"])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, port = start_ours(args.build, folder)
        theirs, other = start_theirs(args.build, args.loop)
        try:
            servers = {"raven": (port, ours.pid), "libwebsockets": (other, theirs.pid)}
            compare(args.build, servers, args.rounds, args.ms)
        finally:
            for server in (ours, theirs):
                server.terminate()
                server.wait()


if __name__ == "__main__":
    main()
