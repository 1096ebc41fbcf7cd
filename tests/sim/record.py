"""Records the programs that a script of examples/ sends, for the simulator.

Serves the script alone, as a server that computes nothing: every value that is
waited for is zero. What a script sends before it finds that out is kept, one
file a graph: NAME.graph, NAME.2.graph and so on.
"""
from __future__ import annotations

import argparse
import os
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

import fake  # noqa: E402

PUT, PART, STORED, QUERY = 20, 21, 22, 30
SMALL = 4096
SIZES = {1: 1, 2: 4, 3: 8, 4: 4, 5: 8}
E_REFUSED = 70          # any code that says there is no value
HEAD = struct.Struct("<10I")
OP = struct.Struct("<HBBBBHIIII")


@dataclass
class Graph:
    """Batches of a graph: programs, and which of their ops are wanted."""

    number: int
    programs: list[bytes] = field(default_factory=list)
    wanted: list[int] = field(default_factory=list)
    shapes: dict[int, tuple[int, list[int]]] = field(default_factory=dict)

    def take(self, program: bytes, want: list[int]) -> None:
        """One more batch."""
        self.programs.append(program)
        self.wanted += want
        _, _, base, n_ops, n_refs, *_ = HEAD.unpack_from(program)
        dims_at = HEAD.size + n_ops * OP.size + (n_refs * 4 + 7) // 8 * 8
        for i in range(n_ops):
            row = OP.unpack_from(program, HEAD.size + i * OP.size)
            dims = struct.unpack_from(
                f"<{row[2]}q", program, dims_at + row[7] * 8)
            self.shapes[base + i] = row[1], list(dims)

    def write(self, path: Path) -> None:
        """The file that the simulator reads: counts, wanted, programs."""
        with path.open("wb") as out:
            out.write(struct.pack("<QQ", len(self.programs), len(self.wanted)))
            out.write(struct.pack(f"<{len(self.wanted)}Q", *self.wanted))
            for program in self.programs:
                out.write(struct.pack("<Q", len(program)))
                out.write(program + b"\0" * (-len(program) % 8))


class Recorder:
    """The server's side of one connection."""

    def __init__(self) -> None:
        self.graphs: list[Graph] = []
        self.puts: dict[bytes, int] = {}

    def serve(self, peer: fake.Peer) -> None:
        """Until the script leaves."""
        peer.welcome()
        try:
            while True:
                self.answer(peer, peer.next())
        except (ConnectionError, OSError):
            pass

    def graph(self, number: int) -> Graph:
        """One of those that were opened."""
        return self.graphs[number - 1]

    def answer(self, peer: fake.Peer, m: list[Any]) -> None:
        """What a server would say to a message."""
        if m[0] == fake.GRAPH:
            self.graphs.append(Graph(len(self.graphs) + 1))
            peer.say(fake.ACK, len(self.graphs), 0, 0, 0, m[1])
        elif m[0] == PUT:
            self.stored(peer, m[1], m[4], 0)
        elif m[0] == PART:
            self.stored(peer, m[1], self.puts[m[1]], len(m[3]))
        elif m[0] == fake.BATCH:
            self.graph(m[1]).take(m[3], m[4])
            peer.say(fake.ACK, m[1], m[2], 0, 0, b"")
            self.values(peer, m[1], m[4])
        elif m[0] == fake.WANT:
            self.graph(m[1]).wanted += m[2]
            self.values(peer, m[1], m[2])
        elif m[0] == fake.END:
            total = len(self.graph(m[1]).shapes)
            peer.say(fake.ENDED, m[1], total, total, 0, 0, [])

    def stored(self, peer: fake.Peer, digest: bytes, left: int,
               came: int) -> None:
        """STORED once all parts are there."""
        self.puts[digest] = left - came
        if left == came:
            peer.say(STORED, digest, 0)

    def values(self, peer: fake.Peer, g: int, ops: list[int]) -> None:
        """Zeros; what is too large for a message is refused."""
        for op in ops:
            dtype, dims = self.graph(g).shapes[op]
            dims = [max(d, 1) for d in dims]
            size = SIZES[dtype]
            for d in dims:
                size *= d
            code = 0 if size <= SMALL else E_REFUSED
            peer.say(fake.VALUE, g, op, dtype, dims, size, b"\0" * 32,
                     b"\0" * (size if code == 0 else 0), code, op, "", "fake")


def record(script: Path, folder: Path, build: Path) -> int:
    """Runs one script; returns how many graphs were written."""
    recorders: list[Recorder] = [Recorder() for _ in range(4)]
    env = dict(os.environ, PYTHONPATH=str(build / "ravop"))
    server = fake.Server(*[r.serve for r in recorders])
    env["RAVEN_URL"] = server.url
    with suppress(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, str(script), "--small"], env=env,
                       timeout=60, capture_output=True, check=False,
                       cwd=folder)
    server.listener.close()
    graphs = [g for r in recorders for g in r.graphs if g.wanted]
    for i, graph in enumerate(graphs):
        number = "" if i == 0 else f".{i + 1}"
        graph.write(folder / f"{script.stem}{number}.graph")
    return len(graphs)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="where ravop was built")
    parser.add_argument("folder", type=Path, help="where the graphs go")
    parser.add_argument("script", type=Path, nargs="+")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for script in options.script:
        found = record(script.resolve(), options.folder.resolve(), options.build.resolve())
        print(f"{script.stem}: {found}", file=sys.stderr)


if __name__ == "__main__":
    main()
