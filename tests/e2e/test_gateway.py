"""gatewayd alone: what it answers to strangers, and how it moves messages and
tensors between peers, the scheduler and Redis."""

from __future__ import annotations

import os
import random
import select
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway_peers import (
    AGAIN, ANNOUNCE, ASSIGN, BACK, BAD_DIGEST, BAD_PROGRAM, BATCH, BENCH, BOOL, DEVELOPER, END, F64, GONE,
    GRAPH, HELLO, LINK, NO_TENSOR, OBSERVER, PART, PARTICIPANT, PING, PONG, PROBE, PUT, REFUSE, RESULT,
    SESSION, SILENT, STATE, STATS, STORAGE_BUSY, STORED, TOO_BIG, VALUE, WANT, WELCOME, Gateway, Peer,
    Scheduler, b3, hello, program, tensor_digest, wait_closed,
)
from harness import until

Start = Callable[..., Gateway]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts gateways with given settings; ends them after the test."""
    gateways: list[Gateway] = []

    def make(**settings: object) -> Gateway:
        gateways.append(Gateway(**settings))
        return gateways[-1]

    yield make
    for gateway in gateways:
        gateway.close()


SECURITY = {
    "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin", "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def test_files(start: Start) -> None:
    gateway = start()
    with gateway.peer() as peer:
        for path, kind in (("/", "text/html; charset=utf-8"), ("/page/index.html", "text/html; charset=utf-8"),
                           ("/raven.js", "text/javascript; charset=utf-8"), ("/raven.wasm", "application/wasm")):
            status, headers, body = peer.ask(path)
            assert status == 200 and headers["content-type"] == kind
            assert body == (gateway.www / (path[1:] or "page/index.html")).read_bytes()
            assert SECURITY.items() <= headers.items() and headers["cache-control"] == "no-cache"
            status, again, body = peer.ask(path, f"If-None-Match: {headers['etag']}")
            assert status == 304 and body == b"" and again["etag"] == headers["etag"]
        for path in ("/no", "/.hidden.js", "/page/", "/../log", "/page/../raven.js", "/%2e%2e/log", "//", "/page"):
            status, headers, _ = peer.ask(path)
            assert status == 404 and SECURITY.items() <= headers.items()
        peer.sock.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while b"live" not in peer.data:
            assert peer.more()
        assert peer.data.count(b"HTTP/1.1 200 OK") == 2 and b"doctype" not in peer.data


def test_reload_reads_files_again(start: Start) -> None:
    gateway = start()
    (gateway.www / "new.txt").write_text("new")
    gateway.process.send_signal(signal.SIGHUP)

    def there() -> bool:
        with gateway.peer() as peer:
            return peer.ask("/new.txt")[2] == b"new"

    until("the new file is served", there, 10)


def test_pipelined_requests_are_answered_in_order(start: Start) -> None:
    gateway = start()
    with gateway.peer() as peer:
        for path in ("/raven.wasm", "/livez", "/no", "/raven.js"):
            peer.sock.sendall(f"GET {path} HTTP/1.1\r\nHost: [::1]:1\r\n\r\n".encode())
        assert [(s, len(b)) for s, _, b in (peer.answer() for _ in range(4))][:2] == [(200, 2_000_004), (200, 14)]


def test_ready(start: Start) -> None:
    gateway = start()
    with gateway.peer() as peer:
        assert peer.ask("/readyz")[0] == 200 and peer.ask("/healthz")[0] == 200
        gateway.scheduler.close()
        until("not ready", lambda: peer.ask("/readyz")[0] == 503, 5)
        assert b"scheduler" in peer.ask("/readyz")[2]
        gateway.scheduler = Scheduler(gateway.scheduler.path)
        gateway.scheduler.accept()
        until("ready again", lambda: peer.ask("/readyz")[0] == 200, 5)
        gateway.stop_redis()
        until("not ready", lambda: b"Redis" in peer.ask("/readyz")[2], 5)
        gateway.start_redis()
        until("ready again", lambda: peer.ask("/readyz")[0] == 200, 10)


BAD_REQUESTS = [
    (b"GET / HTTP/1.1\nHost: localhost\n\n", 400),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\n X: folded\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n", 400),
    (b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", 400),
    (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01", 400),
    (b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 505),
    (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
    (b"GET /" + b"a" * 8200 + b" HTTP/1.1\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 17000, 431),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 64 + b"\r\n", 431),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 405),
    (b"DELETE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n", 417),
    (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
    (b"GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 421),
]


@pytest.mark.parametrize("step", [1 << 20, 1])
def test_bad_requests(start: Start, step: int) -> None:
    gateway = start()
    for data, status in BAD_REQUESTS:
        if step == 1 and len(data) > 1000:
            continue
        with gateway.peer() as peer:
            for at in range(0, len(data), step):
                try:
                    peer.sock.sendall(data[at:at + step])
                except OSError:
                    break       # refused before its end
            got = wait_closed(peer)
        assert got.startswith(f"HTTP/1.1 {status} ".encode()), (data[:60], got[:60])
        assert b"Connection: close\r\n" in got and got.count(b"Content-Length") == 1
        assert status != 405 or b"Allow: GET, HEAD\r\n" in got
    assert gateway.alive()


def test_request_deadlines(start: Start) -> None:
    gateway = start(http_header_ms=300, http_keepalive_ms=300)
    with gateway.peer() as slow, gateway.peer() as idle, gateway.peer() as drip:
        slow.sock.sendall(b"GET / HTTP/1.1\r\n")
        assert idle.ask("/livez")[0] == 200
        started = time.monotonic()
        while not select.select([drip.sock], [], [], 0.02)[0]:
            drip.sock.sendall(b"G")
            assert time.monotonic() - started < 2
        assert wait_closed(drip).startswith(b"HTTP/1.1 408 ")
        assert wait_closed(slow).startswith(b"HTTP/1.1 408 ")
        assert wait_closed(idle) == b""


def test_hosts_and_origins(start: Start) -> None:
    gateway = start(hosts="raven.example,other.example:81", origins="https://friend.example")
    for host, status in (("raven.example", 200), ("RAVEN.example:99", 200), ("other.example:81", 200),
                         ("other.example", 421), ("0.0.0.0:9999", 200), ("[::1]", 200), ("[::2]", 421)):
        with gateway.peer() as peer:
            assert peer.ask("/livez", host=host)[0] == status, host
    for origin, status in (("http://localhost", 101), ("https://friend.example", 101), ("http://localhost:1", 403),
                           ("http://evil.example", 403), ("null", 403), ("http://localhost.evil.example", 403)):
        with gateway.peer() as peer:
            assert peer.upgrade(f"Origin: {origin}") == status, origin


def test_upgrade_is_strict(start: Start) -> None:
    gateway = start()
    good = ["Upgrade: websocket", "Connection: keep-alive, Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: other, raven.v1"]
    with gateway.peer() as peer:
        status, headers, _ = peer.ask("/raven", *good)
        assert status == 101 and headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert headers["sec-websocket-protocol"] == "raven.v1" and "sec-websocket-extensions" not in headers
    for change, status in (({0: "X: y"}, 426), ({2: "Sec-WebSocket-Key: short"}, 400), ({2: "X: y"}, 400),
                           ({3: "Sec-WebSocket-Version: 8"}, 426), ({4: "X: y"}, 400),
                           ({4: "Sec-WebSocket-Protocol: raven.v2"}, 400)):
        with gateway.peer() as peer:
            assert peer.ask("/raven", *[change.get(i, line) for i, line in enumerate(good)])[0] == status


def test_addresses_are_limited(start: Start) -> None:
    gateway = start(address_connections=4, address_unauthenticated=3)
    peers = [gateway.peer() for _ in range(3)]
    for peer in peers:
        assert peer.ask("/livez")[0] == 200
    with gateway.peer() as peer:
        assert peer.rest().startswith(b"HTTP/1.1 503 ")
    peers.pop().sock.close()
    until("one may come again", lambda: gateway.alive(), 5)
    for peer in peers:
        peer.sock.close()


def closes_with(gateway: Gateway, data: bytes | list[Any], after_hello: int = 0) -> tuple[int, str]:
    """The close code after these bytes (or this message)."""
    if after_hello:
        peer, number = gateway.session(after_hello)
    else:
        peer, number = gateway.peer(), 0
        assert peer.upgrade() == 101
    with peer:
        if isinstance(data, bytes):
            peer.sock.sendall(data)
        else:
            peer.say(data)
        code = peer.close_code()
        while number:
            _, message = gateway.scheduler.hear()
            if message[1] == GONE:
                assert message[0] == SESSION
                break
        return code


def masked(first: int, payload: bytes, size: int | None = None) -> bytes:
    """A frame with a mask of zeros."""
    return bytes([first, 128 | (len(payload) if size is None else size)]) + bytes(4) + payload


def test_hostile_websocket(start: Start) -> None:
    gateway = start()
    before: list[tuple[bytes | list[Any], int]] = [
        (b"\x82\x01x", 1002), (masked(0xC2, b"x"), 1002), (masked(0x83, b"x"), 1002), (masked(0x80, b"x"), 1002),
        (masked(0x09, b""), 1002), (masked(0x88, b"x"), 1002), (masked(0x88, b"\x03\xed"), 1002),
        (b"\x82\xff\x80" + bytes(11), 1002), (b"\x82\xff" + bytes(4) + b"\x7f" + bytes(7), 1009),
        (masked(0x81, b"text"), 1003), (masked(0x81, b"\xff"), 1007), (masked(0x88, b"\x03\xe8\xff"), 1007),
        (b"\x82\xfe\x20\x00" + bytes(4), 1009), (masked(0x02, b"") + masked(0, b"") * 20, 1008),
        (masked(0x89, b"") * 11, 1008), (masked(0x88, b""), 1000), (masked(0x88, b"\x0f\xa1"), 4001),
        (masked(0x82, b"\xc1"), 4400), (masked(0x82, b"\xdd\xff\xff\xff\xff"), 4400), ([PING, 1], 4400),
        ([HELLO, 1, 4, "", b"", "", b"", "", "", 0, 0, 0, []], 4403),
        ([HELLO, "one"], 4400),
    ]
    for data, code in before:
        assert closes_with(gateway, data)[0] == code, data
    after: list[tuple[int, list[Any], int]] = [
        (PARTICIPANT, [BATCH, 1, 1, b"", [], [], []], 4403), (DEVELOPER, [RESULT], 4403),
        (OBSERVER, [PING, 1], 4403), (DEVELOPER, hello(DEVELOPER), 4403), (DEVELOPER, [99], 4400),
        (DEVELOPER, [PART, bytes(32), 0, b"x"], 4400), (DEVELOPER, [PUT, bytes(32), F64, [2], 8], 4400),
        (DEVELOPER, [PUT, bytes(32), F64, [-1], 0], 4400), (DEVELOPER, [PUT, b"", F64, [1], 8], 4400),
        (DEVELOPER, [GRAPH, bytes(17)], 4400),
    ]
    for role, message, code in after:
        got = closes_with(gateway, message, after_hello=role)
        assert got[0] == code, (message, got)
    assert closes_with(gateway, [GRAPH, bytes(17)], after_hello=DEVELOPER)[1].startswith("GRAPH.key")
    assert gateway.alive()


def test_random_bytes(start: Start) -> None:
    gateway = start()
    rng = random.Random(11)
    for _ in range(60):
        with gateway.peer() as peer:
            if rng.random() < 0.7:
                assert peer.upgrade() == 101
            try:
                peer.sock.sendall(rng.randbytes(rng.randrange(1, 2000)))
                peer.sock.shutdown(socket.SHUT_WR)
                peer.rest()
            except OSError:
                pass
    assert gateway.alive()


def test_deadlines_of_sessions(start: Start) -> None:
    gateway = start(hello_ms=200, silent_ms=600, ping_ms=200)
    with gateway.peer() as peer:
        assert peer.upgrade() == 101
        assert peer.close_code() == (4408, "no HELLO")
    peer, number = gateway.session(DEVELOPER)
    with peer:
        started = time.monotonic()
        assert peer.close_code() == (4408, "silent")        # its pings were not answered
        assert time.monotonic() - started < 3
    gateway.scheduler.expect(SESSION, number)


def test_hello_is_hashed_and_trust_is_added(start: Start) -> None:
    gateway = start()
    for address, trusted in ((None, 0), (str(gateway.run / "worker.sock"), 1)):
        peer = Peer(address) if address else gateway.peer()
        with peer:
            assert peer.upgrade() == 101
            peer.say(hello(PARTICIPANT, token=b"token", cid="me", secret=b"secret"))
            number, message = gateway.scheduler.expect(HELLO)
            assert message[4] == b3(b"token") and message[6] == b3(b"secret") and message[5] == "me"
            assert message[11] == 0xFE | trusted
            gateway.scheduler.say(number, [REFUSE, 1, 0, 0, 0, 4, "no", 0, 0])
            assert peer.hear(REFUSE)[5] == 4
            assert peer.close_code() == (4401, "bad_token")
            assert gateway.scheduler.expect(SESSION, number)[1][1] == GONE
    assert "token" not in gateway.log().replace("bad_token", "") and "secret" not in gateway.log()


def test_bad_tokens_are_counted(start: Start) -> None:
    gateway = start(address_bad_tokens=2)
    for _ in range(2):
        with gateway.peer() as peer:
            assert peer.upgrade() == 101
            peer.say(hello(DEVELOPER, token=b"wrong"))
            number, _ = gateway.scheduler.expect(HELLO)
            gateway.scheduler.say(number, [REFUSE, 1, 0, 0, 0, 4, "no", 0, 0])
            assert peer.close_code()[0] == 4401
            gateway.scheduler.expect(SESSION, number)
    with gateway.peer() as peer:
        assert peer.upgrade() == 101
        peer.say(hello(DEVELOPER, token=b"wrong"))
        assert peer.close_code()[0] == 4429


def upload(peer: Peer, dims: list[int], data: bytes, part: int = 65536, dtype: int = F64) -> bytes:
    """PUT and its PARTs; the digest."""
    digest = tensor_digest(dtype, dims, data)
    peer.say([PUT, digest, dtype, dims, len(data)])
    for at in range(0, len(data), part):
        peer.say([PART, digest, at, data[at:at + part]])
    return digest


def download(peer: Peer, digest: bytes) -> tuple[list[Any], bytes]:
    """PUT and its PARTs, in order."""
    put = peer.hear(PUT)
    assert put[1] == digest
    data = b""
    while len(data) < put[4]:
        part = peer.hear(PART)
        assert part[1] == digest and part[2] == len(data)
        data += part[3]
    return put, data


CACHES = pytest.mark.parametrize("cache_bytes", [0, 128 << 20], ids=["from Redis", "from the cache"])


@CACHES
def test_tensor_goes_in_and_out(start: Start, cache_bytes: int) -> None:
    gateway = start(cache_bytes=cache_bytes)
    developer, d = gateway.session(DEVELOPER)
    data = os.urandom(1 << 20)
    with developer:
        digest = upload(developer, [256, 512], data)
        assert developer.hear(STORED) == [STORED, digest, len(data)]
        key = f"raven:data:{digest.hex()}"
        assert gateway.redis_cli("strlen", key).strip() == b"%d" % len(data)
        assert gateway.redis_cli("getrange", key, "0", "-1")[:-1] == data
        gateway.scheduler.say(d, [VALUE, 1, 3, F64, [256, 512], len(data), digest, b"", 0, 0, "", "me"])
        assert developer.hear(VALUE)[2] == 3
        assert download(developer, digest) == ([PUT, digest, F64, [256, 512], len(data)], data)
        empty = upload(developer, [0, 3], b"")
        assert developer.hear(STORED) == [STORED, empty, 0]
    gateway.scheduler.expect(SESSION, d)

    participant, p = gateway.session(PARTICIPANT)
    with participant:
        given = program(0, [([256, 512], 3), ([1], 3)], [])
        gateway.scheduler.say(p, [ASSIGN, 1, 1, 7, bytes(16), "g", given,
                                  [[1, digest, len(data), 1], [2, digest, 8, 2]], [], 5])
        assert participant.hear(ASSIGN)[3] == 7
        assert download(participant, digest) == ([PUT, digest, F64, [256, 512], len(data)], data)
        # A participant's upload is told to the scheduler, too.
        other = upload(participant, [3], data[:24])
        assert participant.hear(STORED) == [STORED, other, 24]
        assert gateway.scheduler.expect(STORED, p)[1] == [STORED, other, 24]
        # What is not stored is refused by name.
        missing = bytes(32)
        gateway.scheduler.say(p, [ASSIGN, 1, 1, 8, bytes(16), "g", program(0, [([2], 3)], []),
                                  [[1, missing, 16, 1]], [], 5])
        participant.hear(ASSIGN)
        refuse = participant.hear(REFUSE)
        assert refuse[1] == 6 and refuse[5] == NO_TENSOR and refuse[6] == missing.hex()


@CACHES
def test_large_tensor(start: Start, cache_bytes: int) -> None:
    gateway = start(cache_bytes=cache_bytes)
    developer, d = gateway.session(DEVELOPER)
    data = os.urandom(1 << 20) * 24
    with developer:
        digest = upload(developer, [len(data) // 8], data, part=1 << 20)
        assert developer.hear(STORED) == [STORED, digest, len(data)]
        gateway.scheduler.say(d, [VALUE, 1, 3, F64, [len(data) // 8], len(data), digest, b"", 0, 0, "", ""])
        developer.hear(VALUE)
        assert download(developer, digest)[1] == data
        if cache_bytes > 0:
            gateway.stop_redis()
            gateway.scheduler.say(d, [VALUE, 1, 4, F64, [len(data) // 8], len(data), digest, b"", 0, 0, "", ""])
            developer.hear(VALUE)
            assert download(developer, digest)[1] == data


@CACHES
def test_messages_overtake_bulk(start: Start, cache_bytes: int) -> None:
    gateway = start(cache_bytes=cache_bytes)
    developer, d = gateway.session(DEVELOPER)
    data = bytes(8 << 20)
    with developer:
        digest = upload(developer, [1 << 20], data, part=1 << 20)
        developer.hear(STORED)
        gateway.scheduler.say(d, [VALUE, 1, 1, F64, [1 << 20], len(data), digest, b"", 0, 0, "", ""])
        developer.hear(VALUE)
        assert developer.hear(PUT)[4] == len(data)
        gateway.scheduler.say(d, [VALUE, 1, 2, F64, [], 8, bytes(32), bytes(8), 0, 0, "", ""])
        parts = 0
        while developer.hear(PART, VALUE)[0] == PART:
            parts += 1
        assert parts < 100, parts
        while parts < len(data) // 65536:
            developer.hear(PART)
            parts += 1


def test_bad_uploads(start: Start) -> None:
    gateway = start(tensor_bytes=1 << 20)
    developer, _ = gateway.session(DEVELOPER)
    with developer:
        wrong = bytes(range(32))
        developer.say([PUT, wrong, F64, [2], 16])
        developer.say([PART, wrong, 0, bytes(16)])
        assert developer.hear(REFUSE)[5:7] == [BAD_DIGEST, wrong.hex()]
        upload(developer, [3], b"\0\1\2", dtype=BOOL)
        assert developer.hear(REFUSE)[5] == BAD_DIGEST
        developer.say([PUT, wrong, F64, [1 << 20], 8 << 20])
        assert developer.hear(REFUSE)[5] == TOO_BIG
        developer.say([PART, wrong, 0, bytes(65536)])       # skipped, not an offence
        digest = upload(developer, [2], bytes(16))
        assert developer.hear(STORED)[1] == digest
    assert gateway.redis_cli("dbsize").strip() == b"1"


def test_batch_waits_for_its_tensors(start: Start) -> None:
    gateway = start()
    developer, d = gateway.session(DEVELOPER)
    data = os.urandom(64000)
    digest = tensor_digest(F64, [8000], data)
    batch = [BATCH, 1, 1, program(1, [([8000], 2)], [digest]), [1], [], []]
    with developer:
        developer.say([GRAPH, bytes(16), 0, "g", "distributed", 0, ""])
        assert gateway.scheduler.expect(GRAPH, d)[1][3] == "g"
        developer.say([PUT, digest, F64, [8000], len(data)])
        developer.say(batch)
        developer.say([WANT, 1, [1]])
        developer.say([END, 1, False])
        assert gateway.scheduler.quiet()
        developer.say([PART, digest, 0, data])
        assert developer.hear(STORED)[1] == digest
        assert [gateway.scheduler.expect(kind, d)[1][0] for kind in (BATCH, WANT, END)] == [BATCH, WANT, END]
        # Stored before, by whom ever: forwarded as the same bytes.
        developer.say(batch)
        assert gateway.scheduler.expect(BATCH, d)[1] == batch
        # Neither announced nor stored.
        missing = bytes(31) + b"\1"
        developer.say([BATCH, 1, 2, program(2, [([8000], 2), ([1], 2)], [digest, missing]), [], [], []])
        refuse = developer.hear(REFUSE)
        assert refuse[1:6] == [4, 1, 0, 2, NO_TENSOR] and refuse[6] == missing.hex()
        developer.say([BATCH, 1, 2, b"no program", [], [], []])
        assert developer.hear(REFUSE)[1:6] == [4, 1, 0, 2, BAD_PROGRAM]
        developer.say([END, 1, True])
        gateway.scheduler.expect(END, d)


def test_redis_away(start: Start) -> None:
    gateway = start()
    developer, d = gateway.session(DEVELOPER)
    data = os.urandom(80000)
    with developer:
        gateway.stop_redis()
        until("it is noticed", lambda: "redis: away" in gateway.log(), 5)
        digest = upload(developer, [10000], data)
        developer.say([BATCH, 1, 1, program(1, [([10000], 2)], [digest]), [1], [], []])
        assert gateway.scheduler.quiet(0.5)
        gateway.start_redis()
        assert developer.hear(STORED)[1] == digest
        assert gateway.scheduler.expect(BATCH, d)[1][2] == 1


def test_redis_full(start: Start) -> None:
    gateway = start()
    developer, _ = gateway.session(DEVELOPER)
    with developer, gateway.peer() as other:
        gateway.redis_cli("config", "set", "maxmemory", "1")
        digest = upload(developer, [1000], bytes(8000))
        until("it is told", lambda: b"no writes" in other.ask("/readyz")[2], 5)
        gateway.redis_cli("config", "set", "maxmemory", "0")
        assert developer.hear(STORED)[1] == digest


def test_scheduler_restarts(start: Start) -> None:
    gateway = start()
    participant, _ = gateway.session(PARTICIPANT)
    developer, _ = gateway.session(DEVELOPER)
    early = gateway.peer()
    with participant, developer, early:
        gateway.scheduler.close()
        until("it is noticed", lambda: "scheduler: away" in gateway.log(), 5)
        assert early.upgrade() == 101
        early.say(hello(OBSERVER))
        participant.say([RESULT, 1, 1, 1, bytes(16), [], [], 1, 1])     # sent again after WELCOME
        developer.say([WANT, 1, [1]])
        time.sleep(0.3)
        gateway.scheduler = Scheduler(gateway.scheduler.path)
        gateway.scheduler.accept()
        for peer, role in ((participant, PARTICIPANT), (developer, DEVELOPER), (early, OBSERVER)):
            peer.hear(AGAIN)
            peer.say(hello(role))
            number, message = gateway.scheduler.expect(HELLO)
            assert message[2] == role
            gateway.scheduler.welcome(number)
            peer.hear(WELCOME)
        participant.say([RESULT, 1, 1, 1, bytes(16), [], [], 1, 1])
        assert gateway.scheduler.expect(RESULT)[1][3] == 1


def test_link_is_measured(start: Start) -> None:
    gateway = start()
    participant, p = gateway.session(PARTICIPANT)
    with participant:
        participant.say([BENCH, [], 1.0, 1.0])
        participant.say([ANNOUNCE, [], []])
        participant.say([STATE, 0, False, 1, 1.0, False])
        gateway.scheduler.expect(BENCH, p)
        for _ in range(5):
            participant.say([PONG, participant.hear(PING)[1]])
        probe = participant.hear(PROBE)
        assert len(probe[2]) == 262144
        participant.say(probe)
        number, message = gateway.scheduler.expect(SESSION)
        assert number == p and message[1] == LINK and 0 < message[3] < 5_000_000
        assert message[4] > 0 and message[5] > 0
        # The scheduler knows the line before it may assign.
        assert gateway.scheduler.hear() == (p, [ANNOUNCE, [], []])
        assert gateway.scheduler.hear()[1][0] == STATE
        participant.say([PING, 77])
        assert participant.hear(PONG) == [PONG, 77]
        participant.say([PROBE, 5, b"abc"])
        assert participant.hear(PROBE) == [PROBE, 5, b"abc"]


def test_silent_at_work(start: Start) -> None:
    gateway = start(work_ping_ms=50, work_silent_ms=200)
    participant, p = gateway.session(PARTICIPANT)
    with participant:
        gateway.scheduler.say(p, [ASSIGN, 1, 1, 1, bytes(16), "g", program(0, [], []), [], [], 5])
        participant.hear(ASSIGN)
        assert gateway.scheduler.expect(SESSION, p)[1][1] == SILENT
        participant.say([RESULT, 1, 1, 1, bytes(16), [], [], 1, 1])
        assert gateway.scheduler.hear()[1][1] == BACK
        assert gateway.scheduler.hear()[1][0] == RESULT


def test_observers_get_the_newest(start: Start) -> None:
    gateway = start()
    observer, _ = gateway.session(OBSERVER)
    with observer:
        for count in range(3):
            gateway.scheduler.say(0, [STATS, count, 0, 0, 0, 0, 0, 0])
        while observer.hear(STATS)[1] != 2:
            pass


def test_drain(start: Start) -> None:
    gateway = start()
    developer, d = gateway.session(DEVELOPER)
    with developer, gateway.peer() as busy:
        busy.sock.sendall(b"GET / HTTP/1.1\r\n")
        gateway.process.send_signal(signal.SIGTERM)
        assert developer.close_code()[0] == 1001
        gateway.scheduler.expect(SESSION, d)
    until("it ends", lambda: gateway.process.poll() is not None, 8)


def test_output_that_nobody_takes(start: Start) -> None:
    gateway = start(output_bytes=65536, output_stuck_ms=300)
    developer, d = gateway.session(DEVELOPER)
    with developer:
        value = [VALUE, 1, 1, F64, [512], 4096, bytes(32), bytes(4096), 0, 0, "", ""]
        while gateway.scheduler.quiet(0):
            gateway.scheduler.say(d, value)
        assert gateway.scheduler.expect(SESSION, d)[1][1:3] == [GONE, "output stuck"]
    assert gateway.alive()


def test_message_that_drips(start: Start) -> None:
    gateway = start()
    developer, d = gateway.session(DEVELOPER)
    with developer:
        developer.sock.sendall(b"\x82\xfe\xff\xff" + bytes(4))
        while not select.select([developer.sock], [], [], 0.05)[0]:
            developer.sock.sendall(b"x")
        assert developer.close_code() == (4408, "message arrives too slowly")
        gateway.scheduler.expect(SESSION, d)


def test_uploads_reserve_their_size(start: Start) -> None:
    gateway = start(gateway_bytes=16 << 20)
    developer, _ = gateway.session(DEVELOPER)
    size = 7 << 20
    with developer:
        for i in range(3):
            developer.say([PUT, bytes([i]) * 32, F64, [size // 8], size])
        refuse = developer.hear(REFUSE)
        assert refuse[1] == 6 and refuse[5:7] == [STORAGE_BUSY, "02" * 32] and refuse[8] > 0
        developer.say([PUT, bytes([1]) * 32, F64, [size // 8], size])      # again, from its start
        digest = upload(developer, [2], bytes(16))
        assert developer.hear(STORED)[1] == digest


def test_uploads_that_stand_still(start: Start) -> None:
    gateway = start(silent_ms=1000, ping_ms=100)
    developer, d = gateway.session(DEVELOPER)
    with developer:
        upload(developer, [2], bytes(16))
        developer.hear(STORED)
        started = time.monotonic()
        developer.say([PUT, bytes(32), F64, [2000], 16000])
        developer.say([PART, bytes(32), 0, b"x"])
        with pytest.raises(AssertionError, match="stands still"):
            developer.hear(STORED)                          # answers pings all the while
        assert 0.9 < time.monotonic() - started < 5
        assert gateway.scheduler.expect(SESSION, d)[1][1:3] == [GONE, "upload stands still"]


def test_full_buffers_shed_strangers_first(start: Start) -> None:
    gateway = start(gateway_bytes=16 << 20, http_header_bytes=262144, http_header_ms=60000)
    developer, _ = gateway.session(DEVELOPER)
    with developer:
        developer.say([PUT, bytes(32), F64, [(2 << 20) - 4096], (16 << 20) - 32768])
        with gateway.peer() as stranger:
            stranger.sock.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 60000)
            assert wait_closed(stranger) == b""
        developer.say([PART, bytes(32), 0, b"x"])
        digest = upload(developer, [2], bytes(16))
        assert developer.hear(STORED)[1] == digest


def test_peers_vanish_in_the_middle(start: Start) -> None:
    """Uploads, downloads and held batches of peers that go at any moment, with
    Redis and the scheduler gone now and then: nothing leaks, the rest works."""
    gateway = start(part_bytes=4096, address_connections=1000, address_unauthenticated=1000)
    rng = random.Random(5)
    data = rng.randbytes(400_000)
    dims = [len(data) // 8]
    developer, d = gateway.session(DEVELOPER)
    stored = upload(developer, dims, data)
    developer.hear(STORED)
    gone: list[int] = []
    for turn in range(60):
        role = rng.choice([DEVELOPER, PARTICIPANT])
        peer, number = gateway.session(role)
        if rng.random() < 0.5:
            other = rng.randbytes(32)
            peer.say([PUT, other, F64, dims, len(data)])
            peer.say([PART, other, 0, data[:rng.randrange(1, len(data))]])
        if role == DEVELOPER:
            upload(peer, dims, data)
            peer.say([BATCH, 1, 1, program(1, [(dims, 2)], [stored]), [1], [], []])
            gateway.scheduler.say(number, [VALUE, 1, 1, F64, dims, len(data), stored, b"", 0, 0, "", ""])
        else:
            gateway.scheduler.say(number, [ASSIGN, 1, 1, turn, bytes(16), "g", program(0, [(dims, 3)], []),
                                           [[1, stored, len(data), 1]], [], 5])
        if rng.random() < 0.5:
            peer.hear(VALUE, ASSIGN, STORED, REFUSE, PUT)
        if turn % 20 == 10:
            gateway.stop_redis()
            gateway.start_redis()
        if rng.random() < 0.5:
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.sock.close()
        while number not in gone:       # BATCH or STORED may come first
            session, message = gateway.scheduler.hear()
            if message[:2] == [SESSION, GONE]:
                gone.append(session)
    digest = upload(developer, dims, data)
    assert developer.hear(STORED)[1] == digest
    gateway.scheduler.say(d, [VALUE, 1, 1, F64, dims, len(data), digest, b"", 0, 0, "", ""])
    developer.hear(VALUE)
    assert download(developer, digest)[1] == data
    developer.sock.close()
    assert gateway.alive()
