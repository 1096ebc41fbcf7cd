"""The socket to a server. The protocol is _core's; waiting is done here."""
from __future__ import annotations

import atexit
import json
import os
import random
import select
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _core
from ._config import Server
from ._errors import AuthError, NoServerError, RavenError, sentence
from ._pace import Pace
from ._progress import OPTIONS, Progress
from ._version import BUILD

if TYPE_CHECKING:
    from ._graph import Graph
    from ._view import View

READ_BYTES = 256 * 1024
CONNECT_S = 10.0
BACKOFF_FIRST_S = 0.5
BACKOFF_MOST_S = 30.0
TURN_S = 0.25
FAREWELL_S = 1.0
AGAIN_S = 10.0          # until a question is asked again
SETTLE_S = 10.0         # for what goes on without the program
SENDS = 16              # in a turn, of up to 256 KiB
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
PATH = "/raven"


class Connection:
    """One server, seen from one process; its graphs share it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        host = f"[{server.host}]" if ":" in server.host else server.host
        self.client = _core.Client(
            f"{host}:{server.port}", PATH, server.token, BUILD
        )
        self.graphs: weakref.WeakValueDictionary[int, Graph] = (
            weakref.WeakValueDictionary()
        )
        self.max_tensor = 0
        self.pace = Pace()
        self._socket: socket.socket | None = None
        self._share()
        self._buffer = bytearray(READ_BYTES)
        self._pid = os.getpid()
        self._ready = False          # ever
        self._known = False          # that it is a Raven server
        self._down_since = 0.0       # 0: it is up
        self._tries = 0
        self._next_try = 0.0
        self._reason = ""
        self._retries: dict[int, float] = {}
        self._kept: set[int] = set()    # handles of graphs that go on

    def _share(self) -> None:
        """What threads share: one turns, the others wait for its turns."""
        self._turned = threading.Condition(threading.RLock())
        self._turning = False
        self._asking = threading.Lock()
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)

    # Graphs.

    def open(self, graph: Graph, key: bytes, number: int, name: str,
             verify: int, options: str, low: bool) -> int:
        """Announces a graph, to be opened with the next wait."""
        self._check_fork()
        handle = self.client.graph(
            key, number, name, "distributed", verify, options, low
        )
        self.graphs[handle] = graph
        return handle

    def _farewell(self) -> None:
        """The program ends: nobody can ask for its open graphs any more."""
        if self._pid != os.getpid() or self._socket is None:
            return
        for handle in self._kept:
            graph = self.graphs.get(handle)
            if graph is not None:
                graph._send([])
        try:
            self._turn_while(lambda: any(map(self.client.unacked, self._kept)),
                             SETTLE_S)
            for handle in list(self.graphs):
                if handle in self._kept:
                    self.client.forget(handle)
                else:
                    self.client.abandon(handle)
            self._turn_while(lambda: self.client.open > 0, FAREWELL_S)
        except RavenError:
            pass        # nothing is lost that anybody could use

    def keep(self, handle: int) -> None:
        """The graph goes on when the program ends."""
        self._kept.add(handle)

    def ask(self, what: str, arg: str = "") -> Any:
        """Asks the server about one's graphs; what it says, as data.

        Raises
        ------
        NoServerError
            When there is none.
        """
        return self.answer_to(lambda: self.client.ask(what, arg))

    def answer_to(self, say: Callable[[], bool]) -> Any:
        """What the server answers to what say() sends; False: it could not.

        Raises
        ------
        NoServerError
            When there is none.
        """
        self._check_fork()
        with self._asking:
            self._answer: Any = None
            asked = -1      # in which connection
            again = 0.0     # the scheduler may have been restarted since
            while self._answer is None:
                connects = self.client.stats["connects"]
                now = time.monotonic()
                if (asked != connects or now > again) and say():
                    asked = connects
                    again = now + AGAIN_S
                self.wake()
                self._take_turn(TURN_S, lambda: self._answer is not None)
            return self._answer

    def answered(self, text: str) -> None:
        """The answer that somebody waits for."""
        self._answer = json.loads(text)

    def _turn_while(self, more: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while more() and self._socket is not None and (
                time.monotonic() < deadline):
            self._turn(TURN_S)

    # Waiting.

    def wait(self, done: Callable[[], bool], graph: View, what: str,
             timeout: float | None = None, show: bool = True) -> bool:
        """Sends and reads until done() or the time is over."""
        self._check_fork()
        deadline = None if timeout is None else time.monotonic() + timeout
        progress = Progress(what, self.server.url)
        self.wake()         # what is recorded for this wait leaves at once
        try:
            while not done():
                left = TURN_S
                if deadline is not None:
                    left = min(left, deadline - time.monotonic())
                    if left <= 0:
                        return False
                self._take_turn(left, done)
                if show:
                    progress.note(self._trouble())
                    progress.update(graph.counts)
        finally:
            progress.close()
        return True

    def wake(self) -> None:
        """Ends another thread's turn: there is something to send."""
        if self._turning:
            try:
                os.write(self._waker, b"1")
            except BlockingIOError:
                pass        # it is awake as can be

    def _take_turn(self, seconds: float, done: Callable[[], bool]) -> None:
        """Turns, or waits for the turn of the thread that does."""
        mine = False
        try:
            with self._turned:
                if self._turning:
                    if not done():
                        self._turned.wait(seconds)
                    return
                self._turning = mine = True
            self._turn(seconds)
        finally:
            if mine:
                with self._turned:
                    self._turning = False
                    self._turned.notify_all()

    def poll(self) -> None:
        """Sends and reads what can be at once, if there is a connection."""
        self._check_fork()
        self.wake()
        if self._socket is not None:
            self._take_turn(0, lambda: True)

    def _trouble(self) -> str:
        if self._socket is not None or not self._down_since:
            return ""
        return f"connection lost ({self._reason}); reconnecting"

    def _check_fork(self) -> None:
        if self._pid == os.getpid():
            return
        # The parent's socket, locks and graphs are its own.
        for handle, graph in list(self.graphs.items()):
            self.client.forget(handle)
            graph.on_forked()
        self._pid = os.getpid()
        os.close(self._woken)
        os.close(self._waker)
        self._share()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self.client.lost()

    def _turn(self, seconds: float) -> None:
        now = time.monotonic()
        for handle, when in list(self._retries.items()):
            if when <= now:
                del self._retries[handle]
                self.client.retry(handle)
        if self._socket is None and not self._connect(now, seconds):
            return
        reason = ""
        try:
            self._exchange(seconds)
        except OSError as err:      # ssl.SSLError is one
            reason = str(err) or type(err).__name__
        self._dispatch()
        if reason and self._socket is not None:
            self._down(reason)

    # Connecting.

    def _connect(self, now: float, seconds: float) -> bool:
        if now < self._next_try:
            time.sleep(min(seconds, self._next_try - now))
            return False
        reason = ""
        try:
            self._socket = self._dial()
        except OSError as err:
            reason = str(err) or type(err).__name__
        if reason:
            self._down(reason)
            return False
        self.client.connect(os.urandom(32))
        return True

    def _dial(self) -> socket.socket:
        server = self.server
        plain = socket.create_connection((server.host, server.port), CONNECT_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if server.tls:
            context = ssl.create_default_context()
            plain = context.wrap_socket(plain, server_hostname=server.host)
        plain.setblocking(False)
        return plain

    def _down(self, reason: str) -> None:
        """The connection is over; says when to try again, or raises."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self.client.lost()
        now = time.monotonic()
        self._reason = reason
        if not (self._ready or self._known):
            raise self._no_server(reason)
        if not self._down_since:
            # It may only have been idle too long: the first try is at once.
            self._down_since = now
            self._next_try = now
            return
        if now - self._down_since > OPTIONS.reconnect_s:
            raise self._no_server(
                f"{reason}; tried for {OPTIONS.reconnect_s:.0f} s"
            )
        most = min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2 ** min(self._tries, 10))
        self._tries += 1
        self._next_try = now + random.uniform(0, most)

    def _no_server(self, reason: str) -> NoServerError:
        return NoServerError(
            f"no Raven server answers at {self.server.url} ({reason}). Start "
            "one with `brokerd`, or name yours: R.Graph(url=...) or RAVEN_URL. "
            "Without a server, R.Graph(approach='local') computes here."
        )

    # Bytes.

    def _exchange(self, seconds: float) -> None:
        sock = self._socket
        assert sock is not None
        blocked = self._send(sock)
        if not self._readable(sock, blocked, seconds):
            return
        try:
            n = sock.recv_into(self._buffer)
        except NOT_NOW:
            return
        if n == 0:
            raise ConnectionError("the server closed the connection")
        self.client.recv(self._buffer, n)

    def _send(self, sock: socket.socket) -> bool:
        """Sends what the socket takes, within reason; True: there is more."""
        for _ in range(SENDS):
            output = self.client.output()
            if not output:
                return False
            try:
                n = sock.send(output)
            except NOT_NOW:
                return True
            self.client.sent(n)
        return True

    def _readable(self, sock: socket.socket, write: bool,
                  seconds: float) -> bool:
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        poller = select.poll()
        poller.register(sock, select.POLLIN | (select.POLLOUT if write else 0))
        poller.register(self._woken, select.POLLIN)
        ready = [fd for fd, _ in poller.poll(max(0, seconds) * 1000)]
        if self._woken in ready:
            os.read(self._woken, 4096)
        return sock.fileno() in ready

    # Events.

    def _dispatch(self) -> None:
        while (event := self.client.next()) is not None:
            handle = event["graph"]
            kind = event["type"]
            if kind == "retry":
                self._retries[handle] = (
                    time.monotonic() + event["retry_ms"] / 1000
                )
            elif handle is not None:
                graph = self.graphs.get(handle)
                if graph is not None:
                    getattr(graph, "on_" + kind)(event)
            else:
                getattr(self, "_on_" + kind)(event)

    def _on_ready(self, event: dict[str, Any]) -> None:
        if not self._ready:
            atexit.register(self._farewell)
        self._ready = True
        self._down_since = 0.0
        self._tries = 0
        self.max_tensor = event["g"]

    def _on_answer(self, event: dict[str, Any]) -> None:
        self.answered(event["text"])

    def _on_closed(self, event: dict[str, Any]) -> None:
        self._down(event["text"] or "the server closed the connection")

    def _on_refused(self, event: dict[str, Any]) -> None:
        name, todo = _core.errors().get(event["code"], ("unknown", ""))
        text = sentence(event["text"] or name, todo)
        if event["retry_ms"]:
            self._known = True      # a server it is, only not now
            self._down(event["text"] or name)
            self._next_try = time.monotonic() + event["retry_ms"] / 1000
            return
        if event["what"] == "session":
            self._socket, sock = None, self._socket
            if sock is not None:
                sock.close()
            self.client.lost()
        if name == "bad_token":
            raise AuthError(f"{self.server.url} refuses the token: {text}")
        raise RavenError(f"{self.server.url} refuses: {text}")


_connections: dict[tuple[str, str], Connection] = {}
_connections_lock = threading.Lock()


def connection(server: Server) -> Connection:
    """The process's connection to a server; made at first use."""
    key = (server.url, server.token)
    with _connections_lock:
        if key not in _connections:
            _connections[key] = Connection(server)
        return _connections[key]
