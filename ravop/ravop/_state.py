"""Which graph is the current one, and what modules tell each other late."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._progress import OPTIONS

if TYPE_CHECKING:
    from ._graph import Graph

_open: list[Graph] = []
_ended: list[Graph] = []    # at most one: the last that was popped


def push(graph: Graph) -> None:
    """Makes graph the current one."""
    pop(graph)
    _open.append(graph)


def pop(graph: Graph) -> None:
    """The graph ended; the one opened before it is current again."""
    if graph in _open:
        _open.remove(graph)
        _ended[:] = [graph]


def recent() -> list[Graph]:
    """The current graph, and the one that ended last."""
    return _open[-1:] + _ended or [current()]


def current() -> Graph:
    """The current graph; a default one is opened when there is none."""
    if not _open:
        from ._graph import Graph

        Graph(name="default")
    return _open[-1]


def classes() -> tuple[Any, Any, Any]:
    """Op, Tensor, Scalar."""
    from ._op import Op, Scalar, Tensor

    return Op, Tensor, Scalar


def opened(id: int, url: str | None = None) -> Graph | None:
    """The open graph of this process that has a number at its server."""
    for graph in _open:
        conn = graph._connection
        if graph._id == id and conn is not None and (
                url in (None, conn.server.url)):
            return graph
    return None


def any_open() -> bool:
    """True if a graph was opened and has not ended."""
    return bool(_open)


def kind(graph: Any, op: int) -> Any:
    """The class of an op's handle."""
    if not graph._is_source(op):
        return classes()[0]
    return classes()[1 if graph._about(op)[1] else 2]


def report(done: int, total: int) -> None:
    """Calls the user's progress callback."""
    if OPTIONS.callback is not None:
        OPTIONS.callback(done, total)
