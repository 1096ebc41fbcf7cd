"""Futures of values; one thread a server, while there is something to wait
for."""
from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from ._dtypes import Array

if TYPE_CHECKING:
    from ._connection import Connection
    from ._graph import Graph
    from ._op import Op

LOOK_S = 5.0

_lock = threading.Lock()
_waiting: dict[Any, list[tuple[Op, Future[Array]]]] = {}


def _forget() -> None:
    """The threads are the parent process's."""
    global _lock
    _lock = threading.Lock()
    _waiting.clear()


os.register_at_fork(after_in_child=_forget)


def future(op: Op) -> Future[Array]:
    """A future of the op's value, which is asked for at once."""
    made: Future[Array] = Future()
    graph = op.graph
    key: Any = graph._connection or graph
    if not graph._settled(op.id):
        graph._check()
        if graph._connection is not None:
            graph._send([op.id])
    with _lock:
        first = key not in _waiting
        _waiting.setdefault(key, []).append((op, made))
    if first:
        threading.Thread(target=_serve, args=(key,), name="ravop futures",
                         daemon=True).start()
    elif graph._connection is not None:
        graph._connection.wake()
    return made


def _serve(key: Any) -> None:
    """Settles futures until there are none."""
    while True:
        with _lock:
            items = list(_waiting[key])
            if not items:
                del _waiting[key]
                return
        try:
            _wait(key, items)
            ready = [i for i in items if _ready(i)]
        except Exception as error:
            ready = items
            for _, made in items:
                if made.set_running_or_notify_cancel():
                    made.set_exception(error)
        else:
            for op, made in ready:
                _settle(op, made)
        with _lock:
            for item in ready:
                _waiting[key].remove(item)


def _ready(item: tuple[Op, Future[Array]]) -> bool:
    op, made = item
    graph = op.graph
    return (graph._connection is None or graph._settled(op.id)
            or graph._broken is not None or made.cancelled())


def _wait(key: Any, items: list[tuple[Op, Future[Array]]]) -> None:
    graph: Graph = items[0][0].graph
    conn: Connection | None = graph._connection
    if conn is not None:
        conn.wait(lambda: any(map(_ready, items))
                  or len(_waiting[key]) > len(items),
                  graph, "futures", LOOK_S, show=False)


def _settle(op: Op, made: Future[Array]) -> None:
    if not made.set_running_or_notify_cancel():
        return
    try:
        made.set_result(op.compute())
    except BaseException as error:
        made.set_exception(error)
