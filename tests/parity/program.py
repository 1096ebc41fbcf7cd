"""Packed programs (common/program.h), raven-run's input and output (run.c)."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

DTYPES = [np.dtype(t) for t in ("bool", "int32", "int64", "float32", "float64")]
CODES = {dtype: code for code, dtype in enumerate(DTYPES, 1)}
MAGIC, VERSION, EXPORT, NONE, LIN = 0x31505652, 1, 1, 0xFFFFFFFF, 1
INLINE, GIVEN = 1, 3
MEMORY = 1 << 30


def pad(data: bytes) -> bytes:
    """Up to a multiple of 8."""
    return data + bytes(-len(data) % 8)


@dataclass
class Op:
    """One op: a source with its array, or a computation."""

    code: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    inputs: tuple[int, ...] = ()
    params: tuple[tuple[int, ...] | None, ...] = ()
    source: Array | None = None
    given: bool = False  # a source handed in beside the program
    name: str = "lin"


@dataclass
class Job:
    """A program and the values handed in with it."""

    program: bytes
    given: list[bytes]

    def stream(self, budget: int) -> bytes:
        """As raven-run reads it."""
        parts = [self.program, *self.given]
        lengths = [struct.pack("<Q", len(part)) + part for part in parts]
        return struct.pack("<QQI", budget, MEMORY, len(self.given)) + b"".join(lengths)


@dataclass
class Outcome:
    """What became of a program: values and error codes by op, or a refusal."""

    refused: int = 0
    values: dict[int, Array] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)
    errors: dict[int, int] = field(default_factory=dict)

    def line(self, ops: set[int] | None = None) -> str:
        """Digests and errors in a line, of all ops or these."""
        if self.refused:
            return f"!{self.refused}"
        found = {op: f"{op}:{digest}" for op, digest in self.digests.items()}
        found |= {op: f"{op}!{code}" for op, code in self.errors.items()}
        return " ".join(found[op] for op in sorted(found) if ops is None or op in ops)


def pack(ops: list[Op], exports: set[int]) -> Job:
    """The program of these ops."""
    table, data = b"", b""
    refs: list[int] = []
    dims: list[int] = []
    params: list[int] = []
    given: list[bytes] = []
    for i, op in enumerate(ops):
        place, ref = 0, NONE
        if op.source is not None and op.given:
            place, ref = GIVEN, len(given)
            given.append(op.source.tobytes())
        elif op.source is not None:
            place, ref = INLINE, len(data)
            data += pad(op.source.tobytes())
        table += struct.pack(
            "<HBBBBHIIII", op.code, CODES[op.dtype], len(op.shape), EXPORT if i in exports else 0,
            place, len(op.inputs), len(refs), len(dims), len(params), ref)
        refs += op.inputs
        dims += op.shape
        for param in op.params:
            params += [-1] if param is None else [len(param), *param]
    head = struct.pack("<10I", MAGIC, VERSION, 0, len(ops), len(refs), len(dims), len(params), 0, len(data), 0)
    return Job(head + table + pad(struct.pack(f"<{len(refs)}I", *refs)) + struct.pack(f"<{len(dims)}q", *dims)
               + struct.pack(f"<{len(params)}q", *params) + data, given)


class Reader:
    """Numbers and bytes, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> tuple[Any, ...]:
        """As struct.unpack."""
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def value(self) -> tuple[int, str, Array]:
        """One exported value: op, digest, elements."""
        op, code, ndim = self.take("IBB")
        dims = self.take(f"{ndim}q")
        digest, size = self.take("32sQ")
        dtype = DTYPES[code - 1]
        array = np.frombuffer(self.data, dtype, size // dtype.itemsize, self.at).reshape(dims)
        self.at += size
        return op, digest.hex(), array

    def outcome(self) -> Outcome:
        """Of one program."""
        outcome = Outcome(*self.take("I"))
        if outcome.refused:
            return outcome
        for _ in range(self.take("I")[0]):
            op, digest, array = self.value()
            outcome.digests[op], outcome.values[op] = digest, array
        for _ in range(self.take("I")[0]):
            op, _, code, *_ = self.take("IiI4q")
            outcome.errors[op] = code
        return outcome


def run(runner: Path, jobs: list[Job], budget: int = 1 << 62, under: tuple[str, ...] = (),
        args: tuple[str, ...] = ()) -> list[Outcome]:
    """Computes the programs, in order; under an emulator if one is named."""
    data = b"".join(job.stream(budget) for job in jobs)
    done = subprocess.run([*under, runner, *args], input=data, stdout=subprocess.PIPE, check=True)
    reader = Reader(done.stdout)
    return [reader.outcome() for _ in jobs]
