"""No server, a wrong server, settings: what the user is told."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import fake
import numpy as np
import pytest

import ravop as R
from ravop import _progress as progress
from ravop._config import server


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine."""
    for name in ("RAVEN_URL", "RAVENVERSE_URL", "RAVEN_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_argument_environment_file_default(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert server().url == "http://localhost:9999"
    (tmp_path / "raven").mkdir()
    (tmp_path / "raven" / "client.toml").write_text(
        'url = "https://file.example"\ntoken = "from the file"\n')
    assert (server().url, server().port) == ("https://file.example", 443)
    monkeypatch.setenv("RAVENVERSE_URL", "http://old:1")
    assert server().host == "old"
    monkeypatch.setenv("RAVEN_URL", "http://new:2")
    assert (server().host, server().token) == ("new", "from the file")
    monkeypatch.setenv("RAVEN_TOKEN", "secret")
    assert server("argument:3").port == 3
    assert "secret" not in repr(server())


def test_damaged_settings(tmp_path: Path) -> None:
    with pytest.raises(R.RavenError, match="is no server"):
        server("ftp://x")
    with pytest.raises(R.RavenError, match="longer than 64"):
        server(token="x" * 65)
    (tmp_path / "raven").mkdir()
    (tmp_path / "raven" / "client.toml").write_text("url = ")
    with pytest.raises(R.RavenError, match="client.toml cannot be read"):
        server()


def test_no_server() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        R.Graph(url=url)
        a = R.t([1]) + 1        # recording needs no server
        with pytest.raises(R.NoServerError, match="brokerd") as info:
            a()
    assert url in str(info.value) and isinstance(info.value, ConnectionError)


def test_another_kind_of_server() -> None:
    def answer() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=answer)
        thread.start()
        R.Graph(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(R.NoServerError, match="404"):
            R.t([1])()
        thread.join()


def test_a_default_graph_when_none_was_opened(graph: R.Graph) -> None:
    graph.end()
    a = R.t([1, 2])
    assert a.graph.name == "default" and a.graph.approach == "distributed"


def test_unknown_keywords_are_kept() -> None:
    graph = R.Graph(name="x", approach="local", algorithm="knn", rules=None)
    assert graph.options == {"algorithm": "knn", "rules": None}


def test_progress_setting() -> None:
    before = R.options().progress
    assert R.options(progress=False).progress is False
    R.options(progress=before)
    assert os.environ.get("RAVEN_PROGRESS") is None


# Against a scripted server.

def leave(peer: fake.Peer) -> None:
    """Reads until the developer is gone."""
    try:
        while True:
            peer.hear(0)
    except (AssertionError, ConnectionError, OSError):
        pass


def ops_of(batch: list[object]) -> int:
    """Number of ops in a BATCH's program."""
    program = batch[3]
    assert isinstance(program, bytes)
    return int.from_bytes(program[12:16], "little")


def ended(peer: fake.Peer, failures: list[object] = []) -> None:
    """Answers END."""
    peer.hear(fake.END)
    peer.say(fake.ENDED, 7, 3, 3 - len(failures), len(failures), 0, failures)


def test_a_value_and_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        batch = peer.hear(fake.BATCH)
        assert batch[1:3] == [7, 1] and batch[4] == [3]
        peer.value(7, 3, 42)
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        ended(peer)

    with fake.Server(script) as served:
        graph = R.Graph(name="life", url=served.url)
        a = R.t(40) + 2
        assert a() == 42 and a() == 42 and graph.id == 7
        assert a.status == "computed" and graph.progress == 100
        assert graph.get_op_stats()["computed_ops"] == 3
        assert graph.end() == "Graph computed successfully!"
    assert "successfully" in capsys.readouterr().out


def test_a_lost_connection_is_none() -> None:
    def first(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)           # and it dies before it is recorded

    def second(peer: fake.Peer) -> None:
        assert peer.hello[-1][0][1] == 7
        peer.welcome(7, 0)
        assert peer.hear(fake.BATCH)[2] == 1
        peer.say(fake.ACK, 7, 1, 0, 0, b"")     # recorded, then it dies

    def third(peer: fake.Peer) -> None:
        peer.welcome(7, 1)
        assert peer.hear(fake.WANT)[2] == [3]
        peer.value(7, 3, 5)
        ended(peer)

    with fake.Server(first, second, third) as served:
        with R.Graph(url=served.url):
            assert (R.t(2) + R.t(3))() == 5


def test_a_failed_op(capsys: pytest.CaptureFixture[str]) -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        peer.say(fake.VALUE, 7, 4, 0, [], 0, b"", b"", 63, 3, "", "tab-1")
        ended(peer, [[3, 3, 61, "2 to the power -1"], [4, 3, 63, ""]])

    with fake.Server(script) as served:
        graph = R.Graph(url=served.url)
        bad = R.t(2) ** R.t(-1)
        after = bad + bad
        with pytest.raises(R.OpError, match="depends on op 3 .pow.") as info:
            after()
        assert info.value.op == 3 and info.value.user_file == __file__
        assert info.value.participant == "tab-1"
        assert graph.end() == "Graph failed to compute."
    out = capsys.readouterr().out
    assert "op 3 (pow) of (), () failed: 2 to the power -1" in out
    assert out.count("failed:") == 1


def test_refusals() -> None:
    def token(peer: fake.Peer) -> None:
        assert peer.hello[4] == b"wrong"
        peer.say(fake.REFUSE, fake.SESSION, 0, 0, 0, 4, "no such token", 0, 0)
        leave(peer)

    def quota(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        peer.say(fake.REFUSE, fake.BATCH_SUBJECT, 7, 0, 1, 24,
                 "graph_ops is 1", 0, 0)
        leave(peer)

    with fake.Server(token) as served:
        R.Graph(url=served.url, token="wrong")
        with pytest.raises(R.AuthError, match="no such token.*operator"):
            R.t(1)()
    with fake.Server(quota) as served:
        graph = R.Graph(url=served.url)
        with pytest.raises(R.QuotaError, match="graph_ops is 1"):
            R.t(1)()
        with pytest.raises(R.QuotaError):
            R.t(1)
        assert graph.status == "failed"
        graph._connection._down("test")     # type: ignore[union-attr]


def test_storage_busy_waits() -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        peer.say(fake.REFUSE, fake.BATCH_SUBJECT, 7, 0, 1, 27, "", 0, 50)
        assert peer.hear(fake.BATCH)[2] == 1
        peer.value(7, 1, 3)
        leave(peer)

    with fake.Server(script) as served:
        graph = R.Graph(url=served.url)
        assert R.t(3)() == 3
        graph._connection._down("test")     # type: ignore[union-attr]


def test_progress_without_participants(
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:
    said = []

    def script(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        for participants in (0, 2):
            peer.say(fake.PROGRESS, 7, 0, 0, 0, 0, 2, 0, 1, 0, participants, 0)
            time.sleep(0.1)
        peer.value(7, 1, 3)
        leave(peer)

    monkeypatch.setattr("ravop._progress.LINE_EVERY", 0.0)
    monkeypatch.setattr("ravop._progress.SHOW_AFTER", 0.0)
    R.options(callback=lambda done, total: said.append((done, total)))
    with fake.Server(script) as served:
        graph = R.Graph(name="slow", url=served.url)
        assert R.t(3)() == 3
        graph._connection._down("test")     # type: ignore[union-attr]
    R.options(callback=None)
    err = capsys.readouterr().err
    assert f"waiting for participants: open {served.url}" in err
    assert "1/3 ops, 2 participants" in err and (1, 3) in said


def test_interrupt_says_how_to_go_on(capsys: pytest.CaptureFixture[str]
                                     ) -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.3)
        peer.value(7, 1, 3)
        leave(peer)

    with fake.Server(script) as served:
        graph = R.Graph(name="mine", url=served.url)
        a = R.t(3)
        with pytest.raises(KeyboardInterrupt):
            a()
        assert a() == 3
        graph._connection._down("test")     # type: ignore[union-attr]
    assert "graph 7 'mine' goes on at" in capsys.readouterr().err


def test_full_batches_leave_by_themselves() -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        for n in range(1, 6):
            batch = peer.hear(fake.BATCH)
            assert batch[2] == n and 0 < ops_of(batch) <= 4096
            peer.say(fake.ACK, 7, n, 0, 0, b"")
        peer.value(7, batch[4][0], 1)
        leave(peer)

    with fake.Server(script) as served:
        graph = R.Graph(url=served.url)
        a = R.t(0)
        kept = [R.t(i) for i in range(7000)]
        for _ in range(5000):
            a = a + np.array([1])[0]
        assert a() == 1 and kept
        graph._connection._down("test")     # type: ignore[union-attr]


def test_threads_do_not_wait_for_each_other() -> None:
    asked = threading.Event()

    def script(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        asked.set()
        peer.hear(fake.BATCH)
        peer.value(7, 2, 22)
        time.sleep(0.5)
        peer.value(7, 1, 11)
        leave(peer)

    with fake.Server(script) as served:
        graph = R.Graph(url=served.url)
        first, said = R.t(11), []
        thread = threading.Thread(target=lambda: said.append(first()))
        thread.start()
        assert asked.wait(5)
        start = time.monotonic()
        assert R.t(22)() == 22
        assert time.monotonic() - start < 0.2
        thread.join()
        assert said == [11]
        graph._connection._down("test")     # type: ignore[union-attr]


def test_a_graph_nobody_uses_is_cancelled() -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        peer.value(7, 1, 3)
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        end = peer.hear(fake.END)
        assert end[1:3] == [7, True]
        peer.say(fake.ENDED, 7, 1, 1, 0, 0, [])

    program = "import ravop as R; print(R.t(3)())"
    with fake.Server(script) as served:
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True,
            env={**os.environ, "RAVEN_URL": served.url})
        assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


def test_the_bar_of_a_terminal(capsys: pytest.CaptureFixture[str],
                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ravop._progress.SHOW_AFTER", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    shown = progress.Progress("graph", "http://x")
    shown.update(progress.Counts(pending=1, computed=3, participants=2,
                                 believed=True, predicted_ms=1800,
                                 left_ms=600))
    shown.close()
    err = capsys.readouterr().err
    assert "predicted 1.8 s, 0.6 s left" in err
    shown = progress.Progress("graph", "http://x")
    shown.update(progress.Counts(pending=1, computed=3, participants=2,
                                 predicted_ms=1800, left_ms=600))
    shown.close()
    err = capsys.readouterr().err
    assert "[##################......] 3/4 ops" in err
    assert "estimating" in err and "left" not in err and err.endswith("\r\x1b[K")
    monkeypatch.setenv("RAVEN_PROGRESS", "0")
    progress.Progress("graph", "http://x").update(progress.Counts())
    assert capsys.readouterr().err == ""


def test_a_child_reconnects() -> None:
    def parent(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        peer.value(7, 1, 3)
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        leave(peer)

    def child(peer: fake.Peer) -> None:
        peer.open(8)
        peer.hear(fake.BATCH)
        peer.value(8, 1, 4)
        leave(peer)

    with fake.Server(parent) as served, fake.Server(child) as other:
        graph = R.Graph(url=served.url)
        assert R.t(3)() == 3
        later = R.t(3)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                with pytest.raises(R.GraphError, match="parent process"):
                    later()
                assert graph._connection.client.open == 0   # type: ignore[union-attr]
                R.Graph(url=other.url)
                status = 0 if R.t(4)() == 4 else 2
            finally:
                os._exit(status)
        assert os.waitpid(pid, 0)[1] == 0
        graph._connection._down("test")     # type: ignore[union-attr]
