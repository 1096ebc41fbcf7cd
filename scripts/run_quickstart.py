"""Starts a server, two browser participants and the example; called by
scripts/quickstart once everything is built."""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PARTICIPANTS = 2
DEADLINE_S = 60.0
CHROMIUM = [
    "chromium", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]


class Quickstart:
    """The processes of one demonstration; `close` ends all that were started."""

    def __init__(self, port: int, folder: str) -> None:
        self.folder = folder
        self.options = [
            "-o", f"port={port}", "-o", f"state_dir={folder}/state",
            "-o", f"www_dir={BUILD}/www",
        ]
        self.processes: list[subprocess.Popen[bytes]] = []
        self.url = ""

    def start_server(self) -> None:
        """Starts brokerd and waits until it says where it listens."""
        broker = subprocess.Popen([str(BUILD / "brokerd"), *self.options], stderr=subprocess.PIPE)
        self.processes.append(broker)
        assert broker.stderr
        seen = b""
        with selectors.DefaultSelector() as selector:
            selector.register(broker.stderr, selectors.EVENT_READ)
            end = time.monotonic() + DEADLINE_S
            while time.monotonic() < end and selector.select(end - time.monotonic()):
                piece = os.read(broker.stderr.fileno(), 65536)
                seen += piece
                ready = re.search(rb"ready: (http://\S+)", seen)
                if ready:
                    self.url = ready[1].decode()
                    self.pass_on(broker)
                    return
                if not piece:
                    break
        sys.stderr.write(seen.decode(errors="replace"))
        raise SystemExit("The server did not start; the reason is above.")

    def pass_on(self, broker: subprocess.Popen[bytes]) -> None:
        """Goes on reading the server's log, into a file."""
        log = open(f"{self.folder}/raven.log", "wb")
        self.processes.append(subprocess.Popen(["cat"], stdin=broker.stderr, stdout=log))

    def start_participants(self) -> None:
        """Opens the page in headless browsers; ?auto=1 stands for the click."""
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        for number in range(1, PARTICIPANTS + 1):
            self.processes.append(subprocess.Popen(
                [*CHROMIUM, *sandbox, "--remote-debugging-port=0",
                 f"--user-data-dir={self.folder}/browser{number}",
                 f"{self.url}?auto=1&cid=quickstart-{number}"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            ))

    def ravenctl(self, command: str) -> Any:
        """What ravenctl says, as data."""
        done = subprocess.run(
            [str(BUILD / "ravenctl"), *self.options, "--json", command],
            stdout=subprocess.PIPE, check=True,
        )
        return json.loads(done.stdout)

    def wait_participants(self) -> None:
        """Returns once both browsers are measured and ready."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            rows = self.ravenctl("participants")["participants"]
            if sum(row["status"] in ("ready", "idle", "computing") for row in rows) >= PARTICIPANTS:
                return
            time.sleep(0.2)
        raise SystemExit(f"The browsers did not join within {DEADLINE_S:.0f} s; see {self.folder}/raven.log.")

    def run_example(self) -> None:
        """Runs the program of the README."""
        env = {**os.environ, "RAVEN_URL": self.url, "PYTHONPATH": str(BUILD / "ravop")}
        subprocess.run(["/usr/bin/python3", str(ROOT / "examples/first_graph.py")], env=env, check=True)

    def report(self) -> None:
        """Prints which participant computed what."""
        print()
        subprocess.run([str(BUILD / "ravenctl"), *self.options, "participants"], check=True)
        subprocess.run([str(BUILD / "ravenctl"), *self.options, "graph", "1"], check=True)

    def close(self) -> None:
        """Browsers first, then the server, which drains."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def check_running(url: str) -> None:
    """Refuses to start twice on one port, before anything is started."""
    try:
        with urllib.request.urlopen(f"{url}livez", timeout=2):
            raise SystemExit(f"A server answers at {url} already; stop it, or give --port.")
    except OSError:
        return


def main() -> int:
    """Parses the options and runs the demonstration."""
    parser = argparse.ArgumentParser(prog="scripts/quickstart", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop everything after the example")
    parser.add_argument("--port", type=int, default=9999, help="TCP port; 0 takes a free one")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.port:
        check_running(f"http://localhost:{options.port}/")
    with tempfile.TemporaryDirectory(prefix="raven-quickstart-") as folder:
        show = Quickstart(options.port, folder)
        try:
            show.start_server()
            print(f"Server: {show.url}   log: {folder}/raven.log")
            print(f"Starting {PARTICIPANTS} headless browsers, which participate...", flush=True)
            show.start_participants()
            show.wait_participants()
            print("Running examples/first_graph.py:\n", flush=True)
            show.run_example()
            show.report()
            if not options.once:
                print(f"\nMore participants can join at {show.url}")
                print("The server stays up until Ctrl-C.", flush=True)
                signal.pause()
        except KeyboardInterrupt:
            print("\nStopping.")
        finally:
            show.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
