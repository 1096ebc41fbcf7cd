"""gatewayd alone: messages in any pieces, many at once, peers that do not read,
and what many connections share."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gateway_peers import DEVELOPER, GONE, OBSERVER, PARTICIPANT, PING, PONG, PROBE, STATS
from msgpack_mini import pack, unpack
from test_gateway import Start, start

__all__ = ["start"]     # the fixture


def test_many_observers_take_turns(start: Start) -> None:
    gateway = start(observer_rate=1)
    first, second = gateway.session(OBSERVER)[0], gateway.session(OBSERVER)[0]
    with first, second:
        for count in range(1, 5):
            gateway.scheduler.say(0, [STATS, count, 0, 0, 0, 0, 0, 0])
        for peer, wanted in ((first, [1, 3]), (second, [2, 4])):
            told = [peer.hear(STATS)[1]]
            while told[-1] != wanted[-1]:
                told.append(peer.hear(STATS)[1])
            assert [count for count in told if count > 0] == wanted


def test_connections_are_limited(start: Start) -> None:
    gateway = start(gateway_connections=2)
    with gateway.peer() as first, gateway.peer() as second:
        assert first.ask("/livez")[0] == second.ask("/livez")[0] == 200
        with gateway.peer() as third:
            assert third.answer()[0] == 503


def cut(stream: bytes, seed: int, longest: int) -> Iterator[bytes]:
    """The stream in pieces of random lengths."""
    rng, at = random.Random(seed), 0
    while at < len(stream):
        size = rng.randint(1, longest)
        yield stream[at:at + size]
        at += size


def framed(message: list[Any]) -> bytes:
    """A message as a frame with the mask 0."""
    body = pack(message)
    size = len(body)
    head = (bytes([128 | size]) if size < 126 else bytes([254]) + struct.pack(">H", size) if size < 65536
            else bytes([255]) + struct.pack(">Q", size))
    return b"\x82" + head + bytes(4) + body


@pytest.mark.parametrize("longest", [7, 1500, 100000])
def test_pipelined_small_messages(start: Start, longest: int) -> None:
    gateway = start()
    developer, _ = gateway.session(PARTICIPANT)
    with developer:
        count = 300 if longest < 10 else 5000
        for piece in cut(b"".join(framed([PING, i]) for i in range(count)), longest, longest):
            developer.sock.sendall(piece)
        for i in range(count):
            assert developer.hear(PONG)[1] == i


def test_cut_frames_of_many_sessions(start: Start) -> None:
    gateway = start()
    peers = [gateway.session(PARTICIPANT)[0] for _ in range(12)]
    probes = [[PROBE, i, random.Random(i).randbytes(1000 * i * i + i)] for i in range(12)]
    streams = [cut(framed(probe) * 3, i, 40000) for i, probe in enumerate(probes)]
    left = set(range(12))
    while left:
        for i in sorted(left):
            piece = next(streams[i], None)
            if piece is None:
                left.remove(i)
            else:
                peers[i].sock.sendall(piece)
    for peer, probe in zip(peers, probes, strict=True):
        with peer:
            for _ in range(3):
                opcode, payload = peer.next_frame()
                assert opcode == 2 and unpack(payload) == probe


def test_slow_reader_is_read_no_more(start: Start) -> None:
    gateway = start(output_bytes=65536)
    participant, _ = gateway.session(PARTICIPANT)
    with participant:
        sent = [framed([PROBE, i, bytes([i % 251]) * 20000]) for i in range(1000)]
        participant.sock.settimeout(0.5)
        whole, at = 0, 0
        try:
            while whole < len(sent):
                at += participant.sock.send(sent[whole][at:])
                if at == len(sent[whole]):
                    whole, at = whole + 1, 0
        except TimeoutError:
            pass
        assert whole < len(sent), "everything was read"
        participant.sock.settimeout(10)
        for i in range(whole):
            _, payload = participant.next_frame()
            assert unpack(payload) == [PROBE, i, bytes([i % 251]) * 20000]
    assert gateway.alive()


def test_idle_sessions_are_pinged(start: Start) -> None:
    gateway = start(ping_ms=150, silent_ms=1000)
    developer, d = gateway.session(DEVELOPER)
    participant, p = gateway.session(PARTICIPANT)
    with developer, participant:
        for _ in range(12):     # longer than silent_ms
            assert developer.next_frame()[0] == 9
            developer.frame(10, b"")
            assert unpack(participant.next_frame()[1])[0] == PING
            participant.say([PONG, 0])
        began = time.monotonic()
        assert gateway.scheduler.hear()[1][1:3] == [GONE, "silent"]
        assert 0.7 < time.monotonic() - began < 2
