"""Told once: that a program waits for one value after the other."""
from __future__ import annotations

import sys
import warnings
from types import CodeType

WAITS = 50          # at one place of the program
SHORT_S = 0.1       # a wait of which the way is a large part

_seen: dict[tuple[CodeType, int], list[float]] = {}
_told = False


class RavenWarning(UserWarning):
    """Something works, and could work better."""


def waited(seconds: float) -> None:
    """A value came that long after the caller's caller asked for it."""
    global _told
    if _told or seconds > SHORT_S:
        return
    frame = sys._getframe(2)
    waits = _seen.setdefault((frame.f_code, frame.f_lasti), [0, 0.0])
    waits[0] += 1
    waits[1] += seconds
    if waits[0] < WAITS:
        return
    _told = True
    each = waits[1] / waits[0] * 1e3
    _seen.clear()
    warnings.warn(
        f"this line has waited for {WAITS} values one after the other, "
        f"{each:.1f} ms each: record first, then ask for all at once with "
        "R.compute(a, b, ...), or take c.future().", RavenWarning, 3)
