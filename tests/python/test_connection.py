"""No server, a wrong server, settings: what the user is told."""
from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

import ravop as R
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
