"""Foreign bytes at every socket: the server drops the peer and goes on."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable

from harness import ROOT, Server

Start = Callable[..., Server]
SOCKETS = ["scheduler.sock", "worker.sock", "control.sock"]
CASES = [
    b"", b"\x00" * 64, b"\xff" * 4096, b"GET / HTTP/1.0\r\n\r\n",
    b"\xff\xff\xff\x7f" + b"\x00" * 8,            # a frame of 2 GiB
    b"\x05\x00\x00\x00" + b"\x00" * 8 + b"\xdd\x0f\xff\xff\xff",  # a hostile array
    b"GET /raven HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n",
]


def throw(peer: socket.socket, data: bytes) -> None:
    """Sends, and reads until the peer closes or goes quiet."""
    with peer:
        peer.settimeout(0.2)
        try:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65536):
                pass
        except OSError:
            pass


def test_foreign_bytes_at_every_socket(start_server: Start) -> None:
    server = start_server(workers=1)
    server.wait_participants(1)
    pids = {role: server.pid(role) for role in ("gatewayd", "schedulerd", "redis-server", "workerd")}
    rng = random.Random(7)
    cases = CASES + [rng.randbytes(rng.randrange(1, 3000)) for _ in range(20)]
    for name in SOCKETS:
        for case in cases:
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(f"{server.settings['state_dir']}/run/{name}")
            throw(peer, case)
    for case in cases:
        throw(server.connect(), case)
    assert {role: server.pid(role) for role in pids} == pids, server.log()[-3000:]
    assert "c:  [ 6 24 10]" in server.run(str(ROOT / "examples/first_graph.py"))
