"""Data: a value by itself, as programs of 2022 kept them."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _state
from ._dtypes import Array
from ._errors import GraphError

if TYPE_CHECKING:
    from ._graph import Graph


class Data:
    """A value of the current graph; calling it gives the array.

    Parameters
    ----------
    value : number or array_like, optional
        Recorded as a value of the current graph.
    id : int, optional
        Number of an op whose value it is.

    Attributes
    ----------
    id : int
        Number of the op.

    Raises
    ------
    GraphError
        When neither is given, or there is no such op.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> data = R.Data([1, 2])
    >>> data.dtype, data()
    ('int64', array([1, 2]))
    """

    def __init__(self, value: Any = None, id: int | None = None,
                 graph: Graph | None = None, **keywords: object) -> None:
        if value is None:
            value = keywords.get("data")
        graph = graph or _state.current()
        if id is not None:
            self._op = graph.op(id)
        elif value is not None:
            self._op = graph._record(value)
        else:
            raise GraphError("Data() needs a value, or the id of an op.")
        self.id = self._op.id

    @property
    def dtype(self) -> str:
        """NumPy's name of an uploaded value's; ``'ndarray'`` of a result."""
        if self._op.node_type == "input":
            return self._op.get_dtype()
        return "ndarray"

    @property
    def value(self) -> Array:
        """The array; waits for it."""
        return self._op.compute()

    def __call__(self) -> Array:
        """The array; waits for it."""
        return self._op.compute()

    def get_value(self) -> Array:
        """The array; waits for it."""
        return self._op.compute()

    def get_dtype(self) -> str:
        """The same as `dtype`."""
        return self.dtype

    def get_shape(self) -> tuple[int | None, ...]:
        """Lengths of its axes."""
        return self._op.get_shape()

    def __repr__(self) -> str:
        return f"Data(id={self.id}, dtype={self.dtype!r})"
