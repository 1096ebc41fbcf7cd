"""A scripted gateway: one thread, one connection at a time, no tensors.

A script is a function that is handed the Peer after HELLO; it says and hears
messages as Python lists [id, fields...]. Several scripts serve one connection
after the other.
"""
from __future__ import annotations

import base64
import hashlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
(HELLO, WELCOME, REFUSE, GRAPH, BATCH, WANT, ACK, VALUE, END, ENDED,
 PROGRESS) = range(1, 12)
SESSION, BATCH_SUBJECT = 1, 4


def pack(value: Any) -> bytes:
    """msgpack, of what messages hold."""
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return struct.pack(">BQ", 0xCF, value) if value >= 0 else (
            struct.pack(">Bq", 0xD3, value))
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, bytes):
        return struct.pack(">BI", 0xC6, len(value)) + value
    if isinstance(value, str):
        return struct.pack(">BI", 0xDB, len(value.encode())) + value.encode()
    return struct.pack(">BI", 0xDD, len(value)) + b"".join(map(pack, value))


class Reader:
    """msgpack, read."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, n: int) -> bytes:
        """The next n bytes."""
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n: int, signed: bool = False) -> int:
        """A big-endian integer."""
        return int.from_bytes(self.take(n), "big", signed=signed)

    def value(self) -> Any:
        """One item."""
        tag = self.number(1)
        if tag < 0x80:
            return tag
        if tag >= 0xE0:
            return tag - 256
        if 0x90 <= tag <= 0x9F:
            return [self.value() for _ in range(tag & 15)]
        if 0xA0 <= tag <= 0xBF:
            return self.take(tag & 31).decode()
        if tag in (0xC2, 0xC3):
            return tag == 0xC3
        if tag == 0xCB:
            return struct.unpack(">d", self.take(8))[0]
        if 0xC4 <= tag <= 0xC6:
            return self.take(self.number(1 << (tag - 0xC4)))
        if 0xCC <= tag <= 0xCF:
            return self.number(1 << (tag - 0xCC))
        if 0xD0 <= tag <= 0xD3:
            return self.number(1 << (tag - 0xD0), signed=True)
        if 0xD9 <= tag <= 0xDB:
            return self.take(self.number(1 << (tag - 0xD9))).decode()
        assert tag in (0xDC, 0xDD), tag
        return [self.value() for _ in range(self.number(2 << (tag - 0xDC)))]


class Peer:
    """The developer's end of a connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        request = b""
        while b"\r\n\r\n" not in request:
            request += sock.recv(4096)
        key = request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        accept = base64.b64encode(
            hashlib.sha1(key + GUID.encode()).digest()).decode()
        sock.sendall((
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Protocol: raven.v1\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
        self.hello = self.hear(HELLO)

    def _exactly(self, n: int) -> bytes:
        data = b""
        while len(data) < n:
            piece = self.sock.recv(n - len(data))
            if not piece:
                raise ConnectionError("the developer left")
            data += piece
        return data

    def _frame(self) -> tuple[int, bytes]:
        first, second = self._exactly(2)
        n = second & 127
        if n == 126:
            n = int.from_bytes(self._exactly(2), "big")
        elif n == 127:
            n = int.from_bytes(self._exactly(8), "big")
        mask = self._exactly(4)
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(self._exactly(n)))
        return first, data

    def next(self) -> list[Any]:
        """The next message."""
        body = b""
        while True:
            first, data = self._frame()
            body += data
            if first & 0x80:
                break
        message: list[Any] = Reader(body).value()
        return message

    def hear(self, kind: int) -> list[Any]:
        """The next message, which must be of this kind."""
        message = self.next()
        assert message[0] == kind, message
        return message

    def say(self, *message: Any) -> None:
        """Sends a message."""
        body = pack(list(message))
        n = len(body)
        head = (struct.pack(">BB", 0x82, n) if n < 126
                else struct.pack(">BBH", 0x82, 126, n))
        self.sock.sendall(head + body)

    def welcome(self, g: int = 0, last: int = 0) -> None:
        """Accepts the session; g: the graph is known, up to batch last."""
        refs = [[self.hello[-1][0][0], g, last]] if g else []
        self.say(WELCOME, 1, "fake", "", b"", 1 << 24, 10000, 8 << 20, 8,
                 16 << 20, 1 << 28, 65536, refs)

    def open(self, g: int) -> None:
        """Welcomes, and opens the graph that is asked for."""
        self.welcome()
        graph = self.hear(GRAPH)
        self.say(ACK, g, 0, 0, 0, graph[1])

    def value(self, g: int, op: int, number: int) -> None:
        """An int64 without axes."""
        self.say(VALUE, g, op, 3, [], 8, b"\0" * 32,
                 number.to_bytes(8, "little"), 0, 0, "", "fake")


class Server:
    """Serves one script a connection, in order; then stops listening."""

    def __init__(self, *scripts: Callable[[Peer], None]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.scripts = scripts
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        try:
            for script in self.scripts:
                sock, _ = self.listener.accept()
                with sock:
                    sock.settimeout(10)
                    script(Peer(sock))
        except BaseException as error:
            self.error = error

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exc: object) -> None:
        self.listener.close()
        self.thread.join(10)
        if exc[0] is None and self.error is not None:
            raise self.error
