"""What a wait shows: a bar on a terminal, else a line now and then."""
from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import EllipsisType

SHOW_AFTER = 0.5
LINE_EVERY = 10.0
ALONE_AFTER = 2.0       # when nobody participates
DRAW_EVERY = 0.1
WIDTH = 24


@dataclass
class Counts:
    """Ops of a graph by state, as the server last said."""

    pending: int = 0
    computing: int = 0
    computed: int = 0
    failed: int = 0
    participants: int = -1
    left_ms: int = 0
    predicted_ms: int = 0
    believed: bool = False

    @property
    def forecast(self) -> str:
        """How long it takes and what is left, if the server believes it."""
        if not self.believed:
            return "estimating"
        return (f"predicted {short(self.predicted_ms)}, "
                f"{short(self.left_ms)} left")

    @property
    def total(self) -> int:
        """All ops the server knows."""
        return self.pending + self.computing + self.computed + self.failed


@dataclass
class Options:
    """Settings that R.options changes."""

    progress: bool = True
    callback: Callable[[int, int], object] | None = None
    reconnect_s: float = 300.0


OPTIONS = Options()


def options(
    *,
    progress: bool | None = None,
    callback: Callable[[int, int], object] | EllipsisType | None = ...,
    reconnect_s: float | None = None,
) -> Options:
    """Changes settings of the library and returns them.

    Parameters
    ----------
    progress : bool, optional
        Show progress on stderr while waiting. ``RAVEN_PROGRESS=0`` also
        turns it off.
    callback : callable, optional
        Called with (ops done, ops in all) whenever the server says so; None
        for no callback.
    reconnect_s : float, optional
        Seconds to try again when the connection is lost.

    Returns
    -------
    Options
        All settings.

    Examples
    --------
    >>> import ravop as R
    >>> R.options(progress=False).progress
    False
    """
    if progress is not None:
        OPTIONS.progress = progress
    if not isinstance(callback, EllipsisType):
        OPTIONS.callback = callback
    if reconnect_s is not None:
        OPTIONS.reconnect_s = reconnect_s
    return OPTIONS


def _shown() -> bool:
    return OPTIONS.progress and os.environ.get("RAVEN_PROGRESS", "1") != "0"


def span(seconds: float) -> str:
    """A time of any length for people, with two digits and its unit."""
    for unit, size in (("us", 1e-6), ("ms", 1e-3), ("s", 1.0)):
        if seconds < 999.5 * size or unit == "s":
            break
    if seconds >= 120:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s"
    value = seconds / size
    return f"{value:.0f} {unit}" if value >= 9.95 else f"{value:.1f} {unit}"


def short(ms: float) -> str:
    """Some ms as seconds; below ten with one digit more."""
    return f"{ms / 1000:.1f} s" if ms < 9950 else seconds(ms / 1000)


def seconds(value: float) -> str:
    """A time for people, with its unit."""
    if value < 60:
        return f"{value:.0f} s"
    minutes, rest = divmod(int(value), 60)
    return f"{minutes} min {rest} s"


class Progress:
    """Shows one wait; `close` erases what a terminal still shows."""

    def __init__(self, what: str, url: str) -> None:
        self._what = what
        self._url = url
        self._start = time.monotonic()
        self._next = self._start + SHOW_AFTER
        self._drawn = False
        self._bar: bool | None = None   # not asked yet: most waits are short
        self._note = ""
        self._alone = False     # said that nobody participates

    def note(self, text: str) -> None:
        """Shows text instead of the counts, until an empty one."""
        self._note = text

    def update(self, counts: Counts) -> None:
        """Draws, when it is time to."""
        now = time.monotonic()
        if now < self._start + SHOW_AFTER:
            return
        if self._bar is None:
            self._bar = sys.stderr is not None and sys.stderr.isatty()
            if not self._bar:
                self._next = self._start + LINE_EVERY
        alone = counts.participants == 0 and not (self._bar or self._alone)
        early = alone and now >= self._start + ALONE_AFTER
        if not (early or now >= self._next) or not _shown():
            return
        self._alone = self._alone or alone
        self._next = now + (DRAW_EVERY if self._bar else LINE_EVERY)
        line = self._line(counts, now - self._start)
        if self._bar:
            sys.stderr.write("\r\x1b[K" + line)
            self._drawn = True
        else:
            sys.stderr.write("ravop: " + line + "\n")
        sys.stderr.flush()

    def _line(self, counts: Counts, elapsed: float) -> str:
        if self._note:
            state = self._note
        elif counts.participants == 0:
            state = f"waiting for participants: open {self._url}"
        elif counts.total == 0:
            state = "waiting"
        else:
            done = counts.computed + counts.failed
            full = WIDTH * done // counts.total
            bar = "#" * full + "." * (WIDTH - full)
            many = "" if counts.participants == 1 else "s"
            state = (f"[{bar}] {done}/{counts.total} ops, "
                     f"{max(counts.participants, 0)} participant{many}")
            state += ", " + counts.forecast
        return f"{self._what}: {state} ({seconds(elapsed)})"

    def close(self) -> None:
        """Erases the bar."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False
