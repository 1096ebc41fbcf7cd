"""The style of 2023: record all, activate, execute, fetch what persists."""
from __future__ import annotations

from typing import Any

import numpy as np

from . import _attach, _config, _state
from ._config import server
from ._connection import connection
from ._dtypes import Array
from ._errors import GraphError


class Fetched(np.ndarray[Any, np.dtype[Any]]):
    """A fetched array; ``x.detach().numpy()`` works on it, too."""

    def detach(self) -> Fetched:
        """Itself."""
        return self

    def numpy(self) -> Array:
        """As a plain array."""
        return np.asarray(self)


def initialize(token: str | None = None, *,
               ravenverse_token: str | None = None,
               username: str | None = None) -> None:
    """Sets the token to show to servers; nothing is sent yet.

    Parameters
    ----------
    token, ravenverse_token : str, optional
        The token, under its names of 2022.
    username : str, optional
        Of 2022; a token names its owner.

    Raises
    ------
    RavenError
        When the token is longer than tokens are.

    Examples
    --------
    >>> import ravop as R
    >>> R.initialize('a token')
    >>> R.initialize()      # RAVEN_TOKEN or client.toml again
    """
    del username
    _config.CHOSEN.token = token or ravenverse_token or ""
    server()


def flush() -> None:
    """Forgets the open graphs and what they persist.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.flush()
    """
    while _state.any_open():
        graph = _state.current()
        graph._kept.clear()
        _state.pop(graph)


def activate() -> None:
    """Ends the recording of the current graph; ops are refused from then on.

    Raises
    ------
    GraphError
        When nothing was recorded.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(name='fixed', approach='local')
    >>> a = R.t([1, 2]) + 1
    >>> R.activate()
    Graph 'fixed' is activated.
    Cost: 3 ops
    Max participants: 1
    """
    graph = _state.current()
    if not graph._total:
        raise GraphError(f"{graph!r} has no ops to activate.")
    graph._freeze()
    sources = len(graph.inputs)
    most = 1 if graph.approach == "local" else max(1, graph._total - sources)
    print(f"Graph {graph.name!r} is activated.\nCost: {graph._total} ops\n"
          f"Max participants: {most}")


def execute(participants: int = 1) -> None:
    """Sends the activated graph; it is computed without this program, too.

    Parameters
    ----------
    participants : int, optional
        Of 2023; everyone who participates computes.

    Raises
    ------
    GraphError
        When the graph was not activated.
    NoServerError, AuthError, QuotaError
        When the server cannot take it.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(name='fixed', approach='local')
    >>> a = (R.t([1, 2]) + 1).persist(name='sum')
    >>> R.activate()            # doctest: +ELLIPSIS
    Graph ...
    >>> R.execute(participants=2)
    >>> R.fetch_persisting_op('sum')
    Fetched([2, 3])
    """
    graph = _state.current()
    if not graph._frozen:
        raise GraphError(f"{graph!r} is not activated; call R.activate() when "
                         "everything is recorded.")
    if participants < 1:
        raise GraphError("execute(participants=...) needs at least 1.")
    graph._execute()


def track_progress() -> None:
    """Waits until the graph is computed and shows how far it is.

    Raises
    ------
    OpError
        When an op failed.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> a = R.t([1, 2]) + 1
    >>> R.track_progress()
    Progress: 100 %
    """
    graph = _state.current()
    graph._wait_for([op.id for op in graph._kept.values()] or graph.outputs)
    print("Progress: 100 %")


def fetch_persisting_op(op_name: str) -> Fetched:
    """The value of an op of the current graph that persists; waits for it.

    Parameters
    ----------
    op_name : str
        What `persist` or `persist_op` named it.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    GraphError
        When no op persists under that name.
    OpError
        When it failed.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> a = (R.t([1, 2]) + 1).persist(name='sum')
    >>> R.fetch_persisting_op('sum').detach().numpy()
    array([2, 3])
    """
    graphs = _state.recent()
    for graph in graphs:
        if op_name in graph._kept:
            return graph._kept[op_name].compute().view(Fetched)
    names = ", ".join(map(repr, graphs[0]._kept)) or "none"
    raise GraphError(f"no op of {graphs[0]!r} persists as {op_name!r}; there "
                     f"is: {names}.")


def get_my_graphs(url: str | None = None, token: str | None = None
                  ) -> list[dict[str, Any]]:
    """Prints the graphs that the server has of this developer.

    Parameters
    ----------
    url, token : str, optional
        The server, as in `Graph`.

    Returns
    -------
    list of dict
        One for each graph: id, name, status, counts of ops.

    Raises
    ------
    NoServerError, AuthError
        When the server cannot be asked.

    Examples
    --------
    >>> import ravop as R
    >>> R.get_my_graphs('http://127.0.0.1:9')   # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ravop.NoServerError: no Raven server answers at http://127.0.0.1:9 ...
    """
    rows = _attach.mine(connection(server(url, token)))
    print(_attach.table(rows))
    return rows
