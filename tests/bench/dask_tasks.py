"""What Dask's own processes are to run: they import this file, and no more."""
from __future__ import annotations

from typing import Any

import numpy as np


def power_sum(a: Any, b: Any, scale: float) -> Any:
    """A piece of work that depends on no other."""
    return np.sum(((a * scale) @ b) @ b)


def known_tasks(dask_scheduler: Any = None) -> int:
    """How many tasks the scheduler has."""
    return len(dask_scheduler.tasks)
