"""Going on with a graph that the server has: its ops become handles here."""
from __future__ import annotations

import json
from typing import Any

from ._connection import Connection
from ._errors import GraphError


def fetch(conn: Connection, id: int) -> tuple[dict[str, Any], list[Any]]:
    """What the server says of a graph, and its ops.

    Raises
    ------
    GraphError
        When it is not there, another's, or has ended.
    """
    ops: list[Any] = []
    while True:
        said = conn.ask("graph", f"{id} {len(ops) + 1}")
        if "error" in said:
            raise GraphError(f"graph {id} at {conn.server.url}: "
                             f"{said['error']}")
        if not said["open"]:
            raise GraphError(
                f"graph {id} at {conn.server.url} has ended "
                f"({said['status']}); open another with R.Graph()."
            )
        ops += said["items"]
        if len(ops) >= said["ops"]:
            return said, ops


def mine(conn: Connection) -> list[dict[str, Any]]:
    """The developer's graphs."""
    rows: list[dict[str, Any]] = conn.ask("graphs")
    for row in rows:
        row["options"] = json.loads(row["options"] or "{}")
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The developer's graphs, as programs of 2023 printed them."""
    head = ("Id", "Name", "Approach", "Algorithm", "Rules", "Status", "Cost")
    lines = [head]
    for row in rows:
        lines.append((
            str(row["id"]), row["name"], row["approach"],
            str(row["options"].get("algorithm") or ""),
            str(row["options"].get("rules") or ""),
            row["status"], f"{row['ops']} ops"))
    wide = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, wide))
                     .rstrip() for line in lines)
