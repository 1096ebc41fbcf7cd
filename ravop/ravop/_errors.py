"""The errors of the library, one tree.

    RavenError
    |- GraphError       a call that cannot be: shapes, dtypes, parameters
    |- OpError          an op failed while it was computed
    |- CancelledError   the graph was cancelled
    |- NoServerError    no server answers
    |- AuthError        the server does not know the token
    `- QuotaError       a limit of the server was reached
"""
from __future__ import annotations


class RavenError(Exception):
    """The root of every error of this library."""


class GraphError(RavenError, ValueError):
    """A call that cannot be computed, refused where it is written."""


class NoServerError(RavenError, ConnectionError):
    """No server answers at the URL."""


class AuthError(RavenError):
    """The server does not accept the token."""


class QuotaError(RavenError):
    """A limit of the server was reached; the message names it."""


class CancelledError(RavenError):
    """The graph was cancelled.

    Attributes
    ----------
    reason : str
        Why, in the server's words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the graph was cancelled: {reason}")
        self.reason = reason


class OpError(RavenError):
    """An op failed while it was computed.

    Attributes
    ----------
    op : int
        Number of the op that failed, in its graph.
    operator : str
        Its operator, as in ``R.<operator>``.
    inputs : tuple of int
        Numbers of its inputs, at most 64.
    shapes : tuple of tuple of int
        Their shapes.
    code : str
        Name of the error, for example ``negative_power``.
    participant : str
        Who computed it; None if that was this process, or is not known.
    user_file, user_line : str, int
        Where the op was recorded; None if that is not known.
    """

    def __init__(
        self,
        message: str,
        *,
        op: int,
        operator: str,
        inputs: tuple[int, ...] = (),
        shapes: tuple[tuple[int | None, ...], ...] = (),
        code: str = "",
        participant: str | None = None,
        user_file: str | None = None,
        user_line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.op = op
        self.operator = operator
        self.inputs = inputs
        self.shapes = shapes
        self.code = code
        self.participant = participant
        self.user_file = user_file
        self.user_line = user_line


def sentence(what: str, todo: str) -> str:
    """What was wrong and what to do, as sentences."""
    what = what.strip()
    if todo and todo in what:
        todo = ""
    if what and what[-1] not in ".!?":
        what += "."
    return f"{what} {todo}".strip()
