"""HTML of ops and graphs for notebooks, and a report in one file."""
from __future__ import annotations

import html
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import _core
from ._progress import span

if TYPE_CHECKING:
    from ._graph import Graph
    from ._op import Op

STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60em;
margin:2em auto;padding:0 1em}table{border-collapse:collapse;margin:1em 0}
th,td{text-align:left;padding:.2em .8em .2em 0;
border-bottom:1px solid #8884;vertical-align:top}
td.n,th.n{text-align:right}progress{width:20em}
@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}"""


def size(count: float) -> str:
    """Bytes with their unit."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            break
        count /= 1024
    else:
        unit = "TiB"
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; numbers to the right."""
    def cell(value: object) -> str:
        kind = ' class="n"' if isinstance(value, (int, float)) else ""
        return f"<td{kind}>{html.escape(str(value))}</td>"

    top = "".join(f"<th>{html.escape(h)}</th>" for h in head)
    lines = "".join("<tr>" + "".join(map(cell, row)) + "</tr>" for row in rows)
    first = f"<thead><tr>{top}</tr></thead>" if top else ""
    return f"<table>{first}<tbody>{lines}</tbody></table>"


def op_html(op: Op) -> str:
    """What is known of an op."""
    graph = op.graph
    known = [n for n in op._shape if n is not None]
    count = op.dtype.itemsize
    for length in known:
        count *= length
    bytes_ = size(count) if len(known) == len(op._shape) else "not known yet"
    return table((), [
        (type(op).__name__, graph._about(op.id)[0]),
        ("shape", op.shape), ("dtype", op.dtype), ("size", bytes_),
        ("state", op._known_status()),
        ("graph", graph_link(graph)),
    ])


def graph_link(graph: Graph) -> str:
    """Its number, name and server."""
    number = "" if graph._id is None else f"{graph._id} "
    conn = graph._connection
    where = "here" if conn is None else conn.server.url
    return f"{number}{graph.name!r} ({where})"


def _time(graph: Graph) -> list[tuple[str, str]]:
    """Predicted while it is waited for, then what the last wait took."""
    if graph._took_s is not None:
        return [("time", f"{span(graph._took_s)} for the last values")]
    return [("time", graph.counts.forecast)] if graph.counts.computing else []


def graph_html(graph: Graph) -> str:
    """What is known of a graph."""
    done = max(graph._computed, graph.counts.computed)
    failed = max(len(graph._failures), graph.counts.failed)
    return table((), [
        ("Graph", graph_link(graph)), ("ops", graph._total),
        ("computed", done), ("failed", failed),
        *_time(graph),
        ("ended", graph._message or "no"),
    ])


def _operators(graph: Graph) -> list[tuple[object, ...]]:
    """Of each operator: ops, elements, and where most of them are from."""
    found: dict[str, list[int]] = {}
    lines: dict[str, dict[str, int]] = {}
    for number in range(1, graph._total + 1):
        name, shape, _, _, line = graph._about(number)
        count = 1
        for length in shape:
            count *= length or 0
        sums = found.setdefault(name, [0, 0])
        sums[0] += 1
        sums[1] += count
        if line is not None:
            at = f"{line[0]}:{line[1]}"
            here = lines.setdefault(name, {})
            here[at] = here.get(at, 0) + 1
    rows: list[tuple[object, ...]] = []
    for name, (ops, elements) in sorted(found.items(), key=lambda i: -i[1][0]):
        places = lines.get(name, {})
        most = max(places, key=lambda p: places[p]) if places else ""
        rows.append((name, ops, elements, most))
    return rows


def report(graph: Graph, versions: dict[str, str]) -> str:
    """A page that says how the graph went; it needs nothing else."""
    stats = graph.get_op_stats()
    done = stats["computed_ops"]
    part = 100 * done / max(1, stats["total_ops"])
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f"<title>Graph {html.escape(graph.name)}</title>",
        f"<style>{STYLE}</style>",
        f"<h1>Graph {html.escape(graph_link(graph))}</h1>",
        f"<p>{time.strftime('%Y-%m-%d %H:%M:%S')}, {graph.status}. "
        f"<progress value={part:.1f} max=100></progress> {part:.1f} % of "
        f"{stats['total_ops']} ops.</p>",
        table(("state", "ops"), [(k.replace("_ops", ""), v)
                                 for k, v in stats.items()]),
        "<h2>Operators</h2>",
        table(("operator", "ops", "elements", "most from"),
              _operators(graph)),
    ]
    conn = graph._connection
    if conn is not None:
        sent = conn.client.stats
        parts += ["<h2>Connection</h2>", table((), [
            ("server", conn.server.url), ("batches", sent["batches"]),
            ("sent again", sent["resent"]),
            ("arrays uploaded", sent["uploads"]),
            ("bytes uploaded", size(sent["upload_bytes"])),
            ("connections", sent["connects"]),
        ])]
    if graph._failures:
        parts += ["<h2>Failures</h2>", table(("op", "why"), [
            (op, graph._error(op)) for op in sorted(graph._failures)])]
    parts += ["<h2>Versions</h2>", table((), [
        *versions.items(), ("error codes", len(_core.errors()))])]
    return "\n".join(parts) + "\n</html>\n"
