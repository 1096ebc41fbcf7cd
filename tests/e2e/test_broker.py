"""The supervisor alone: real Redis, and children that do only what every child does."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import BUILD, end_process, until

ROLES = ("gatewayd", "schedulerd", "workerd")


class Broker:
    """A brokerd beside stubs, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "s"
        self.log_path = folder / "log"
        self.conf = folder / "raven.conf"
        self.conf.write_text("drain_ms = 1000\n")
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "bin").mkdir()
        shutil.copy(BUILD / "brokerd", folder / "bin/brokerd")
        for role in ROLES:
            shutil.copy(BUILD / "stub_child", folder / f"bin/{role}")

    @property
    def options(self) -> list[str]:
        """What every program is started with."""
        return ["-f", str(self.conf), "-o", f"state_dir={self.state}"]

    def command(self, *more: str) -> list[str]:
        """The words that start brokerd."""
        return [str(self.folder / "bin/brokerd"), *self.options, "-o", "port=0", *more]

    def start(self, *more: str, env: dict[str, str] | None = None) -> None:
        """Starts it; does not wait."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(*more), stderr=log, env={**os.environ, **(env or {})})

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        """Runs it to its end."""
        return subprocess.run(self.command(*more), capture_output=True, text=True, timeout=30, check=False)

    @property
    def pid(self) -> int:
        """Of the supervisor."""
        assert self.process is not None
        return self.process.pid

    def log(self) -> str:
        """All that was said."""
        return self.log_path.read_text(errors="replace")

    def wait_log(self, pattern: str, count: int = 1) -> re.Match[str]:
        """Waits until a line is there so often; the last one."""
        def found() -> re.Match[str] | None:
            hits = list(re.finditer(pattern, self.log(), re.M))
            return hits[-1] if len(hits) >= count else None

        hit: re.Match[str] = until(f"{pattern} x {count}\n{self.log()}", found, 20)
        return hit

    def wait_ready(self, count: int = 1) -> int:
        """Waits for the ready line; the port."""
        return int(self.wait_log(r"ready: http://localhost:(\d+)/$", count)[1])

    def children(self) -> dict[str, list[int]]:
        """Processes by the name of their program."""
        found: dict[str, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                stat = (entry / "stat").read_text()
                name = (entry / "cmdline").read_bytes().split(b"\0")[0].decode().rsplit("/", 1)[-1]
            except OSError:
                continue
            if int(stat.rsplit(")", 1)[1].split()[1]) == self.pid and stat.rsplit(")", 1)[1].split()[0] != "Z":
                found.setdefault(name, []).append(int(entry.name))
        return found

    def ctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs ravenctl."""
        return subprocess.run([str(BUILD / "ravenctl"), *self.options, *words],
                              capture_output=True, text=True, timeout=30, check=False)

    def processes(self) -> list[dict[str, object]]:
        """What ravenctl says about the processes."""
        rows: list[dict[str, object]] = json.loads(self.ctl("--json", "status").stdout)["processes"]
        return rows

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Its exit status."""
        assert self.process is not None
        end_process(self.process, how)
        return self.process.returncode

    def order(self, role: str, text: str) -> None:
        """Tells a stub what to do at its next start."""
        (self.state / "run").mkdir(parents=True, exist_ok=True)
        (self.state / f"run/stub-{role}").write_text(text + "\n")


def alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that is not started yet."""
    folder = tmp_path_factory.mktemp("b")
    one = Broker(folder)
    yield one
    if one.process is not None and one.process.poll() is None:
        one.stop()


def test_ready_and_stop(broker: Broker) -> None:
    broker.start("-o", "workers=2", "-o", "gateways=2")
    port = broker.wait_ready()
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as peer:
            peer.connect((address, port))
    children = broker.children()
    assert {name: len(pids) for name, pids in children.items()} == {
        "redis-server": 1, "schedulerd": 1, "gatewayd": 2, "workerd": 2}
    auth = broker.state / "run/redis.auth"
    assert auth.stat().st_mode & 0o777 == 0o600
    assert [line.split()[0] for line in auth.read_text().splitlines()] == ["scheduler", "gateway", "ops"]
    assert broker.stop() == 0
    assert not any(alive(pid) for pids in children.values() for pid in pids)
    assert sorted(p.name for p in (broker.state / "run").iterdir()) == []


def test_children_get_their_descriptors(broker: Broker) -> None:
    broker.start("-o", "workers=1")
    broker.wait_ready()
    children = broker.children()
    # Control socket, two addresses, worker.sock and the lock; the loop has its own.
    expected = {"gatewayd": 5, "schedulerd": 3, "workerd": 2}
    for role, count in expected.items():
        fds = Path(f"/proc/{children[role][0]}/fd")
        inherited = [fd for fd in range(3, 3 + count) if (fds / str(fd)).exists()]
        assert len(inherited) == count, role
        assert os.readlink(fds / str(2 + count)) == f"{broker.state}/lock"
        assert os.readlink(fds / "0") == "/dev/null"


def test_second_instance_is_refused(broker: Broker) -> None:
    broker.start()
    broker.wait_ready()
    second = broker.run()
    assert second.returncode == 75
    assert f"brokerd (pid {broker.pid}) already runs on {broker.state}" in second.stderr
    assert broker.stop() == 0
    broker.start()
    broker.wait_ready(2)


@pytest.mark.parametrize("role", [*ROLES, "redis-server"])
def test_killed_child_is_restarted(broker: Broker, role: str) -> None:
    broker.start("-o", "workers=1")
    broker.wait_ready()
    before = broker.children()
    os.kill(before[role][0], signal.SIGKILL)
    name = "redis" if role == "redis-server" else role
    broker.wait_log(rf"{name}\.0: ready pid=\d+ generation=2$")
    after = broker.children()
    assert after[role] != before[role]
    assert {n: p for n, p in after.items() if n != role} == {n: p for n, p in before.items() if n != role}


def test_stopped_child_is_called_silent(broker: Broker) -> None:
    broker.start()
    broker.wait_ready()
    pid = broker.children()["gatewayd"][0]
    os.kill(pid, signal.SIGSTOP)
    broker.wait_log(r"gatewayd\.0: silent pid=\d+")
    states = {row["role"]: row["state"] for row in broker.processes()}
    assert states["gatewayd"] == "silent" and states["schedulerd"] == "ready"
    os.kill(pid, signal.SIGCONT)
    until("it is heard again", lambda: all(row["state"] == "ready" for row in broker.processes()), 10)


def test_a_stopped_broker_blames_nobody(broker: Broker) -> None:
    broker.start()
    broker.wait_ready()
    os.kill(broker.pid, signal.SIGSTOP)
    time.sleep(11)
    os.kill(broker.pid, signal.SIGCONT)
    assert all(row["state"] == "ready" for row in broker.processes())
    assert "silent" not in broker.log()


def test_early_deaths_throttle(broker: Broker) -> None:
    broker.order("gatewayd", "die")
    broker.start()
    broker.wait_log(r"gatewayd\.0: starts again in_s=1$")
    broker.wait_log(r"gatewayd\.0: starts again in_s=2$")
    assert "ready: http" not in broker.log()
    broker.order("gatewayd", "")
    broker.wait_ready()


def test_bad_configuration_of_a_child_stops_all(broker: Broker) -> None:
    broker.order("schedulerd", "config")
    broker.start()
    assert broker.process is not None
    assert broker.process.wait(20) == 78
    assert "schedulerd.0 cannot run as configured" in broker.log()


def test_missing_redis_server(broker: Broker) -> None:
    done = broker.run("-o", "redis_server=/nonexistent/redis-server")
    assert done.returncode == 78
    assert "cannot start /nonexistent/redis-server: No such file" in done.stderr


def test_reload(broker: Broker) -> None:
    broker.start()
    broker.wait_ready()
    broker.conf.write_text("workers = 2\nping_ms = 123\nfsync = always\n")
    os.kill(broker.pid, signal.SIGHUP)
    broker.wait_log(r"reload: done; needs a restart: fsync$")
    broker.wait_log(r"stub: reloaded ping_ms=123$", 2)
    until("two workers", lambda: len(broker.children().get("workerd", [])) == 2, 10)
    broker.conf.write_text("prt = 3\n")
    os.kill(broker.pid, signal.SIGHUP)
    broker.wait_log(r"reload: old settings kept: .*:1: there is no setting 'prt'")
    # A child that is restarted now still gets good settings.
    os.kill(broker.children()["gatewayd"][0], signal.SIGKILL)
    broker.wait_log(r"gatewayd\.0: ready pid=\d+ generation=2$")
    broker.conf.write_text("workers = 1\n")
    os.kill(broker.pid, signal.SIGHUP)
    until("one worker", lambda: len(broker.children().get("workerd", [])) == 1, 10)
    assert broker.stop() == 0


def test_a_child_that_hangs_is_killed(broker: Broker) -> None:
    broker.order("gatewayd", "hang")
    broker.start("-o", "drain_ms=200")
    broker.wait_ready()
    children = broker.children()
    began = time.monotonic()
    assert broker.stop() == 0
    assert time.monotonic() - began < 10
    assert "gatewayd.0: left" in broker.log() and "signal=9" in broker.log()
    assert not any(alive(pid) for pids in children.values() for pid in pids)


def test_children_leave_when_the_broker_is_killed(broker: Broker) -> None:
    broker.start("-o", "workers=1")
    broker.wait_ready()
    children = broker.children()
    broker.stop(signal.SIGKILL)
    broker.start()
    broker.wait_ready(2)
    assert not any(alive(pid) for pids in children.values() for pid in pids)


def stop_with_data(broker: Broker) -> Path:
    """Runs a server that records something; the file it is in."""
    broker.start()
    broker.wait_ready()
    password = dict(x.split() for x in (broker.state / "run/redis.auth").read_text().splitlines())["scheduler"]
    for i in range(50):
        done = subprocess.run(["redis-cli", "-s", str(broker.state / "run/redis.sock"), "--user", "scheduler",
                               "--no-auth-warning", "SET", f"raven:k{i}", "x" * 4000],
                              env={"REDISCLI_AUTH": password, "PATH": "/usr/bin:/bin"}, capture_output=True, check=True)
        assert done.stdout == b"OK\n"
    assert broker.stop() == 0
    return next((broker.state / "redis/appendonlydir").glob("*.incr.aof"))


def test_a_damaged_end_is_cut(broker: Broker) -> None:
    record = stop_with_data(broker)
    sound = record.read_bytes()
    record.write_bytes(sound + bytes(20) + b"garbage")
    broker.start()
    broker.wait_ready(2)
    assert f"the last 27 bytes of {record.name} were damaged; cut off and kept in" in broker.log()
    kept = list((broker.state / "redis").glob("*.cut-*"))
    assert [k.read_bytes() for k in kept] == [bytes(20) + b"garbage"]
    assert broker.stop() == 0
    assert record.read_bytes().startswith(sound)


def test_a_damaged_middle_is_left_to_people(broker: Broker) -> None:
    record = stop_with_data(broker)
    damaged = bytearray(record.read_bytes())
    damaged[1000:1010] = bytes(10)
    at = damaged.find(b"*3", 2000)
    damaged[at:at + 2] = b"??"
    record.write_bytes(damaged)
    broker.start()
    assert broker.process is not None and broker.process.wait(20) == 1
    assert re.search(r"is damaged after \d+ of \d+ bytes; copy .*redis-check-aof --fix", broker.log())
    assert record.read_bytes() == bytes(damaged)


def test_interrupt_stops_too(broker: Broker) -> None:
    broker.start()
    broker.wait_ready()
    assert broker.stop(signal.SIGINT) == 0


def test_dump(broker: Broker) -> None:
    broker.conf.write_text("workers = 3\n")
    done = broker.run("-n", "-o", "hosts=a,b")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    for line in ("workers = 3\t# file", "hosts = a,b\t# command line", "port = 0\t# command line",
                 "fsync = second\t# default"):
        assert line in lines
    broker.conf.write_text(done.stdout)
    again = broker.run("-n")
    assert again.returncode == 0
    assert [x.split("\t")[0] for x in again.stdout.splitlines()] == [x.split("\t")[0] for x in lines]
    assert not broker.state.exists()


@pytest.mark.parametrize(("words", "status", "text"), [
    (["-o", "listen=0.0.0.0"], 78, "tokens = yes"),
    (["-o", "listen=nonsense.invalid", "-o", "tokens=yes"], 1, "nonsense.invalid"),
    (["-o", "prt=1"], 78, "did you mean 'port'?"),
    (["-o", "state_dir=/proc/nothing"], 1, "cannot make the folder"),
    (["-x"], 64, "usage"),
    (["word"], 64, "what is 'word'?"),
    (["-o", "run_dir=/tmp/" + "x" * 100], 1, "set a shorter run_dir"),
])
def test_wrong_starts(broker: Broker, words: list[str], status: int, text: str) -> None:
    done = broker.run(*words)
    assert done.returncode == status, done.stderr
    assert text in done.stderr
    shutil.rmtree("/tmp/" + "x" * 100, ignore_errors=True)


def test_relative_state_dir(broker: Broker) -> None:
    with open(broker.log_path, "ab") as log:
        broker.process = subprocess.Popen(
            [str(broker.folder / "bin/brokerd"), "-o", "state_dir=here", "-o", "port=0"],
            stderr=log, cwd=broker.folder)
    broker.wait_ready()
    assert (broker.folder / "here/run/redis.sock").exists()
    assert broker.stop() == 0


@pytest.fixture
def redis_elsewhere(tmp_path: Path) -> Iterator[str]:
    """A Redis that nobody of ours started; its address."""
    path = tmp_path / "redis.sock"
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", str(path), "--save", ""],
                              stdout=subprocess.DEVNULL, cwd=tmp_path)
    until("Redis listens", path.exists, 10)
    yield f"unix:{path}"
    end_process(server)


def test_redis_elsewhere(broker: Broker, redis_elsewhere: str) -> None:
    broker.start("-o", f"redis={redis_elsewhere}")
    broker.wait_ready()
    assert sorted(broker.children()) == ["gatewayd", "schedulerd"]
    assert broker.stop() == 0
    # Its record can be read although no server runs.
    done = broker.ctl("-o", f"redis={redis_elsewhere}", "status")
    assert done.returncode == 0 and "brokerd does not answer" in done.stderr
    assert "redis  [INFO" in done.stdout
    assert broker.ctl("-o", f"redis={redis_elsewhere}", "graphs").returncode == 0


def test_port_taken(broker: Broker) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = broker.run("-o", f"port={port}")
    assert done.returncode == 1
    assert f"port {port} of 127.0.0.1 is taken" in done.stderr


def test_sockets_from_systemd(broker: Broker) -> None:
    """LISTEN_FDS gives the port; LISTEN_PID must be the process itself."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        os.set_inheritable(listener.fileno(), True)
        script = f"exec 3<&{listener.fileno()} {listener.fileno()}<&-; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\""
        with open(broker.log_path, "ab") as log:
            broker.process = subprocess.Popen(["/bin/bash", "-c", script, "sh", *broker.command()],
                                              stderr=log, close_fds=False)
        assert broker.wait_ready() == port
    with socket.create_connection(("127.0.0.1", port)):
        pass


def test_tells_systemd(broker: Broker) -> None:
    path = broker.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.settimeout(10)
        broker.start(env={"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "3000000"})
        said: list[str] = []

        def heard(text: str) -> Callable[[], bool]:
            def check() -> bool:
                said.append(systemd.recv(4096).decode())
                return any(line.startswith(text) for line in said[-1].splitlines())
            return check

        until("READY=1", heard("READY=1"), 20)
        until("WATCHDOG=1", heard("WATCHDOG=1"), 20)
        until("STATUS", heard("STATUS=running, redis 1/1, schedulerd 1/1"), 20)
        # A scheduler that hangs is not vouched for.
        pid = broker.children()["schedulerd"][0]
        os.kill(pid, signal.SIGSTOP)
        end = time.monotonic() + 6
        beats: list[float] = []
        while time.monotonic() < end:
            if systemd.recv(4096) == b"WATCHDOG=1":
                beats.append(time.monotonic())
        os.kill(pid, signal.SIGCONT)
        assert all(beat < end - 2 for beat in beats)
        os.kill(broker.pid, signal.SIGTERM)
        until("STOPPING=1", heard("STOPPING=1"), 20)
        assert "EXTEND_TIMEOUT_USEC=" in said[-1]
        assert broker.process is not None and broker.process.wait(20) == 0


def test_status(broker: Broker) -> None:
    broker.start("-o", "workers=1")
    port = broker.wait_ready()
    done = broker.ctl("--json", "status")
    assert done.returncode == 0, done.stderr
    status = json.loads(done.stdout)
    assert status["server"]["url"] == f"http://localhost:{port}/"
    assert status["server"]["pid"] == broker.pid
    assert {row["role"]: row["generation"] for row in status["processes"]} == {
        "redis": 1, "schedulerd": 1, "gatewayd": 1, "workerd": 1}
    assert status["redis"]["version"].startswith("7.")
    table = broker.ctl("status")
    assert table.returncode == 0 and "processes  [control.sock]" in table.stdout


def test_status_without_a_server(broker: Broker) -> None:
    done = broker.ctl("status")
    assert done.returncode == 1
    assert "brokerd does not answer" in done.stderr
    assert broker.ctl("graphs").returncode == 1
    assert broker.ctl("graph").returncode == 64
    assert broker.ctl("nonsense").returncode == 64


def test_control_socket_drops_rubbish(broker: Broker) -> None:
    broker.start()
    broker.wait_ready()
    for junk in (b"\xff" * 64, b"\x05\0\0\0" + b"\0" * 8 + b"\x91\x63", b"GET / HTTP/1.0\r\n\r\n"):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(broker.state / "run/control.sock"))
            peer.sendall(junk)
            peer.shutdown(socket.SHUT_WR)
            peer.settimeout(10)
            assert peer.recv(100) == b""
    assert broker.ctl("status").returncode == 0
