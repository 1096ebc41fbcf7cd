"""Plan: what recorded ops would take, before they are computed."""
from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _core, _html
from ._dtypes import DTYPES
from ._errors import GraphError, sentence
from ._pace import Pace
from ._progress import span

if TYPE_CHECKING:
    from ._view import View

NOBODY, RUN, MODEL = range(3)
WANT_MOST = 65536       # that one PLAN can say


@dataclass(frozen=True)
class Member:
    """A participant of a planned team.

    Attributes
    ----------
    kind : str
        What it is, for example ``'native'`` or ``'browser'``.
    slots : int
        Groups that it computes at a time.
    share : float
        Of the work, from 0 to 1.
    """

    kind: str
    slots: int
    share: float


@dataclass(frozen=True)
class Plan:
    """What recorded ops would take, as `Graph.plan` says.

    Attributes
    ----------
    approach : {'distributed', 'local'}
        Who computes.
    ops, groups : int
        To compute, and the pieces in which they go to participants.
    participants : int
        How many get work; 0: nobody is there who could compute it.
    team : tuple of Member
        Some of them, with what they are and their shares of the work.
    seconds : float or None
        Predicted, from asking for the values until the last is there.
    error : float or None
        Of `seconds`: about two of three runs are no further off.
    believed : bool
        The prediction is good enough to be shown.
    estimated : bool
        There are too many ops to plan one by one.
    upload_bytes : int
        Of arrays that the server does not have yet.
    sent_bytes, returned_bytes : int
        From the server to participants, and back.
    fetched_bytes : int
        Of the values that are asked for.
    memory_bytes : int
        Of all values, in a local graph.
    classes : dict of str to float
        Seconds of computing by class of op, of all participants together.
    """

    approach: str
    ops: int
    groups: int = 0
    participants: int = 0
    team: tuple[Member, ...] = ()
    seconds: float | None = None
    error: float | None = None
    believed: bool = False
    estimated: bool = False
    upload_bytes: int = 0
    sent_bytes: int = 0
    returned_bytes: int = 0
    fetched_bytes: int = 0
    memory_bytes: int = 0
    classes: dict[str, float] = field(default_factory=dict)

    @property
    def time(self) -> str:
        """The predicted time for people, for example '1.8 s +- 0.3 s'."""
        if self.seconds is None or self.error is None:
            return "no prediction"
        said = f"{span(self.seconds)} +- {span(self.error)}"
        return said if self.believed else f"estimating (about {said})"

    def __repr__(self) -> str:
        if self.approach == "local":
            return f"Plan(ops={self.ops}, computed here)"
        if not self.ops:
            return "Plan(ops=0, nothing to compute)"
        if not self.participants and not self.estimated:
            return f"Plan(ops={self.ops}, no participant can compute them)"
        who = f"participants={self.participants}, " if self.participants else ""
        groups = "" if self.estimated else f"groups={self.groups}, "
        return f"Plan(ops={self.ops}, {groups}{who}{self.time})"

    def __str__(self) -> str:
        return "\n".join(f"{name + ':':<16}{text}" for name, text in
                         _rows(self))

    def _repr_html_(self) -> str:
        return _html.table((), _rows(self))


def _team(plan: Plan) -> str:
    kinds: dict[str, list[float]] = {}
    for member in plan.team:
        kinds.setdefault(member.kind or "other", []).append(member.share)
    parts = [f"{len(shares)} {kind} ({100 * sum(shares):.0f} % of the work)"
             for kind, shares in kinds.items()]
    return ", ".join(parts) or "nobody"


def _rows(plan: Plan) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [("ops", plan.ops)]
    if plan.approach == "local":
        return [*rows, ("memory", f"{_html.size(plan.memory_bytes)} of values"),
                ("predicted", "no prediction: this process computes them")]
    if not plan.ops:
        return [*rows, ("predicted", "nothing to compute")]
    if plan.estimated:
        rows.append(("groups", "too many ops to plan one by one"))
    elif not plan.participants:
        return [*rows,
                ("participants", "no participant can compute them now")]
    else:
        rows += [("groups", plan.groups), ("participants", _team(plan))]
    rows += [("predicted", plan.time),
             ("to upload", _html.size(plan.upload_bytes)),
             ("sent", f"{_html.size(plan.sent_bytes)} to participants"),
             ("returned", f"{_html.size(plan.returned_bytes)} from them"),
             ("fetched", _html.size(plan.fetched_bytes))]
    rows += [("views" if name == "none" else name, span(seconds))
             for name, seconds in plan.classes.items()]
    return rows


def _local(graph: View) -> Plan:
    """Of what this process has recorded."""
    ops = memory = 0
    for number in range(graph._total - graph._pending + 1, graph._total + 1):
        _, shape, dtype, _, _ = graph._about(number)
        size = DTYPES[dtype].itemsize
        for length in shape:
            size *= length or 0
        memory += size
        ops += not graph._is_source(number)
    return Plan("local", ops, memory_bytes=memory)


def plan(graph: View, want: list[int]) -> Plan:
    """Asks the server, or looks at what is recorded here."""
    graph._check()
    conn = graph._connection
    if conn is None:
        return _local(graph)
    if len(want) > WANT_MOST:
        raise GraphError(
            f"{graph!r} cannot be planned: {len(want):,} values are named, "
            f"{WANT_MOST:,} may be. Name none for all that no op takes.")
    graph.id            # it is open
    client = conn.client
    conn.wait(lambda: graph._broken is not None
              or not client.unacked(graph._handle), graph, "its record")
    upload = 0
    start = 0.0

    def say() -> bool:
        nonlocal upload, start
        upload = graph._plan(want, not want)
        start = time.monotonic()
        return upload >= 0

    said = conn.answer_to(say)
    conn.pace.round_trip(time.monotonic() - start)
    return _answer(graph, conn.pace, said, upload)


def _answer(graph: View, pace: Pace, said: dict[str, Any],
            upload: int) -> Plan:
    if said["code"]:
        name, todo = _core.errors().get(said["code"], ("unknown", ""))
        raise GraphError(f"{graph!r} cannot be planned: "
                         f"{sentence(said['text'] or name, todo)}")
    seconds = None
    if said["basis"] != NOBODY:
        server = said["us"] / 1e6
        parts = pace.parts(upload, said["fetched"])
        seconds = server + pace.seconds(parts)
        graph._planned = (graph._total, server, parts)
    return Plan(
        "distributed", said["ops"], said["groups"], said["team"],
        tuple(Member(m["kind"], m["slots"], m["share"])
              for m in said["members"]),
        seconds, None if seconds is None else seconds * said["spread"],
        said["believed"], said["basis"] == MODEL, upload, said["sent"],
        said["returned"], said["fetched"],
        classes={c["name"]: c["us"] / 1e6 for c in said["classes"]
                 if c["ops"]},
    )
