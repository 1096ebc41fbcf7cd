"""workerd against a server that knows the protocol only from its description:
joining, computing, losing the connection, its name, leaving."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import signal
import socket
import stat
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import BUILD, end_process, until
from msgpack_mini import pack, unpack

HELLO, WELCOME, REFUSE, ACK, BENCH, STATE, ASSIGN, RESULT, ANNOUNCE = 1, 2, 3, 7, 12, 13, 14, 15, 19
PING, PONG, AGAIN = 23, 24, 27
CID_TAKEN, BAD_TOKEN, DRAINING = 5, 4, 7
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Session:
    """The server's end of one WebSocket."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(20)
        self.sock = sock
        self.head = self.until(b"\r\n\r\n").decode()
        key = re.search(r"Sec-WebSocket-Key: (\S+)", self.head)
        assert key is not None and "Sec-WebSocket-Protocol: raven.v1" in self.head
        self.accept = base64.b64encode(hashlib.sha1(key[1].encode() + GUID).digest()).decode()

    def upgrade(self) -> Session:
        """Says yes."""
        self.sock.sendall((
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {self.accept}\r\nSec-WebSocket-Protocol: raven.v1\r\n\r\n").encode())
        return self

    def until(self, mark: bytes) -> bytes:
        """Bytes up to and with the mark."""
        data = b""
        while not data.endswith(mark):
            data += self.exactly(1)
        return data

    def exactly(self, count: int) -> bytes:
        """So many bytes; EOFError when there are no more."""
        data = b""
        while len(data) < count:
            piece = self.sock.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame, which must be masked."""
        first, second = self.exactly(2)
        assert second & 0x80
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self.exactly(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.exactly(8))[0]
        mask, data = self.exactly(4), self.exactly(length)
        return first & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(data))

    def receive(self, *kinds: int) -> list[Any]:
        """The next message of one of these kinds."""
        while True:
            opcode, data = self.frame()
            assert opcode == 2, data
            message: list[Any] = unpack(data)
            if message[0] in kinds:
                return message

    def send(self, *fields: Any) -> None:
        """One message."""
        data = pack(list(fields))
        head = bytes([0x82, len(data)]) if len(data) < 126 else b"\x82\x7e" + struct.pack(">H", len(data))
        self.sock.sendall(head + data)

    def welcome(self, cid: str = "") -> None:
        """The answer to HELLO."""
        self.send(WELCOME, 1, "test", cid, b"", 1 << 24, 10000, 1 << 23, 8, 1 << 24, 1 << 28, 65536, [])

    def assign(self, group: int) -> None:
        """A group that adds (1, 2, 3) to itself, exported as op 2 of graph 7."""
        ops = struct.pack("<HBBBBHIIII", 1, 5, 1, 0, 1, 0, 0, 0, 0, 0)
        ops += struct.pack("<HBBBBHIIII", 2, 5, 1, 1, 0, 2, 0, 0, 0, 0xFFFFFFFF)
        head = struct.pack("<10I", 0x31505652, 1, 0, 2, 2, 1, 0, 0, 24, 0)
        program = head + ops + struct.pack("<IIq3d", 0, 0, 3, 1, 2, 3)
        self.send(ASSIGN, 7, 1, group, b"t" * 16, "graph", program, [], [[2, False]], 1000)


class Listener:
    """A socket that workers come to, and the workers that were started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "run").mkdir()
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(str(folder / "run" / "worker.sock"))
        self.listen()
        self.workers: list[subprocess.Popen[bytes]] = []

    def listen(self) -> None:
        """Waits for connections, not for ever."""
        self.sock.listen()
        self.sock.settimeout(20)

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        """A worker; its log goes to log in the folder."""
        with open(self.folder / "log", "ab") as log:
            self.workers.append(subprocess.Popen(
                [BUILD / "workerd", "-o", f"state_dir={self.folder}", *options], stderr=log))
        return self.workers[-1]

    def accept(self) -> Session:
        """The next connection, before its handshake is answered."""
        return Session(self.sock.accept()[0])

    def joined(self) -> Session:
        """A worker that has joined and told what it is."""
        session = self.accept().upgrade()
        session.receive(HELLO)
        session.welcome()
        for kind in (BENCH, STATE, ANNOUNCE):
            session.receive(kind)
        return session

    def log(self) -> str:
        """All that the workers have said."""
        return (self.folder / "log").read_text()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Listener]:
    """A listener; its workers are ended after the test."""
    listener = Listener(tmp_path)
    yield listener
    listener.sock.close()
    for worker in listener.workers:
        end_process(worker, signal.SIGKILL)


def test_computes_and_leaves(server: Listener) -> None:
    """One group from HELLO to goodbye."""
    worker = server.start()
    session = server.accept().upgrade()
    hello = session.receive(HELLO)
    assert hello[2] == 2 and hello[5] == "native-0" and hello[8] == "native" and len(hello[6]) == 32
    session.welcome()
    bench = session.receive(BENCH)
    assert len(bench[1]) >= 8 and all(rate > 0 for _, _, rate in bench[1])
    assert session.receive(STATE)[1:] == [0, False, 1, 1.0, False]
    assert session.receive(ANNOUNCE)[1:] == [[], []]
    session.assign(5)
    result = session.receive(RESULT)
    assert result[1:5] == [7, 1, 5, b"t" * 16]
    assert result[6] == []
    op, dtype, dims, size, digest, data = result[5][0]
    assert (op, dtype, dims, size) == (2, 5, [3], 24)
    assert struct.unpack("<3d", data) == (2, 4, 6)
    assert len(digest) == 32
    session.send(PING, 9)
    assert session.receive(PONG) == [PONG, 9]
    worker.send_signal(signal.SIGTERM)
    assert session.receive(STATE)[5] is True
    assert worker.poll() is None            # the result is not acknowledged yet
    session.send(ACK, 7, 0, 1, 5, b"")
    opcode, data = session.frame()
    assert (opcode, struct.unpack(">H", data[:2])[0]) == (8, 1000)
    session.sock.close()
    assert worker.wait(10) == 0


def test_comes_back_with_its_results(server: Listener) -> None:
    """The connection is lost before the result is acknowledged."""
    server.start()
    session = server.joined()
    session.assign(5)
    first = session.receive(RESULT)
    session.sock.close()
    session = server.accept().upgrade()
    session.receive(HELLO)
    session.welcome()
    announce = session.receive(ANNOUNCE)
    assert announce[1] == [[7, 1, 5, b"t" * 16, True]]
    assert announce[2][0][:2] == [7, 2]
    assert session.receive(RESULT) == first
    session.send(AGAIN, 2)                  # the scheduler restarts
    assert session.receive(HELLO)[5] == "native-0"


def test_keeps_its_name(server: Listener) -> None:
    """The same CID and secret after a restart, in a file nobody else reads."""
    worker = server.start()
    session = server.accept().upgrade()
    secret = session.receive(HELLO)[6]
    session.welcome("given")
    until("the name is kept", lambda: "given" in (server.folder / "workers/native-0").read_text())
    end_process(worker, signal.SIGKILL)
    mode = stat.S_IMODE(os.stat(server.folder / "workers/native-0").st_mode)
    assert mode == 0o600
    server.start()
    session = server.accept().upgrade()
    assert session.receive(HELLO)[5:7] == ["given", secret]


def test_takes_another_name_when_its_own_is_taken(server: Listener) -> None:
    """The state folder was lost; the server remembers another secret."""
    worker = server.start()
    session = server.accept().upgrade()
    old = session.receive(HELLO)
    session.send(REFUSE, 1, 0, 0, 0, CID_TAKEN, "taken", 0, 0)
    new = server.accept().upgrade().receive(HELLO)
    assert new[5].startswith("native-0-") and new[6] != old[6]
    assert worker.poll() is None


def test_ends_when_refused_for_good(server: Listener) -> None:
    """Status 1, and the reason in the log."""
    worker = server.start()
    session = server.accept().upgrade()
    session.receive(HELLO)
    session.send(REFUSE, 1, 0, 0, 0, BAD_TOKEN, "no \x1b such token", 0, 0)
    assert worker.wait(10) == 1
    assert "code=bad_token" in server.log() and "\x1b" not in server.log()


def test_tries_again_when_the_server_is_full(server: Listener) -> None:
    """503, an answer that is no WebSocket's, and a drain; then it is let in."""
    server.start()
    server.accept().sock.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
    session = server.accept()
    session.accept = "wrong"
    session.upgrade()
    session = server.accept().upgrade()
    session.receive(HELLO)
    session.send(REFUSE, 1, 0, 0, 0, DRAINING, "stopping", 0, 100)
    session.sock.close()
    server.joined()
    assert "reason=\"stopping\"" in server.log()


def test_comes_by_url(server: Listener) -> None:
    """Over TCP, by the name in the URL."""
    server.sock = socket.socket()
    server.sock.bind(("127.0.0.1", 0))
    server.listen()
    port = server.sock.getsockname()[1]
    server.start("-u", f"http://localhost:{port}", "-i", "3")
    session = server.accept()
    assert f"Host: localhost:{port}\r\n" in session.head
    assert session.upgrade().receive(HELLO)[5] == "native-3"


@pytest.mark.parametrize("url", ["https://localhost:1", "localhost", "http://", "http://no.invalid:1"])
def test_refuses_a_bad_url(server: Listener, url: str) -> None:
    """Status 78 before it does anything."""
    assert server.start("-u", url).wait(20) == 78


def test_a_broken_peer_costs_only_the_connection(server: Listener) -> None:
    """Rubbish, text, a frame too long: it closes and comes back."""
    worker = server.start()
    for rubbish in (b"\x82\x03\x93\xff\xff", b"\x81\x02hi", b"\x82\x7f" + b"\xff" * 8, b"\xf2\x00"):
        session = server.accept().upgrade()
        session.receive(HELLO)
        session.sock.sendall(rubbish)
        with pytest.raises((EOFError, ConnectionError)):
            while session.frame()[0] != 8:
                pass
            session.sock.close()
            raise EOFError
    server.accept()
    assert worker.poll() is None
