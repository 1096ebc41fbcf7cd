"""What programs of 2022 set and read for the whole process.

>>> import ravop as R
>>> R.globals.eager_mode
False
"""
from __future__ import annotations

from . import _core, _state


class Globals:
    """Settings and numbers of the process.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.globals.graph_id == graph.id
    True
    """

    def __init__(self) -> None:
        self._eager = False

    @property
    def eager_mode(self) -> bool:
        """True: each op is waited for when it is made."""
        return self._eager

    @eager_mode.setter
    def eager_mode(self, on: bool) -> None:
        self._eager = bool(on)
        _core.eager(self._eager)

    @property
    def graph_id(self) -> int:
        """Number of the current graph; 1 when there is none."""
        return _state.current().id if _state.any_open() else 1

    @property
    def sub_graph_id(self) -> int:
        """1: a graph is not divided for its program."""
        return 1


globals = Globals()
