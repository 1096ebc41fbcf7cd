"""Real servers, workers and browsers for the end-to-end tests.

Every process gets a private state folder and a free port, and is ended by the
object that started it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("RAVEN_BUILD", ROOT / "build")).resolve()
PYTHON = "/usr/bin/python3"
DEADLINE_S = 60.0
CHROMIUM = [
    "/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--remote-debugging-port=0",
]


def until(what: str, ready: Callable[[], Any], seconds: float = DEADLINE_S) -> Any:
    """Asks until the answer is true; fails with `what` when time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ready()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def end_process(process: subprocess.Popen[Any], how: int = signal.SIGTERM) -> None:
    """Ends one process that we started; SIGKILL when it does not follow."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Server:
    """A brokerd with everything it starts."""

    def __init__(self, **settings: object) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="raven-test-")
        self.log_path = Path(self.folder.name) / "raven.log"
        self.settings: dict[str, object] = {
            "port": 0, "state_dir": f"{self.folder.name}/state", "www_dir": f"{BUILD}/www",
            "gateways": 1, "drain_ms": 2000, **settings,
        }
        self.browsers: list[subprocess.Popen[bytes]] = []
        self.url = ""
        self.start()

    @property
    def options(self) -> list[str]:
        """The settings as command-line options."""
        return [word for name, value in self.settings.items() for word in ("-o", f"{name}={value}")]

    def start(self) -> None:
        """Starts brokerd and waits for its ready line."""
        before = len(self.log())
        with open(self.log_path, "ab") as log:
            self.broker = subprocess.Popen([str(BUILD / "brokerd"), *self.options], stderr=log)

        def ready() -> re.Match[str] | None:
            assert self.broker.poll() is None, self.log()
            return re.search(r"ready: (http://\S+)", self.log()[before:])

        found = until("the server is ready", ready)
        self.url = found[1]
        self.settings["port"] = int(re.search(r":(\d+)/", self.url)[1])  # type: ignore[index]

    def log(self) -> str:
        """All that the server's processes have said."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def ravenctl(self, *command: str) -> Any:
        """What ravenctl says, as data."""
        done = subprocess.run([str(BUILD / "ravenctl"), *self.options, "--json", *command],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def pid(self, role: str) -> int:
        """Process id of the first child of a role: gatewayd, schedulerd, redis-server, workerd."""
        pattern = re.compile(role)
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = re.search(r"^PPid:\s+(\d+)", (entry / "status").read_text(), re.M)
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if parent and int(parent[1]) == self.broker.pid and pattern.search(words.split(" ")[0]):
                return int(entry.name)
        return 0

    def kill(self, role: str) -> None:
        """SIGKILL to one child, and waits until another has taken its place."""
        old = until(f"{role} runs", lambda: self.pid(role))
        os.kill(old, signal.SIGKILL)
        until(f"{role} is restarted", lambda: self.pid(role) not in (0, old))

    def participants(self) -> list[dict[str, Any]]:
        """Participants that are joined and measured."""
        rows: list[dict[str, Any]] = self.ravenctl("participants")["participants"]
        return [row for row in rows if row["status"] in ("ready", "idle", "computing")]

    def open_tab(self, cid: str) -> subprocess.Popen[bytes]:
        """A headless Chromium with the page, participating."""
        browser = subprocess.Popen(
            [*CHROMIUM, f"--user-data-dir={self.folder.name}/browser-{cid}", f"{self.url}?auto=1&cid={cid}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        self.browsers.append(browser)
        return browser

    def wait_participants(self, count: int) -> None:
        """Returns once so many can take work."""
        until(f"{count} participants are ready\n", lambda: len(self.participants()) >= count)

    def program(self, source: str, *arguments: str) -> subprocess.Popen[str]:
        """Starts a Python program that uses this server."""
        env = {**os.environ, "RAVEN_URL": self.url, "PYTHONPATH": str(BUILD / "ravop")}
        return subprocess.Popen(
            [PYTHON, "-u", "-c", source, *arguments] if "\n" in source else [PYTHON, "-u", source, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=ROOT,
        )

    def run(self, source: str, *arguments: str, seconds: float = DEADLINE_S) -> str:
        """Runs a program to its end and returns what it printed."""
        program = self.program(source, *arguments)
        try:
            out, err = program.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            program.kill()
            out, err = program.communicate()
            raise AssertionError(f"the program did not end:\n{out}\n{err}\n{self.log()[-4000:]}") from None
        assert program.returncode == 0, f"{out}\n{err}\n{self.log()[-4000:]}"
        return out

    def connect(self) -> socket.socket:
        """A TCP connection to the gateway."""
        return socket.create_connection(("127.0.0.1", int(str(self.settings["port"]))), timeout=10)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        end_process(self.broker)
        return self.broker.returncode

    def close(self) -> None:
        """Ends everything."""
        for browser in self.browsers:
            if browser.poll() is None:
                os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()
        self.stop()
        self.folder.cleanup()
