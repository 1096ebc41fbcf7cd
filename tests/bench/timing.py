"""How long something takes."""
from __future__ import annotations

import time
from collections.abc import Callable


def seconds(work: Callable[..., object], *arguments: object) -> float:
    """Time that something took."""
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start
