"""Tracebacks of Ctrl-C without the library's own frames."""
from __future__ import annotations

import pathlib
import sys
from types import FrameType, TracebackType
from typing import Any

INSIDE = str(pathlib.Path(__file__).parent)
_hooked = False


def outside(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without frames of the library."""
    kept = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(INSIDE):
            kept.append(trace)
        trace = trace.tb_next
    made: TracebackType | None = None
    for one in reversed(kept):
        made = TracebackType(made, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return made


def user_line() -> str:
    """file:line of the nearest caller outside the library."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(INSIDE):
        frame = frame.f_back
    if frame is None:
        return "an unknown line"
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def hide_frames() -> None:
    """From the first interrupted wait on, Ctrl-C shows the user's lines."""
    global _hooked
    if _hooked:
        return
    _hooked = True
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException,
             trace: TracebackType | None) -> Any:
        if issubclass(kind, KeyboardInterrupt):
            trace = outside(trace) or trace
            error.__traceback__ = trace
        return before(kind, error, trace)

    sys.excepthook = hook
