"""Record: what programs of 2022 read of an op, beside NumPy's attributes."""
from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _future, _html
from ._dtypes import DTYPES, Array
from ._errors import GraphError, RavenError

if TYPE_CHECKING:
    from ._data import Data
    from ._graph import Graph
    from ._op import Op, Scalar, Tensor

KINDS = {1: "unary", 2: "binary"}


class Record(_core.Op):
    """An op as the server of 2022 described it; always up to date."""

    __slots__ = ()

    graph: Graph

    # What was recorded.

    @property
    def name(self) -> str:
        """The ``name=`` it was given, or an empty text."""
        return self.graph._name_of(self.id)

    @property
    def graph_id(self) -> int:
        """Number of its graph; a server gives it when the graph is sent."""
        return self.graph.id

    @property
    def subgraph_id(self) -> int:
        """1: a graph is not divided for its program."""
        return 1

    @property
    def operator(self) -> str:
        """The operator's name of 2022, for example ``'addition'``."""
        from ._ops import ROWS

        return ROWS[self.graph._about(self.id)[0]].wire

    @property
    def node_type(self) -> str:
        """``'input'`` for values, ``'middle'`` for what is computed."""
        return "input" if self.graph._is_source(self.id) else "middle"

    @property
    def op_type(self) -> str | None:
        """``'unary'``, ``'binary'``, ``'other'`` for values, else None."""
        if self.graph._is_source(self.id):
            return "other"
        return KINDS.get(len(self.inputs))

    @property
    def inputs(self) -> list[int]:
        """Numbers of the ops it takes, at most 64."""
        return [i[0] for i in self.graph._about(self.id)[3]]

    @property
    def outputs(self) -> list[int]:
        """Number of its value: the op's own, once it is computed."""
        return [self.id] if self.status == "computed" else []

    @property
    def params(self) -> dict[str, Any]:
        """Its parameters that were given."""
        from ._ops import ROWS

        row = ROWS[self.graph._about(self.id)[0]]
        return {param.name: value
                for param, value in zip(row.params, self._params)
                if value is not ...}

    @property
    def complexity(self) -> int:
        """Elements read and written, a measure of its work."""
        about = self.graph._about(self.id)
        shapes = [about[1], *(i[1] for i in about[3])]
        return sum(int(np.prod([n or 0 for n in s])) for s in shapes)

    @property
    def output_dims(self) -> list[int | None]:
        """Lengths of the value's axes."""
        return list(self._shape)

    @property
    def output_dtype(self) -> str:
        """Name of the value's dtype."""
        return self.get_dtype()

    def valid(self) -> bool:
        """True: what cannot be is refused when it is recorded."""
        return True

    @property
    def status_code(self) -> int:
        """200, as of a request that succeeded."""
        return 200

    # What became of it.

    @property
    def status(self) -> str:
        """'pending', 'computing', 'computed' or 'failed', as it is now."""
        return self.graph._status_of(self.id)

    def get_status(self) -> str:
        """The same as `status`."""
        return self.status

    def fetch_update(self) -> None:
        """Asks for what is new; every attribute does so by itself."""
        self.graph._status_of(self.id)

    @property
    def output(self) -> Array | None:
        """The value if it is computed, else None; does not wait for it."""
        return self.compute() if self.status == "computed" else None

    @property
    def error(self) -> str | None:
        """Why it failed, or None."""
        if self.status != "failed":
            return None
        return str(self.graph._error(self.id))

    @property
    def message(self) -> str:
        """Why it failed, or an empty text."""
        return self.error or ""

    def wait_till_computed(self) -> Array:
        """Waits for the value and returns it."""
        return self.compute()

    def get_output(self) -> Array:
        """The value; waits for it."""
        return self.compute()

    def wait(self) -> Op:
        """Waits until it is computed."""
        self.graph._wait_for([self.id])
        return self        # type: ignore[return-value]

    def _settle(self) -> None:
        self.wait()

    def get_dtype(self) -> str:
        """Name of the value's dtype."""
        return DTYPES[self._dtype].name

    def get_shape(self) -> tuple[int | None, ...]:
        """Lengths of the value's axes."""
        return self._shape

    def get_data(self) -> Data:
        """The value as a `Data`."""
        from ._data import Data

        return Data(id=self.id, graph=self.graph)

    def compute(self) -> Array:
        """The value; waits for it."""
        return self.graph._compute([self])[0]   # type: ignore[list-item]

    def future(self) -> Future[Array]:
        """A future of the value, which is asked for at once.

        Returns
        -------
        concurrent.futures.Future
            For ``concurrent.futures.wait`` and ``as_completed``, too; its
            exception is what calling the op would raise.
        """
        return _future.future(self)     # type: ignore[arg-type]

    def __await__(self) -> Generator[Any, None, Array]:
        return asyncio.wrap_future(self.future()).__await__()

    def _repr_html_(self) -> str:
        return _html.op_html(self)      # type: ignore[arg-type]

    def persist(self, name: str | None = None) -> Op:
        """Keeps the value at the server, also when this program ends.

        Parameters
        ----------
        name : str, optional
            For `fetch_persisting_op`; default: the op's name or number.

        Returns
        -------
        Op
            The op itself.
        """
        op: Op = self       # type: ignore[assignment]
        self.graph._keep(op, name or self.name or f"op {self.id}")
        return op

    def persist_op(self, name: str | None = None,
                   save_model: bool = False) -> Op:
        """`persist` under its name of 2023; it must have a name.

        Raises
        ------
        GraphError
            When there is no name, or a model is to be saved.
        """
        if not name:
            raise GraphError("persist_op() needs name=, by which "
                             "fetch_persisting_op() finds the value.")
        if save_model:
            raise GraphError("persist_op(save_model=True): model files are "
                             "not part of Raven; save the fetched arrays.")
        return self.persist(name)

    # As another kind.

    def to_tensor(self) -> Tensor:
        """The same op as a `Tensor`."""
        from ._op import Tensor

        made: Tensor = self.graph._hand(Tensor, self.id)
        return made

    def to_scalar(self) -> Scalar:
        """The same op as a `Scalar`; it must not have axes.

        Raises
        ------
        GraphError
            When it has axes.
        """
        from ._op import Scalar

        if self._shape:
            raise GraphError(
                f"op {self.id} of shape {self._shape} is no scalar.")
        made: Scalar = self.graph._hand(Scalar, self.id)
        return made

    def shape_(self) -> Op:
        """The lengths of its axes as an op, as ``x.shape()``."""
        from ._ops import create_op

        return create_op("shape", self)

    def _known_status(self) -> str:
        """The status as far as this process has seen it."""
        graph = self.graph
        if self.id in graph._failures:
            return "failed"
        if self.id in graph._values or graph._is_source(self.id):
            return "computed"
        return "pending"

    def __str__(self) -> str:
        kind = type(self).__name__
        if kind in ("Scalar", "Tensor"):
            try:
                output = self.output
            except RavenError:
                output = None
            return (f"{kind}:\nId: {self.id}\nOutput: {output}\n"
                    f"Status: {self._known_status()}\n"
                    f"Dtype: {self.get_dtype()}\n")
        return (f"Op:\nId: {self.id}\nName: {self.name}\n"
                f"Type: {self.op_type}\nOperator: {self.operator}\n\n"
                f"Status: {self._known_status()}\n")
