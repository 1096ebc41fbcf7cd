"""Raven: tensor programs whose ops browsers compute.

>>> import ravop as R
>>> graph = R.Graph(name='test', approach='local')
>>> a = R.t([1, 2, 3])
>>> b = R.t([5, 22, 7])
>>> c = a + b
>>> print('c: ', c())
c:  [ 6 24 10]
"""
from __future__ import annotations

import pathlib as _pathlib
import typing as _typing
from typing import Any as _Any

from . import _core, _foreach, _forms, _later, _moves, _ops, _sized, stats
from ._api import compute, t, versions
from ._constants import (GraphStatus, MappingStatus, OpStatus, Status, epsilon,
                         inf, minus_one, one, pi)
from ._data import Data
from ._errors import (AuthError, CancelledError, GraphError, NoServerError,
                      OpError, QuotaError, RavenError)
from ._graph import Graph
from ._op import File, Op, Scalar, Tensor
from ._ops import *  # noqa: F403
from ._ops import create_op
from ._hint import RavenWarning
from ._plan import Plan
from ._progress import options
from ._refuse import elsewhere as _elsewhere
from ._static import (activate, execute, fetch_persisting_op, flush,
                      get_my_graphs, initialize, track_progress)
from ._version import VERSION as __version__
from .globals import globals

__all__ = [
    "AuthError", "CancelledError", "Data", "File", "Graph", "GraphError",
    "GraphStatus", "MappingStatus", "NoServerError", "Op", "OpError",
    "OpStatus", "Plan", "QuotaError", "RavenError", "RavenWarning", "Scalar",
    "Status", "Tensor",
    "__version__", "activate", "compute", "create_op", "epsilon", "execute",
    "fetch_persisting_op", "flush", "get_my_graphs", "globals", "inf",
    "initialize", "minus_one", "one", "options", "pi", "stats", "t",
    "track_progress", "versions",
]
__all__ += _ops.__all__

_core.setup(Op, GraphError, str(_pathlib.Path(__file__).parent) + "/")

for _error in (AuthError, CancelledError, GraphError, NoServerError, OpError,
               QuotaError, RavenError, RavenWarning):
    _error.__module__ = "ravop"
del _error


if not _typing.TYPE_CHECKING:      # a wrong name is the checker's to find, too
    def __getattr__(name: str) -> _Any:
        """Explains a name that is not here."""
        stand_in = _elsewhere(name)
        if stand_in is not None:
            return stand_in
        raise AttributeError(f"ravop has no {name!r}" + _ops.nearest(name))
