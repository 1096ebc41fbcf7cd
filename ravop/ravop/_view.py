"""View: what people and programs see of a graph; computes nothing."""
from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any

from . import _core, _html, _plan, _state
from ._connection import Connection
from ._errors import GraphError, OpError, RavenError, sentence
from ._plan import Plan
from ._progress import Counts

if TYPE_CHECKING:
    from ._op import Op

SUCCESS = "Graph computed successfully!"
FAILURE = "Graph failed to compute."


class View(_core.Recorder):
    """The readable side of a graph."""

    name: str
    approach: str
    options: dict[str, object]
    counts: Counts
    _values: dict[int, Any]
    _failures: dict[int, tuple[int, int, str]]
    _by: dict[int, str]
    _names: dict[str, list[weakref.ref[Op]]]
    _broken: RavenError | None
    _ended: dict[str, Any] | None
    _id: int | None
    _message: str
    _connection: Connection | None
    _handle: int
    #: What the last wait took; None while it lasts.
    _took_s: float | None = None
    #: Ops, the server's seconds and the parts beside them of the last plan.
    _planned: tuple[int, float, tuple[float, float, float]] | None = None

    def _send(self, want: list[int]) -> None:
        raise NotImplementedError

    def _check(self) -> None:
        if self._broken is not None:
            raise self._broken
        if self._message:
            raise GraphError(
                f"{self!r} has ended; open another with R.Graph()."
            )

    def __repr__(self) -> str:
        number = f", id={self._id}" if self._id is not None else ""
        return f"Graph(name={self.name!r}{number}, {self.approach})"

    def __str__(self) -> str:
        return f"Graph:\nId: {self._id}\nStatus: {self.status}\n"

    @property
    def id(self) -> int:
        """Number of the graph at its server, which opens it."""
        conn = self._connection
        if self._id is None and conn is not None:
            conn.wait(lambda: self._id is not None or self._broken is not None,
                      self, f"graph {self.name!r}")
            self._check()
        assert self._id is not None
        return self._id

    @property
    def status(self) -> str:
        """'pending', 'computing', 'computed' or 'failed'."""
        if self._message:
            return "computed" if self._message == SUCCESS else "failed"
        if self._failures or self._broken:
            return "failed"
        stats = self.get_op_stats()
        if stats["computed_ops"] == stats["total_ops"] and stats["total_ops"]:
            return "computed"
        return "computing" if stats["computed_ops"] else "pending"

    @property
    def progress(self) -> float:
        """Percent of the ops that are computed."""
        stats = self.get_op_stats()
        return 100.0 * stats["computed_ops"] / max(1, stats["total_ops"])

    def get_op_stats(self) -> dict[str, int]:
        """Counts of ops by state.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(name='stats', approach='local')
        >>> a = R.t([1, 2]) + 1
        >>> graph.get_op_stats()['total_ops'] >= 2
        True
        """
        if self._connection is not None and not self._ended:
            self._send([])
            self._connection.poll()
        total, failed = self._total, len(self._failures)
        computed = total - self._pending - failed
        computing = 0
        if self._connection is not None:
            counts = self.counts
            failed = max(failed, counts.failed)
            # The server counts while it is waited for; between, what was seen
            # is computed, and what that needed.
            computed = max(counts.computed, self._computed)
            computing = min(counts.computing,
                            max(0, total - computed - failed))
        return {
            "total_ops": total,
            "pending_ops": max(0, total - computed - computing - failed),
            "computing_ops": computing,
            "computed_ops": computed,
            "failed_ops": failed,
        }

    @property
    def my_id(self) -> int:
        """The same as `id`."""
        return self.id

    @property
    def inputs(self) -> list[int]:
        """Numbers of the ops that are values given to the graph."""
        return [n for n in range(1, self._total + 1) if self._is_source(n)]

    @property
    def outputs(self) -> list[int]:
        """Numbers of the ops that no other op takes."""
        used = {i[0] for n in range(1, self._total + 1)
                for i in self._about(n)[3]}
        return [n for n in range(1, self._total + 1) if n not in used]

    def _repr_html_(self) -> str:
        return _html.graph_html(self)       # type: ignore[arg-type]

    def plan(self, *ops: Op) -> Plan:
        """What the recorded ops that are not computed yet would take.

        Nothing is computed or sent for it, and nothing changes: the server's
        scheduler runs them in its head, with the participants that are there
        now.

        Parameters
        ----------
        *ops : Op
            Whose values will be asked for; none named: those that no other
            recorded op takes.

        Returns
        -------
        Plan
            Its `seconds` are None where no time can be said: of a local
            graph, without participants, or before their speeds are known.

        Raises
        ------
        GraphError
            When the server would refuse the ops, or more than 65,536 are
            named.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(name='plan', approach='local')
        >>> a = R.t([1.0, 2.0]) + 1
        >>> graph.plan()
        Plan(ops=1, computed here)
        """
        return _plan.plan(self, [op.id for op in ops])

    def report(self, path: str | os.PathLike[str]) -> None:
        """Writes a page on the graph: states, operators, failures, versions.

        Parameters
        ----------
        path : path-like
            Of the HTML file, which needs no other.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(approach='local')
        >>> a = R.t([1, 2]) + 1
        >>> graph.report('/dev/null')
        """
        from ._api import versions

        text = _html.report(self, versions())       # type: ignore[arg-type]
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    # Ops.

    def op(self, id: int) -> Op:
        """The op of a number.

        Raises
        ------
        GraphError
            When the graph has no such op.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(approach='local')
        >>> a = R.t([1, 2])
        >>> graph.op(a.id)
        Tensor(shape=(2,), dtype=int64, lin)
        """
        for refs in self._names.values():
            for ref in refs:
                op = ref()
                if op is not None and op.id == id:
                    return op
        if not 1 <= id <= self._total:
            raise GraphError(
                f"{self!r} has no op {id}; it has {self._total} ops.")
        made: Op = self._hand(_state.kind(self, id), id)
        return made

    @property
    def ops(self) -> list[Op]:
        """Every op, in the order they were recorded.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(approach='local')
        >>> a = R.neg(R.t([1, 2]))
        >>> [op.operator for op in graph.ops]
        ['linear', 'negation']
        """
        return [self.op(n) for n in range(1, self._total + 1)]

    def get_ops_by_name(self, op_name: str, graph_id: int | None = None
                        ) -> list[Op]:
        """Ops of the graph whose ``name=`` contains a text.

        Parameters
        ----------
        op_name : str
        graph_id : int, optional
            Of 2022; the graph that is asked is this one.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(approach='local')
        >>> a = R.add(1, 2, name='three')
        >>> graph.get_ops_by_name('thr') == [a]
        True
        """
        del graph_id
        refs = [r for n, rs in self._names.items() if op_name in n for r in rs]
        return [op for op in (ref() for ref in refs) if op is not None]

    def _label(self, op: Op, name: str) -> None:
        self._names.setdefault(name, []).append(weakref.ref(op))

    def _name_of(self, op: int) -> str:
        for name, refs in self._names.items():
            for ref in refs:
                held = ref()
                if held is not None and held.id == op:
                    return name
        return ""

    def _is_source(self, op: int) -> bool:
        operator, _, _, inputs, _ = self._about(op)
        return operator == "lin" and not inputs

    def _error(self, op: int) -> OpError:
        """What to raise for an op that failed."""
        code, cause, text = self._failures[op]
        name, todo = _core.errors().get(code, ("unknown", ""))
        if cause not in self._failures and not 1 <= cause <= self._total:
            cause = op
        if cause != op and cause in self._failures:
            code, _, text = self._failures[cause]
            name, todo = _core.errors().get(code, ("unknown", ""))
        operator, _, _, inputs, line = self._about(cause)
        text = text or todo
        for said in (f"Op {cause} ({operator}): ", f"{operator}: "):
            text = text.removeprefix(said)
        text = sentence(text, "")
        given = ", ".join(str(i[1]) for i in inputs)
        message = f"op {cause} ({operator}) of {given or 'nothing'} failed: {text}"
        if cause != op:
            message = (f"op {op} ({self._about(op)[0]}) has no value: it "
                       f"depends on {message}")
        if cause in self._by:
            message += f" Computed by {self._by[cause]!r}."
        if line is not None:
            message += f" Recorded at {line[0]}:{line[1]}."
        return OpError(
            message, op=cause, operator=operator, code=name,
            inputs=tuple(i[0] for i in inputs),
            shapes=tuple(i[1] for i in inputs),
            participant=self._by.get(cause),
            user_file=line[0] if line else None,
            user_line=line[1] if line else None,
        )
