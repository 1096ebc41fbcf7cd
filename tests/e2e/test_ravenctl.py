"""ravenctl against a record written by hand: the layout of scheduler/store.h, packed here in Python."""

from __future__ import annotations

import json
import struct
import subprocess
import time
from collections.abc import Iterator

import pytest
from test_broker import Broker

LIN, ADD = 1, 2
INT64 = 3
NONE = 0xFFFFFFFF
INLINE = 1
EXPORT = 1


def crc32c(data: bytes) -> int:
    """CRC-32C, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def pad(data: bytes) -> bytes:
    """Zeros up to a multiple of 8."""
    return data + bytes(-len(data) % 8)


def seal(data: bytes) -> bytes:
    """The end of a record."""
    data = pad(data) + bytes(4)
    return data + struct.pack("<I", crc32c(data))


def program() -> bytes:
    """Ops 1 and 2 are vectors of three, 3 = 1 + 2, 4 = 1 + 3."""
    ops = b"".join([
        struct.pack("<HBBBBHIIII", LIN, INT64, 1, EXPORT, INLINE, 0, 0, 0, 0, 0),
        struct.pack("<HBBBBHIIII", LIN, INT64, 1, EXPORT, INLINE, 0, 0, 0, 0, 24),
        struct.pack("<HBBBBHIIII", ADD, INT64, 1, EXPORT, 0, 2, 0, 0, 0, NONE),
        struct.pack("<HBBBBHIIII", ADD, INT64, 1, EXPORT, 0, 2, 2, 0, 0, NONE),
    ])
    refs = pad(struct.pack("<4I", 1, 2, 1, 3))
    data = struct.pack("<6q", 1, 2, 3, 5, 22, 7)
    head = struct.pack("<10I", 0x31505652, 1, 1, 4, 4, 1, 0, 0, len(data), 0)
    return head + ops + refs + struct.pack("<q", 3) + data


def batch() -> bytes:
    """The program as one batch that wants op 3."""
    code = program()
    return seal(pad(struct.pack("<8I", 0x31425652, len(code), 1, 4, 1, 0, 0, 0) + code)
                + struct.pack("<I", 3))


def group(state: int, cid: str, ops: list[int], values: list[int], errors: list[tuple[int, int]]) -> bytes:
    """A group's record."""
    name = cid.encode()
    out = pad(struct.pack("<I4B4I2Q", 0x31475652, state, 1, len(name), 3, len(ops), len(values),
                          len(errors), 0, 1_700_000_000_000, 321) + name + b"tab")
    out += pad(struct.pack(f"<{len(ops)}I", *ops))
    for op in values:
        out += pad(struct.pack("<IBBHQ32s", op, INT64, 1, 0, 24, b"d" * 32) + struct.pack("<3q", 6, 24, 10))
    for op, code in errors:
        out += struct.pack("<4I4q", op, code, op, 0, 0, 0, 0, 0)
    return seal(out)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Redis with a record, a supervisor and stubs."""
    one = Broker(tmp_path_factory.mktemp("r"))
    one.start()
    one.wait_ready()
    password = dict(line.split() for line in (one.state / "run/redis.auth").read_text().splitlines())["scheduler"]

    def write(*words: str | bytes) -> None:
        """One command as user scheduler."""
        packed = b"*%d\r\n" % len(words)
        for word in words:
            raw = word if isinstance(word, bytes) else word.encode()
            packed += b"$%d\r\n%s\r\n" % (len(raw), raw)
        done = subprocess.run(
            ["redis-cli", "-s", str(one.state / "run/redis.sock"), "--user", "scheduler", "--no-auth-warning",
             "--pipe"], input=packed, env={"REDISCLI_AUTH": password, "PATH": "/usr/bin:/bin"},
            capture_output=True, check=False)
        assert b"errors: 0" in done.stdout, done.stdout + done.stderr

    write("SET", "raven:format", "1")
    write("HSET", "raven:graph:{1}", "v", "9", "key", "ab" * 16, "name", "te\x1b[31mst", "owner", "local",
          "approach", "distributed", "status", "running", "ops", "4", "pending", "0", "computing", "1",
          "computed", "2", "failed", "1", "groups", "2", "batch", "1", "created", "1700000000")
    write("HSET", "raven:graph:{12}", "name", "other", "status", "ended", "ops", "0")
    write("HSET", "raven:graph:{1}:ops", "1", batch())
    write("HSET", "raven:graph:{1}:groups", "1.1", group(2, "tab-1", [3], [3], []))
    write("HSET", "raven:graph:{1}:groups", "1.2", group(1, "tab-2", [4], [], []))
    write("HSET", "raven:graph:{1}:groups", "1.10", group(3, "tab-3", [4], [], []))
    write("HSET", "raven:client:tab-1", "kind", "browser", "status", "online", "slots", "2", "memory", "1073741824",
          "benchmark", "matmul.float64=30123456789.5 matmul.float32=6e10 reduction.int64=1e9", "groups", "7",
          "overhead_us", "3.25", "down", "2500000", "error", "0.125",
          "estimates", "matmul.float64=31000000000:50:12 op=3250:80:3 sort.int64=1000:400:0 bad")
    write("HSET", "raven:client:tab-2", "kind", "browser", "status", "online", "benchmark", "sort.bool=1e6")
    write("HSET", "raven:client:tab-3", "kind", "native", "status", "online", "benchmark", "")
    write("HSET", "raven:client:old", "kind", "browser", "status", "offline", "benchmark", "sort.bool=1e6")
    write("ZADD", "raven:queue:high", "1700000000000", "1")
    write("ZADD", "raven:queue:computing", str(int(time.time() * 1000) - 5000), "1.1.2")
    yield one
    one.stop()


def ask(broker: Broker, *words: str) -> dict[str, list[dict[str, object]]]:
    """What ravenctl says, as data."""
    done = broker.ctl("--json", *words)
    assert done.returncode == 0, done.stderr
    answer: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return answer


def test_graphs(broker: Broker) -> None:
    graphs = ask(broker, "graphs")["graphs"]
    assert [g["graph"] for g in graphs] == [1, 12]
    assert graphs[0]["name"] == "te\x1b[31mst" and graphs[0]["computing"] == 1
    table = broker.ctl("graphs").stdout
    assert "\x1b" not in table and "te?[31mst" in table and "[raven:graph:{G}]" in table


def test_graph(broker: Broker) -> None:
    graph = ask(broker, "graph", "1")
    assert [(op["op"], op["name"], op["inputs"], op["state"], op["group"], op["participant"])
            for op in graph["ops"]] == [
        (1, "lin", "", "computed", None, None), (2, "lin", "", "computed", None, None),
        (3, "add", "1 2", "computed", "1.1", "tab-1"), (4, "add", "1 3", "computing", "1.2", "tab-2")]
    assert graph["ops"][2]["value"] == "(3,) int64"
    assert [(g["group"], g["state"], g["participant"], g["which"]) for g in graph["groups"]] == [
        ("1.1", "done", "tab-1", "3"), ("1.2", "out", "tab-2", "4"), ("1.10", "returned", "tab-3", "4")]
    assert graph["failures"] == []
    assert graph["keys"]["groups"] == "raven:graph:{1}:groups"  # type: ignore[call-overload]
    assert broker.ctl("graph", "1").returncode == 0


def test_no_such_graph(broker: Broker) -> None:
    for name in ("7", "x", "", "1x", "99999999999999999999999"):
        done = broker.ctl("graph", name)
        assert done.returncode == 2, name
        assert "graph" in done.stderr


def test_participants(broker: Broker) -> None:
    answer = ask(broker, "participants")
    rows = {row["cid"]: row for row in answer["participants"]}
    assert {cid: row["status"] for cid, row in rows.items()} == {
        "tab-1": "ready", "tab-2": "computing", "tab-3": "joining", "old": "offline"}
    assert rows["tab-2"]["doing"] == "graph 1, group 1.2 (1 ops)"
    assert rows["tab-1"]["overhead_us"] == 3.25
    bench = {(row["cid"], row["class"]): row for row in answer["benchmarks"]}
    assert bench["tab-1", "matmul"]["float64"] == 30123456789.5
    assert bench["tab-1", "matmul"]["int32"] is None
    assert rows["tab-1"]["down"] == 2500000 and rows["tab-1"]["error"] == 0.125
    assert [(row["cid"], row["class"], row["dtype"], row["rate"], row["error"], row["results"])
            for row in answer["estimates"]] == [("tab-1", "matmul", "float64", 31e9, 0.05, 12),
                                                ("tab-1", "sort", "int64", 1000, 0.4, 0)]
    assert "60.0G" in broker.ctl("participants").stdout


def test_queues(broker: Broker) -> None:
    answer = ask(broker, "queues")
    assert [(row["queue"], row["graph"]) for row in answer["ready"]] == [("high", 1)]
    row = answer["computing"][0]
    assert (row["graph"], row["group"], row["participant"], row["ops"]) == (1, "1.2", "tab-2", 1)
    assert 5000 <= int(str(row["out_ms"])) < 60000
    assert answer["ready"][0]["created"] == 1_700_000_000
    assert " days ago" in broker.ctl("queues").stdout


def test_status_counts_on_what_is_there(broker: Broker) -> None:
    done = broker.ctl("--json", "status")
    status = json.loads(done.stdout)
    assert done.returncode == 0 and status["redis"]["format"] == "1"
    # Redis tells brokerd nothing by itself.
    assert [p["heard_ms"] for p in status["processes"] if p["role"] == "redis"] == [None]
    # The stub does not answer questions.
    assert any("schedulerd does not answer" in notice for notice in status["notices"])


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_damaged_records_are_left_out(broker: Broker, damage: str) -> None:
    good = group(2, "tab-1", [3], [3], [(4, 60)])
    bad = {"flip": good[:50] + bytes([good[50] ^ 1]) + good[51:], "cut": good[:-8], "empty": b""}[damage]
    password = dict(x.split() for x in (broker.state / "run/redis.auth").read_text().splitlines())["scheduler"]
    for g, record in (("20", good), ("21", bad)):
        for key, field, value in ((f"raven:graph:{{{g}}}", "name", b"x"), (f"raven:graph:{{{g}}}:ops", "1", batch()),
                                  (f"raven:graph:{{{g}}}:groups", "1.1", record)):
            subprocess.run(["redis-cli", "-s", str(broker.state / "run/redis.sock"), "--user", "scheduler",
                            "--no-auth-warning", "-x", "HSET", key, field], input=value,
                           env={"REDISCLI_AUTH": password, "PATH": "/usr/bin:/bin"}, check=True, capture_output=True)
    whole = ask(broker, "graph", "20")
    assert [(f["op"], f["name"], f["code"]) for f in whole["failures"]] == [(4, "add", "empty")]
    assert whole["failures"][0]["text"]
    partly = ask(broker, "graph", "21")
    assert partly["groups"] == [] and len(partly["ops"]) == 4
    assert "graph 21: 1 damaged" in str(partly["notices"][0])
