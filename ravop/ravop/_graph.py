"""Graph: what ops are recorded in, sent, waited for and ended."""
from __future__ import annotations

import itertools
import json
import os
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _attach, _core, _state
from ._config import server
from ._connection import Connection, connection
from ._dtypes import Array, is_value, to_array
from ._errors import GraphError, RavenError
from ._events import Events
from ._progress import Counts
from ._quiet import hide_frames, user_line
from ._view import FAILURE, SUCCESS

if TYPE_CHECKING:
    from ._op import Op

#: Bytes up to which a value is kept after it was handed out.
KEPT_BYTES = 65536
TENSOR_BYTES = 256 * 1024 * 1024
LOCAL_BYTES = 1 << 40
STATUS_S = 0.05
VERIFY = {"auto": 1, None: 0, 0: 0, 2: 2, 3: 3}

_local_ids = itertools.count(1)


class Graph(Events):
    """A graph of ops; opening one makes it the current one.

    Parameters
    ----------
    id : int, optional
        Of a graph of yours that the server has: to go on with it. One
        process at a time may record in a graph.
    name : str, optional
        For people: progress, ``ravenctl``, the dashboard.
    approach : {'distributed', 'local'}
        Participants of a server compute, or this process.
    url, token : str, optional
        The server; default RAVEN_URL and RAVEN_TOKEN, then
        ``~/.config/raven/client.toml``, then ``http://localhost:9999``.
    verify : {0, 'auto', 2, 3}, optional
        How many participants must agree on a result; recorded, not acted
        on yet.
    priority : {'high', 'low'}, optional
        Low: after the graphs of everybody that are high; one group in
        twenty is kept for those that are low.
    **options
        Kept with the graph, not used.

    Raises
    ------
    GraphError
        When the approach or the priority is unknown, or there is no graph `id` of yours.

    Examples
    --------
    >>> import ravop as R
    >>> with R.Graph(name='sum', approach='local') as graph:
    ...     print((R.t([1, 2, 3]) + 1)())
    [2 3 4]
    <BLANKLINE>
    <BLANKLINE>
    Graph computed successfully!
    """

    def __new__(cls, id: int | None = None, **_: Any) -> Graph:
        """A new one, or the one of this process that has the id."""
        known = None if id is None else _state.opened(id)
        return super().__new__(cls) if known is None else known

    def __init__(self, id: int | None = None, *, name: str | None = None,
                 approach: str = "distributed", url: str | None = None,
                 token: str | None = None, verify: int | str | None = None,
                 priority: str = "high", **options: object) -> None:
        if "_here" in self.__dict__:
            _state.push(self)       # the one that was open already
            return
        _check_approach(approach)
        if verify not in VERIFY:
            raise GraphError(
                f"verify={verify!r}; it must be 0, 'auto', 2 or 3.")
        if priority not in ("high", "low"):
            raise GraphError(
                f"priority={priority!r}; it must be 'high' or 'low'.")
        self.name = name or _program_name()
        self.approach = approach
        self.priority = priority
        self.options = options
        self._seed = _drawn(options.get("seed"))
        self.counts = Counts()
        self._verify = VERIFY[verify]
        self._values: dict[int, Any] = {}
        self._failures: dict[int, tuple[int, int, str]] = {}
        self._by: dict[int, str] = {}       # who failed at an op
        self._names: dict[str, list[weakref.ref[Op]]] = {}
        self._asking: list[list[int]] = []     # who waits, for which ops
        self._broken: RavenError | None = None
        self._ended: dict[str, Any] | None = None
        self._id: int | None = None
        self._message = ""
        self._connection: Connection | None = None
        self._last: Any = None
        self._handle = 0
        self._kept: dict[str, Op] = {}      # what was persisted, by name
        self._persist: list[int] = []       # to be said with the next batch
        self._frozen = False
        self._here = threading.RLock()  # one thread at a time computes here
        self._begin(id, url, token)
        _state.push(self)

    def _begin(self, id: int | None, url: str | None,
               token: str | None) -> None:
        if self.approach == "local":
            if id is not None:
                raise GraphError("a local graph ends with its process; there "
                                 "is none to attach to.")
            self._id = next(_local_ids)
            self._start(LOCAL_BYTES, None, 0, self._values, self._failures)
            return
        conn = self._connection = connection(server(url, token))
        if id is not None:
            self._attach(conn, id)
            return
        self._handle = conn.open(
            self, os.urandom(16), 0, self.name, self._verify,
            json.dumps(self.options, default=str)[:4096],
            self.priority == "low",
        )
        self._last = weakref.finalize(self, conn.client.abandon, self._handle)
        self._start(conn.max_tensor or TENSOR_BYTES, conn.client, self._handle,
                    self._values, self._failures)

    def _attach(self, conn: Connection, id: int) -> None:
        said, ops = _attach.fetch(conn, id)
        self.name = said["name"]
        self.options = json.loads(said["options"] or "{}")
        self._id = id
        self._handle = conn.open(self, bytes.fromhex(said["key"]), id,
                                 self.name, self._verify, said["options"], False)
        conn.client.resume(self._handle, said["batches"])
        self._start(conn.max_tensor or TENSOR_BYTES, conn.client, self._handle,
                    self._values, self._failures)
        self._adopt([(code, dtype, tuple(dims), inputs)
                     for code, dtype, dims, inputs, _ in ops])
        for number, (_, _, _, _, state) in enumerate(ops, 1):
            if state == "computed":
                self._done(number)
        self._goes_on()

    def _send(self, want: list[int]) -> None:
        """Hands on what is recorded, and asks for values."""
        if self._flush(want, self._values, self._persist):
            self._persist.clear()

    def _keep(self, op: Op, name: str) -> None:
        """The op's value stays with the server, under a name here."""
        self._kept[name] = op
        self._persist.append(op.id)
        self._goes_on()

    def _freeze(self) -> None:
        """Nothing more is recorded."""
        self._frozen = True
        self._seal(True)

    def _execute(self) -> None:
        """Sends all, and waits until the server has recorded it."""
        conn = self._connection
        if conn is None:
            self._compute_here()
            return
        self._send([])
        self._wait(lambda: self._id is not None
                   and not conn.client.unacked(self._handle), "its record")
        self._goes_on()

    def _refuse(self) -> None:
        """Why nothing can be recorded; called by _core."""
        self._check()
        raise GraphError(
            f"{self!r} was activated: ops can be recorded before "
            "R.activate(), and in another R.Graph()."
        )

    def _goes_on(self) -> None:
        """The end of this program is not the end of the graph."""
        if self._connection is not None:
            self._connection.keep(self._handle)
        if self._last is not None:
            self._last.detach()

    # Recording; called by _core.

    def _lift(self, value: object) -> Any:
        if not is_value(value):
            return NotImplemented
        return self._value(value)

    def _record(self, value: object, cls: Any = None, dtype: Any = None
                ) -> Op:
        """Records a value that the caller holds."""
        self._room()
        return self._value(value, cls, dtype)

    def _value(self, value: object, cls: Any = None, dtype: Any = None) -> Op:
        self._check()
        array = to_array(value, dtype)
        if cls is None:
            cls = _state.classes()[1 if array.ndim else 2]
        code = _CODES[array.dtype]
        if array.nbytes > self._max_bytes:
            raise GraphError(
                f"the array of {array.nbytes} bytes, shape {array.shape}, "
                f"at {user_line()} is larger than the {self._max_bytes} bytes "
                "one tensor may have. Split it."
            )
        op: Op = self._source(cls, array, code, array.shape)
        return op

    @property
    def _max_bytes(self) -> int:
        conn = self._connection
        return LOCAL_BYTES if conn is None else conn.max_tensor or TENSOR_BYTES

    def _full(self) -> None:
        if self._connection is None:
            self._compute_here()
            return
        self._send([])
        self._connection.poll()

    # Computing.

    def _settled(self, op: int) -> bool:
        return op in self._values or op in self._failures

    def _compute(self, ops: Sequence[Op]) -> list[Array]:
        """Values of ops of this graph, in one round trip."""
        return self._values_of([op.id for op in ops])

    def _values_of(self, ids: list[int]) -> list[Array]:
        values, failures = self._values, self._failures
        want = [i for i in dict.fromkeys(ids)
                if i not in values and i not in failures]
        if want:
            self._check()
        self._asking.append(ids)
        try:
            if want:
                self._fetch(want)
            if failures:
                failed = next((i for i in ids if i in failures), None)
                if failed is not None:
                    raise self._error(failed)
            many = self._blocks(ids)
            if many is not None:
                return _rows(many)
            taken: dict[int, Array] = {}
            return [self._take(i, taken) for i in ids]
        finally:
            self._asking = [a for a in self._asking if a is not ids]

    def _compute_here(self) -> None:
        with self._here:
            try:
                self._run(self._values, self._failures)
            except KeyboardInterrupt:
                hide_frames()
                raise

    def _fetch(self, want: list[int]) -> None:
        conn = self._connection
        if conn is None:
            self._compute_here()
            for op in want:
                if not self._settled(op):
                    raise GraphError(
                        f"op {op} has no value: no variable held it when its "
                        "batch was computed. Keep the op in a variable."
                    )
            return
        start = time.monotonic()
        self._took_s = None
        planned, self._planned = self._planned, None
        self._send(want)
        what = f"op {want[0]}" if len(want) == 1 else f"{len(want)} ops"
        at = 0

        def done() -> bool:
            nonlocal at
            at = self._settled_from(want, at)
            return at == len(want)

        self._wait(done, what)
        self._took_s = time.monotonic() - start
        if planned is not None and planned[0] == self._total:
            conn.pace.learn(planned[2], self._took_s, planned[1])

    def _wait(self, done: Any, what: str) -> None:
        conn = self._connection
        assert conn is not None
        try:
            conn.wait(lambda: self._broken is not None or done(), self,
                      f"graph {self.name!r}, {what}")
        except KeyboardInterrupt:
            self._interrupted(conn, what)
            raise
        if self._broken is not None:
            raise self._broken

    def _interrupted(self, conn: Connection, what: str) -> None:
        """Only the wait was: says how to come back."""
        hide_frames()
        if self._id is None:
            left = f"graph {self.name!r} was not sent yet; ask again to send it"
        else:
            self._goes_on()
            left = (f"graph {self._id} {self.name!r} goes on at "
                    f"{conn.server.url}. Ask again to wait on, or come back "
                    f"with R.Graph(id={self._id}); graph.cancel() stops it")
        sys.stderr.write(f"ravop: only the wait for {what} was interrupted; "
                         f"{left}.\n")

    def _take(self, op: int, taken: dict[int, Array]) -> Array:
        if op in taken:
            return taken[op].copy()
        array: Array = np.asarray(self._values[op])
        keep = (self._connection is None or array.nbytes <= KEPT_BYTES
                or sum(op in ids for ids in self._asking) > 1)
        if keep:
            array = array.copy()
        else:
            del self._values[op]
        taken[op] = array
        return array

    def _wait_for(self, ids: list[int]) -> None:
        """Waits until ops are computed; raises if one failed."""
        want = [i for i in ids if not self._settled(i)]
        if want:
            self._check()
            self._fetch(want)
        failed = next((i for i in ids if i in self._failures), None)
        if failed is not None:
            raise self._error(failed)

    def _ask(self, op: int) -> bool:
        """True once op is computed or failed; sends what is recorded."""
        if self._settled(op):
            return True
        self._check()
        conn = self._connection
        if conn is None:
            self._compute_here()
        else:
            self._send([op])
            conn.wait(lambda: self._settled(op) or self._broken is not None,
                      self, f"op {op}", STATUS_S)
        return self._settled(op)

    def _status_of(self, op: int) -> str:
        """'pending', 'computing', 'computed' or 'failed', asked for."""
        if op in self._failures:
            return "failed"
        if self._message == SUCCESS or self._is_source(op) or self._ask(op):
            return "failed" if op in self._failures else "computed"
        return "computing" if self.counts.computing else "pending"

    # Ending.

    def end(self) -> str:
        """Waits for every op, prints how the graph ended, and returns that.

        Returns
        -------
        str
            ``Graph computed successfully!`` or ``Graph failed to compute.``;
            the failed ops are printed after it.

        Raises
        ------
        NoServerError
            When the server is lost and does not come back.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(name='end', approach='local')
        >>> a = R.t([1, 2]) + 1
        >>> graph.end()
        <BLANKLINE>
        <BLANKLINE>
        Graph computed successfully!
        'Graph computed successfully!'
        """
        if self._message:
            return self._message
        failures = self._finish(cancel=False)
        print("\n\n" + self._message)
        for line in failures:
            print(line)
        return self._message

    def cancel(self) -> None:
        """Ends the graph without waiting for its ops.

        Examples
        --------
        >>> import ravop as R
        >>> R.Graph(name='cancel', approach='local').cancel()
        """
        if not self._message:
            self._finish(cancel=True)

    def _finish(self, cancel: bool) -> list[str]:
        try:
            if self._connection is None:
                failures = self._finish_here(cancel)
            else:
                failures = self._finish_there(cancel)
        finally:
            _state.pop(self)
            self._seal(True)
        failed = bool(failures) or cancel
        self._message = FAILURE if failed else SUCCESS
        return failures

    def _finish_here(self, cancel: bool) -> list[str]:
        if not cancel:
            self._compute_here()
        roots = [op for op, (_, cause, _) in self._failures.items()
                 if op == cause]
        return [f"  {self._error(op)}" for op in roots]

    def _finish_there(self, cancel: bool) -> list[str]:
        conn = self._connection
        assert conn is not None
        if self._broken is not None:
            return [f"  {self._broken}"]
        if not self._total:
            conn.client.forget(self._handle)
            return []       # nothing was ever sent
        self._send([] if cancel else [
            op.id for op in self._kept.values() if not self._settled(op.id)])
        conn.client.end(self._handle, cancel)
        self._wait(lambda: self._ended is not None, "its end")
        assert self._ended is not None
        for op, cause, code, text in self._ended["failures"]:
            self._failures[op] = (code, cause, text)
        lines = [f"  {self._error(op)}" for op, cause, _, _
                 in self._ended["failures"] if op == cause or not cause]
        failed = self._ended["failed"] + self._ended["cancelled"]
        if failed and not lines:
            lines = [f"  {failed} ops have no value."]
        return lines

    def __enter__(self) -> Graph:
        return self

    def __exit__(self, kind: type[BaseException] | None,
                 error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is None:
            self.end()
            return
        # The user's exception is the one to see, whatever the server says.
        try:
            self.cancel()
        except Exception:
            _state.pop(self)


def _rows(blocks: list[Any]) -> list[Array]:
    """The rows of blocks, each an array, also where it has no axes."""
    rows: list[Array] = []
    for block in map(np.asarray, blocks):
        if block.ndim > 1:
            rows.extend(block)
        else:
            rows += [block[i, ...] for i in range(len(block))]
    return rows


_CODES = {np.dtype(t): c for c, t in enumerate(
    (np.bool_, np.int32, np.int64, np.float32, np.float64), 1)}


def _drawn(seed: object) -> int:
    """The seed of random ops that are given none: Graph(seed=), or any."""
    if seed is None:
        return int.from_bytes(os.urandom(8), "little", signed=True)
    if not isinstance(seed, int) or not -2**63 <= seed < 2**63:
        raise GraphError(f"seed={seed!r}; it must be an int of 64 bits.")
    return seed


def _check_approach(approach: str) -> None:
    if approach in ("distributed", "local"):
        return
    if approach == "federated":
        raise GraphError(
            "approach='federated' is not part of Raven: data stays with "
            "nobody but those it is sent to. Use 'distributed' or 'local'."
        )
    raise GraphError(
        f"approach={approach!r} is unknown; it must be 'distributed' or "
        "'local'."
    )


def _program_name() -> str:
    path = sys.argv[0] if sys.argv else ""
    return os.path.splitext(os.path.basename(path))[0] or "graph"

