"""What idle sessions cost: memory of each process, and time of a graph beside
them.

A server with two native workers holds the sessions (which have said HELLO and
have no work), runs a graph beside them, and again without.  Prints CSV: the resident
memory a connection adds to each process and to all, what the graph did
without and with them, and how busy the processes are when nothing runs.

usage: tests/bench/idle.py [--connections N] [--roles dpo] [--seconds N]
(after scripts/build and make -C build bench-hold)
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("RAVEN_BUILD", ROOT / "build")).resolve()
sys.path[:0] = [str(ROOT / "tests/e2e"), str(BUILD / "ravop")]
os.environ["RAVEN_PROGRESS"] = "0"

from harness import Server  # noqa: E402

import ravop as R  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def processes(server: Server) -> dict[str, list[int]]:
    """Process ids of brokerd and its children, by name."""
    found: dict[str, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "status").read_text()
        except OSError:
            continue
        name, parent = re.search(r"^Name:\s+(\S+)", status), re.search(r"^PPid:\s+(\d+)", status, re.M)
        assert name and parent
        if server.broker.pid in (int(parent[1]), int(entry.name)):
            found.setdefault(name[1], []).append(int(entry.name))
    return found


def resident(pids: list[int]) -> int:
    """Bytes resident in some processes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGESIZE")


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of some processes so far."""
    rows = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in pids]
    return sum(int(row[11]) + int(row[12]) for row in rows) / TICKS


def run_graph(seconds: float) -> tuple[float, float]:
    """Ops a second of independent adds, and the median milliseconds of one op."""
    a, b = R.t([1.0, 2.0, 3.0, 4.0]), R.t([5.0, 6.0, 7.0, 8.0])
    count, done, start = 2000, 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        R.compute(*[a + b for _ in range(count)])
        done += count
    rate = done / (time.perf_counter() - start)
    times = []
    for _ in range(50):
        start = time.perf_counter()
        R.compute(a + b)
        times.append(time.perf_counter() - start)
    return rate, median(times) * 1e3


def hold(server: Server, connections: int, roles: str) -> subprocess.Popen[str]:
    """Open the sessions; returns once all have their WELCOME."""
    words = [str(BUILD / "bench-hold"), str(server.settings["port"]), str(connections), roles]
    holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    line = holder.stdout.readline().strip()
    if line != f"held {connections}":
        raise SystemExit(f"bench-hold: {line or 'ended'}\n{server.log()[-2000:]}")
    return holder


def release(holder: subprocess.Popen[str]) -> None:
    """Close them; says how many were lost on the way."""
    out, _ = holder.communicate()
    print("#", out.strip())
    found = re.search(r"lost (\d+)", out)
    if found is None or int(found[1]) > 0:
        raise SystemExit("bench-hold: sessions were lost")


def measure(server: Server, connections: int, roles: str, seconds: float) -> None:
    """Everything, on a server that has run nothing: freed memory of a graph
    would be taken for the sessions."""
    os.environ["RAVEN_URL"] = server.url
    groups = processes(server)
    before = {name: resident(pids) for name, pids in groups.items()}
    holder = hold(server, connections, roles)
    time.sleep(2)
    after = {name: resident(pids) for name, pids in groups.items()}
    print("figure,value")
    for name in sorted(groups):
        print(f"bytes per connection in {name},{(after[name] - before[name]) / connections:.0f}")
    total = sum(after.values()) - sum(before.values())
    print(f"bytes per connection in all,{total / connections:.0f}")
    spent = {name: cpu_seconds(pids) for name, pids in groups.items()}
    time.sleep(seconds * 2)
    for name in sorted(groups):
        print(f"busy share of {name} when idle,{(cpu_seconds(groups[name]) - spent[name]) / seconds / 2:.3f}")
    run_graph(seconds)  # first use of everything
    beside = run_graph(seconds)
    release(holder)
    time.sleep(1)
    alone = run_graph(seconds)
    print(f"ops per second without,{alone[0]:.0f}\nops per second with,{beside[0]:.0f}")
    print(f"ms of one op without,{alone[1]:.3f}\nms of one op with,{beside[1]:.3f}")


def main() -> None:
    """Start a server, measure, stop it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--connections", type=int, default=10000)
    parser.add_argument("--roles", default="dpo")
    parser.add_argument("--seconds", type=float, default=2.0)
    args = parser.parse_args()
    server = Server(workers=2, address_connections=args.connections, address_unauthenticated=1000,
                    graph_ops=4_000_000)
    try:
        server.wait_participants(2)
        measure(server, args.connections, args.roles, args.seconds)
    finally:
        server.close()


if __name__ == "__main__":
    main()
