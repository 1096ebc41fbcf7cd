"""Wrong programs: refused at the user's line by the library, and by the server
when a client does not check.  Each refusal names the op, what was given and
what is needed, and leaves the graph usable."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from gateway_peers import ACK, BATCH, DEVELOPER, F64, GRAPH, REFUSE, VALUE, WELCOME, Peer, hello
from harness import Server

Start = Callable[..., Server]
PROGRESS = 11
LIN, ADD, EXP, SUM, RESHAPE, UNKNOWN = 1, 2, 8, 24, 31, 999
NONE = 0xFFFFFFFF


class Op(NamedTuple):
    """One op of a hand-written program; a source has place 1 and its values."""

    code: int
    dims: tuple[int, ...]
    refs: tuple[int, ...] = ()
    params: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    dtype: int = F64


def pack_program(base: int, ops: list[Op]) -> bytes:
    """The program as raven-protocol(7) describes it, without any check."""
    table, refs, dims, params, data = b"", [], [], [], b""
    for op in ops:
        source = op.code == LIN and not op.refs
        table += struct.pack("<HBBBBHIIII", op.code, op.dtype, len(op.dims), 1, int(source), len(op.refs),
                             len(refs), len(dims), len(params), len(data) if source else NONE)
        refs += op.refs
        dims += op.dims
        params += op.params
        data += struct.pack(f"<{len(op.values)}d", *op.values)
    head = struct.pack("<10I", 0x31505652, 1, base, len(ops), len(refs), len(dims), len(params), 0, len(data), 0)
    packed_refs = struct.pack(f"<{len(refs)}I", *refs)
    packed_refs += bytes(-len(packed_refs) % 8)
    return (head + table + packed_refs + struct.pack(f"<{len(dims)}q", *dims)
            + struct.pack(f"<{len(params)}q", *params) + data)


PAIR = Op(LIN, (2,), values=(1.0, 2.0))
TRIPLE = Op(LIN, (3,), values=(1.0, 2.0, 3.0))
# What is wrong, the ops, which op is at fault, the code, and what the sentence must name.
WRONG: list[tuple[str, list[Op], int, int, list[str]]] = [
    ("unknown op", [PAIR, Op(UNKNOWN, (2,), (1,))], 2, 41, ["999"]),
    ("too few inputs", [PAIR, Op(ADD, (2,), (1,))], 2, 42, ["add", "1", "2"]),
    ("too many inputs", [PAIR, Op(EXP, (2,), (1, 1))], 2, 42, ["exp", "2", "1"]),
    ("parameter of a wrong form", [PAIR, Op(SUM, (), (1,), (-1, 7))], 2, 43, ["sum"]),
    ("axis out of range", [PAIR, Op(SUM, (), (1,), (1, 4, 1, 0))], 2, 46, ["sum", "4"]),
    ("shapes that do not fit", [PAIR, TRIPLE, Op(ADD, (3,), (1, 2))], 3, 44, ["add", "(2,)", "(3,)"]),
    ("lengths that do not fit", [PAIR, Op(RESHAPE, (3,), (1,), (1, 3))], 2, 44, ["reshape", "(2,)"]),
    ("itself", [PAIR, Op(ADD, (2,), (1, 2))], 2, 47, ["add"]),
    ("a later op", [PAIR, Op(ADD, (2,), (1, 3)), PAIR], 2, 48, ["add", "3"]),
    ("a missing op", [PAIR, Op(ADD, (2,), (1, 0))], 2, 49, ["add"]),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for all: a refusal must leave it as it was."""
    one = Server(workers=1)
    yield one
    one.close()


def open_graph(server: Server) -> tuple[Peer, int]:
    """A developer's session and the number of its new graph."""
    peer = Peer(("127.0.0.1", int(str(server.settings["port"]))))
    assert peer.upgrade() == 101
    peer.say(hello(DEVELOPER))
    peer.hear(WELCOME)
    peer.say([GRAPH, os.urandom(16), 0, "wrong", "distributed", 0, "{}"])
    return peer, int(peer.hear(ACK)[1])


@pytest.mark.parametrize(("what", "ops", "at", "code", "named"), WRONG, ids=[row[0] for row in WRONG])
def test_the_server_refuses(server: Server, what: str, ops: list[Op], at: int, code: int, named: list[str]) -> None:
    peer, graph = open_graph(server)
    with peer:
        peer.say([BATCH, graph, 1, pack_program(1, ops), [], [], []])
        refusal: list[Any] = peer.hear(REFUSE)
        _, subject, g, _, number, said, text, op, *_ = refusal
        assert (subject, g, number, said, op) == (4, graph, 1, code, at), refusal
        assert all(name in text for name in named), text
        # No effect: the same number is free, and the graph computes.
        peer.say([BATCH, graph, 1, pack_program(1, [PAIR, Op(ADD, (2,), (1, 1))]), [2], [], []])
        heard: dict[int, list[Any]] = {}
        while not {ACK, VALUE} <= heard.keys():
            message = peer.hear(ACK, VALUE, PROGRESS)
            heard[message[0]] = message
        assert struct.unpack("<2d", heard[VALUE][7]) == (2.0, 4.0)
        assert heard[ACK][1:3] == [graph, 1]


LINES = [
    ("a + R.t([1, 2, 3])", "GraphError", ["add", "(2,)", "(3,)"]),
    ("a.sum(axis=4)", "GraphError", ["sum", "4"]),
    ("a.sum(axes=0)", "GraphError", ["axes", "axis"]),
    ("a.reshape([3])", "GraphError", ["reshape", "(2,)"]),
    ("R.create_op('summ', a)", "GraphError|ValueError|AttributeError", ["summ", "sum"]),
    ("a + other", "GraphError", ["first", "second"]),
    ("R.add(a)", "TypeError|GraphError", ["add"]),
    ("R.t([True]) - R.t([False])", "GraphError|TypeError", ["sub", "bool"]),
]


@pytest.mark.parametrize(("line", "kind", "named"), LINES, ids=[row[0] for row in LINES])
def test_the_library_refuses_at_the_line(server: Server, line: str, kind: str, named: list[str]) -> None:
    source = f"""
import traceback
import ravop as R
first = R.Graph(name='first', approach='distributed')
other = R.t([1.0, 2.0])
second = R.Graph(name='second', approach='distributed')
a = R.t([1.0, 2.0])
try:
    {line}  # the user's line
except Exception as error:
    print(type(error).__name__, traceback.extract_tb(error.__traceback__)[0].lineno, error)
print(a())
"""
    said, value = server.run(source).strip().rsplit("\n", 1)
    name, number, text = said.split(" ", 2)
    assert name in kind.split("|"), said
    assert int(number) == 9
    assert all(word in text for word in named), text
    assert value == "[1. 2.]"
