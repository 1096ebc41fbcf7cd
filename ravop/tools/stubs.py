"""Writes ravop/_ops.pyi, the types of what _ops.py makes from the op table.

usage: PYTHONPATH=build/ravop python3 ravop/tools/stubs.py [--check FILE]
Prints the stub; with --check compares it with FILE, exit status 1 if they
differ.
"""
from __future__ import annotations

import inspect
import pathlib
import sys
import textwrap

from ravop import _ops

HEAD = '''\
"""Written by stubs.py from the op table; do not edit."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import DTypeLike

from ._op import Op

MANY: int
KINDS: dict[str, str]

@dataclass(frozen=True)
class Param:
    name: str
    kind: str
    default: Any
    choices: str | None

@dataclass(frozen=True)
class Row:
    code: int
    name: str
    wire: str
    least: int
    most: int
    params: tuple[Param, ...]
    doc: str
    names: str | None
    @property
    def inputs(self) -> tuple[str, ...]: ...

ROWS: dict[str, Row]
ALIASES: dict[str, str]
WIRE: dict[str, str]
FUNCTIONS: dict[str, Callable[..., Op]]
FORMS: dict[str, Callable[..., Any]]

def is_method(name: str) -> bool: ...
def is_op(value: object) -> bool: ...
def optional(row: Row, name: str) -> bool: ...
def call(row: Row, args: tuple[Any, ...], named: dict[str, Any]) -> Op: ...
def closest(name: str) -> str | None: ...
def nearest(name: str) -> str: ...
def row_of(name: str) -> Row: ...
def form(function: Callable[..., Any], method: bool = ...) -> None: ...
def create_op(operator: str, *ops: Any, **params: Any) -> Op: ...
'''
TYPES = {
    "axis": "int | None",
    "axes": "int | Sequence[int] | None",
    "bool": "bool",
    "int": "int",
    "ints": "int | Sequence[int]",
    "float": "float",
    "dtype": "DTypeLike",
    "choice": "str",
    "text": "str",
}


def signature(row: _ops.Row, first: list[str]) -> str:
    """Parameters of a function, or with self of a method."""
    many = row.most == _ops.MANY
    inputs = list(row.inputs)
    if first and not many:
        inputs = inputs[1:]
    parts = list(first)
    for name in inputs:
        parts.append(f"{name}: Any"
                     + (" = None" if _ops.optional(row, name) else ""))
    if not many and parts:
        # Inputs with names of their own may be given by them.
        parts.insert(1 if row.names is not None else len(parts), "/")
    # NumPy's spelling reshape(x, 2, 3) makes a single tuple of them.
    for param in row.params:
        default = "" if param.default is ... else f" = {param.default!r}"
        kind = TYPES[param.kind]
        if param.default is None and "None" not in kind:
            kind += " | None"
        parts.append(f"{param.name}: {kind}{default}")
    spread = (len(row.params) == 1 and row.params[0].kind in ("ints", "axes")
              and not many)
    if not many:
        parts.append("*rest: int" if spread else "*")
    parts.append("name: str | None = None")
    return ", ".join(parts)


def written(name: str, method: bool) -> str:
    """The line of a function that was written by hand."""
    sign = inspect.signature(_ops.FORMS[name])
    parts = list(sign.parameters.values())
    given = [str(p).replace("'", "") if p.default is not p.empty
             and not isinstance(p.default, str) or p.default is p.empty
             else str(p) for p in parts]
    if method:
        given[0] = "self"
    if not any(p.kind is p.VAR_POSITIONAL for p in parts):
        star = [p.kind is p.KEYWORD_ONLY for p in parts].index(True)
        given.insert(star, "*")
    what = str(sign.return_annotation).strip("'")
    return f"def {name}({', '.join(given)}) -> {what}: ..."


def stub() -> str:
    """The whole file."""
    names = {**{n: n for n in (*_ops.ROWS, *_ops.FORMS)}, **_ops.ALIASES}
    lines = [HEAD, "__all__ = ["]
    lines += textwrap.wrap(", ".join(f'"{n}"' for n in names) + ",", 79,
                           initial_indent="    ", subsequent_indent="    ")
    lines += ["]", ""]
    for name, target in names.items():
        if name in _ops.FORMS:
            lines.append(written(name, False))
            continue
        row = _ops.ROWS[target]
        lines.append(f"def {name}({signature(row, [])}) -> Op: ...")
    lines += ["", "class Methods:"]
    for name, target in names.items():
        if not _ops.is_method(name):
            continue
        if name in _ops.FORMS:
            lines.append("    " + written(name, True))
            continue
        row = _ops.ROWS[target]
        lines.append(f"    def {name}({signature(row, ['self'])}) -> Op: ...")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Prints or compares."""
    text = stub()
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        if pathlib.Path(sys.argv[2]).read_text() == text:
            return 0
        print(f"{sys.argv[2]} is not what ravop/tools/stubs.py writes",
              file=sys.stderr)
        return 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
