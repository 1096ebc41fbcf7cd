"""What the gateway's tests put around it: a scheduler, a peer and a Redis that
know the protocol only from its description."""

from __future__ import annotations

import base64
import os
import re
import select
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import BUILD, end_process, until
from msgpack_mini import pack, unpack

HELLO, WELCOME, REFUSE, GRAPH, BATCH, WANT, ACK, VALUE, END = 1, 2, 3, 4, 5, 6, 7, 8, 9
BENCH, STATE, ASSIGN, RESULT, CANCEL, ANNOUNCE = 12, 13, 14, 15, 16, 19
PUT, PART, STORED, PING, PONG, PROBE, ATTACH, AGAIN, SESSION, STATS = 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
DEVELOPER, PARTICIPANT, OBSERVER = 1, 2, 3
F64, BOOL = 5, 1
GONE, SILENT, BACK, LINK = 1, 2, 3, 4
STORAGE_BUSY, NO_TENSOR, BAD_DIGEST, TOO_BIG, BAD_PROGRAM = 27, 29, 30, 8, 40
RULES = "resetkeys %RW~raven:data:* -@all +get +getrange +strlen +exists +set +ping +client|setname"


def b3(data: bytes) -> bytes:
    """BLAKE3 by another program than ours."""
    done = subprocess.run(["b3sum", "--no-names"], input=data, capture_output=True, check=True)
    return bytes.fromhex(done.stdout.decode().strip())


def tensor_digest(dtype: int, dims: list[int], data: bytes) -> bytes:
    """The name of a tensor's bytes."""
    return b3(bytes([1, dtype, len(dims), 0, 0, 0, 0, 0]) + struct.pack(f"<{len(dims)}q", *dims) + data)


def program(base: int, sources: list[tuple[list[int], int]], digests: list[bytes]) -> bytes:
    """A packed program of float64 sources: (dims, place), refs counted per place."""
    ops, refs = b"", {2: 0, 3: 0}
    dims: list[int] = []
    for shape, place in sources:
        ops += struct.pack("<HBBBBHIIII", 1, F64, len(shape), 1, place, 0, 0, len(dims), 0, refs[place])
        refs[place] += 1
        dims += shape
    head = struct.pack("<10I", 0x31505652, 1, base, len(sources), 0, len(dims), 0, len(digests), 0, 0)
    return head + ops + struct.pack(f"<{len(dims)}q", *dims) + b"".join(digests)


def hello(role: int, token: bytes = b"", cid: str = "", secret: bytes = b"") -> list[Any]:
    """HELLO, with what the gateway does not look at left plain."""
    return [HELLO, 1, role, "test", token, cid, secret, "tab", "test", 1, 1 << 20, 0xFF, []]


class Peer:
    """A socket that speaks HTTP first and WebSocket after the upgrade."""

    def __init__(self, address: Any) -> None:
        self.sock = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self.sock.settimeout(10)
        self.sock.connect(address)
        self.data = b""
        self.closed: tuple[int, str] | None = None

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def more(self) -> bool:
        """Reads once; false at the end."""
        try:
            got = self.sock.recv(1 << 20)
        except ConnectionResetError:
            got = b""
        self.data += got
        return bool(got)

    def rest(self) -> bytes:
        """All until the server closes."""
        while self.more():
            pass
        return self.data

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """One HTTP answer."""
        while b"\r\n\r\n" not in self.data:
            assert self.more(), self.data
        top, _, self.data = self.data.partition(b"\r\n\r\n")
        lines = top.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        length = int(headers.get("content-length", "0"))
        while len(self.data) < length:
            assert self.more()
        body, self.data = self.data[:length], self.data[length:]
        return int(lines[0].split()[1]), headers, body

    def ask(self, path: str, *headers: str, method: str = "GET",
            host: str = "localhost") -> tuple[int, dict[str, str], bytes]:
        """One request and its answer (not for HEAD)."""
        self.sock.sendall("\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode())
        return self.answer()

    def upgrade(self, *headers: str) -> int:
        """Asks for WebSocket; the status."""
        key = base64.b64encode(os.urandom(16)).decode()
        return self.ask("/raven", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
                        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: raven.v1", *headers)[0]

    def frame(self, opcode: int, payload: bytes, fin: bool = True) -> None:
        """A masked frame."""
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([(128 if fin else 0) | opcode])
        head += (bytes([128 | size]) if size < 126 else bytes([254]) + struct.pack(">H", size) if size < 65536
                 else bytes([255]) + struct.pack(">Q", size))
        stream = (int.from_bytes(payload, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big"))
        self.sock.sendall(head + mask + stream.to_bytes(size, "big"))

    def say(self, message: list[Any]) -> None:
        """A message."""
        self.frame(2, pack(message))

    def need(self, count: int) -> None:
        """Reads until so many bytes are there."""
        while len(self.data) < count:
            assert self.more(), "closed by the gateway"

    def next_frame(self) -> tuple[int, bytes]:
        """The next frame's opcode and payload."""
        self.need(2)
        size, at = self.data[1], 2
        assert size < 128, "masked by the server"
        if size > 125:
            at = 4 if size == 126 else 10
            self.need(at)
            size = int.from_bytes(self.data[2:at], "big")
        self.need(at + size)
        opcode, payload, self.data = self.data[0], self.data[at:at + size], self.data[at + size:]
        return opcode & 15, payload

    def hear(self, *wanted: int) -> list[Any]:
        """The next message of these; pings are answered, all others too many."""
        while True:
            opcode, payload = self.next_frame()
            assert opcode != 8, f"closed: {payload!r}"
            if opcode == 9:
                self.frame(10, payload)
                continue
            message: list[Any] = unpack(payload)
            if message[0] in wanted:
                return message
            if message[0] == PING:
                self.say([PONG, message[1]])
            elif message[0] == PROBE:
                self.say(message)
            else:
                raise AssertionError(f"unexpected {message[0]}: {message[:4]}")

    def close_code(self) -> tuple[int, str]:
        """Reads until the close frame."""
        while True:
            opcode, payload = self.next_frame()
            if opcode == 8:
                return int.from_bytes(payload[:2], "big"), payload[2:].decode()


class Scheduler:
    """The other end of scheduler.sock."""

    def __init__(self, path: str) -> None:
        self.path = path
        Path(path).unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.settimeout(10)
        self.listener.bind(path)
        self.listener.listen(1)
        self.conn: socket.socket | None = None
        self.data = b""

    def accept(self) -> list[Any]:
        """Waits for a gateway; its ATTACH."""
        self.conn, _ = self.listener.accept()
        self.conn.settimeout(10)
        self.data = b""
        session, message = self.hear()
        assert session == 0 and message[0] == ATTACH
        self.say(0, [STATS, 0, 0, 0, 0, 0, 0, 0])
        return message

    def hear(self) -> tuple[int, list[Any]]:
        """The next frame."""
        assert self.conn is not None
        while len(self.data) < 4 or len(self.data) < 4 + int.from_bytes(self.data[:4], "little"):
            got = self.conn.recv(1 << 20)
            assert got, "the gateway closed"
            self.data += got
        size, session = struct.unpack_from("<IQ", self.data)
        body, self.data = self.data[12:4 + size], self.data[4 + size:]
        return session, unpack(body)

    def expect(self, wanted: int, session: int | None = None) -> tuple[int, list[Any]]:
        """The next frame, which must be this; LINKs are passed over."""
        while True:
            got, message = self.hear()
            if message[0] == SESSION and message[1] == LINK and wanted != SESSION:
                continue
            assert message[0] == wanted, message[:4]
            assert session is None or got == session
            return got, message

    def quiet(self, seconds: float = 0.2) -> bool:
        """True if nothing comes for so long."""
        assert self.conn is not None
        return not self.data and not select.select([self.conn], [], [], seconds)[0]

    def say(self, session: int, message: list[Any]) -> None:
        """A frame."""
        assert self.conn is not None
        body = pack(message)
        self.conn.sendall(struct.pack("<IQ", len(body) + 8, session) + body)

    def welcome(self, session: int) -> None:
        """WELCOME with limits that nobody looks at here."""
        self.say(session, [WELCOME, 1, "test", "cid", b"", 1 << 24, 10000, 1 << 23, 8, 1 << 24, 1 << 28, 65536, []])

    def close(self) -> None:
        """Gone, as when it is killed."""
        if self.conn is not None:
            self.conn.close()
        self.listener.close()
        Path(self.path).unlink(missing_ok=True)


class Gateway:
    """A gatewayd of its own, with Redis and the scheduler above."""

    def __init__(self, **settings: object) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="raven-gateway-")
        self.run = Path(self.folder.name) / "run"
        self.run.mkdir()
        self.www = Path(self.folder.name) / "www"
        (self.www / "page").mkdir(parents=True)
        (self.www / "page/index.html").write_text("<!doctype html><title>t</title>")
        (self.www / "raven.js").write_text("export {};\n")
        (self.www / "raven.wasm").write_bytes(b"\0asm" + bytes(2_000_000))
        (self.www / ".hidden.js").write_text("no")
        self.settings: dict[str, object] = {
            "port": 0, "listen": "127.0.0.1", "state_dir": self.folder.name, "www_dir": self.www,
            "log_level": "debug", **settings}
        (self.run / "redis.auth").write_text("scheduler x\ngateway pw\nops y\n")
        (self.run / "redis.auth").chmod(0o600)
        self.redis: subprocess.Popen[bytes] | None = None
        self.start_redis()
        self.scheduler = Scheduler(str(self.run / "scheduler.sock"))
        self.log_path = Path(self.folder.name) / "log"
        self.worker_sock = socket.socket(socket.AF_UNIX)
        self.process = self.start()
        self.scheduler.accept()
        until("Redis is connected", lambda: "redis: connected" in self.log())

    def start(self) -> subprocess.Popen[bytes]:
        """Starts gatewayd with a TCP socket and worker.sock from fd 4 on."""
        tcp = socket.socket()
        tcp.bind(("127.0.0.1", 0))
        self.worker_sock.bind(str(self.run / "worker.sock"))
        for sock in (tcp, self.worker_sock):
            sock.listen(64)
        self.port = tcp.getsockname()[1]
        words = [w for name, value in self.settings.items() for w in ("-o", f"{name}={value}")]
        fds = tcp.fileno(), self.worker_sock.fileno()

        def place() -> None:
            high = [os.dup2(fd, 100 + i) for i, fd in enumerate(fds)]
            for i, fd in enumerate(high):
                os.dup2(fd, 4 + i)

        with open(self.log_path, "ab") as log:
            process = subprocess.Popen([str(BUILD / "gatewayd"), "-l", "2", *words], stderr=log,
                                       preexec_fn=place, close_fds=False)
        tcp.close()
        return process

    def start_redis(self) -> None:
        """A Redis with the gateway's rights only."""
        sock = self.run / "redis.sock"
        lines = ["port 0", f"unixsocket {sock}", f"dir {self.folder.name}", 'save ""', "user default off",
                 f"user gateway on >pw {RULES}", "user admin on >pw ~* +@all"]
        conf = Path(self.folder.name) / "redis.conf"
        conf.write_text("\n".join(lines) + "\n")
        self.redis = subprocess.Popen(["redis-server", str(conf)], stdout=subprocess.DEVNULL)
        until("Redis listens", sock.exists)

    def redis_cli(self, *words: str) -> bytes:
        """What Redis says to the operator."""
        return subprocess.run(["redis-cli", "-s", str(self.run / "redis.sock"), "--user", "admin", "--pass", "pw",
                               "--no-auth-warning", *words], capture_output=True, check=True).stdout

    def stop_redis(self) -> None:
        """SIGKILL; it is started again by start_redis."""
        assert self.redis is not None
        end_process(self.redis, 9)
        (self.run / "redis.sock").unlink(missing_ok=True)

    def log(self) -> str:
        """What gatewayd has said."""
        return self.log_path.read_text(errors="replace")

    def peer(self) -> Peer:
        """A new TCP connection."""
        return Peer(("127.0.0.1", self.port))

    def session(self, role: int, address: Any = None, **fields: Any) -> tuple[Peer, int]:
        """A welcomed session: the peer, and its number at the scheduler."""
        peer = Peer(address) if address else self.peer()
        assert peer.upgrade() == 101
        peer.say(hello(role, **fields))
        number, _ = self.scheduler.expect(HELLO)
        self.scheduler.welcome(number)
        peer.hear(WELCOME)
        return peer, number

    def alive(self) -> bool:
        """Still the same process, and answering."""
        with self.peer() as peer:
            return self.process.poll() is None and peer.ask("/livez")[0] == 200

    def close(self) -> None:
        """Ends all that was started; gatewayd must end by itself."""
        end_process(self.process)
        self.scheduler.close()
        self.worker_sock.close()
        if self.redis is not None:
            end_process(self.redis)
        log = self.log()
        self.folder.cleanup()
        assert self.process.returncode == 0, log[-3000:]
        assert not re.search("Sanitizer|runtime error", log), log[-6000:]


def wait_closed(peer: Peer, seconds: float = 5.0) -> bytes:
    """All that still comes; fails if the gateway does not close in time."""
    end = time.monotonic() + seconds
    peer.sock.settimeout(0.5)
    while time.monotonic() < end:
        try:
            if not peer.more():
                return peer.data
        except TimeoutError:
            pass
    raise AssertionError("not closed")
