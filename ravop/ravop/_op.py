"""Op and its kinds: handles of what was recorded."""
from __future__ import annotations

import os
import time
from typing import Any, cast

import numpy as np

from . import _numpy, _state
from ._dtypes import DTYPES, Array
from ._errors import GraphError
from ._graph import Graph
from ._index import Indexing
from ._hint import waited
from ._ops import Methods
from ._record import Record
from ._shape import Shape, Size, UnknownSize, needs


class Op(Record, Methods, Indexing):
    """One op of a graph; calling it gives its value.

    Operators and methods record further ops; nothing is computed before a
    value is asked for. ``==`` gives an op too; ops hash by identity.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> c = R.t([1, 2, 3]) + R.t([5, 22, 7])
    >>> c
    Op(shape=(3,), dtype=int64, add, pending)
    >>> c()
    array([ 6, 24, 10])
    """

    __slots__ = ()
    __array_priority__ = 1000

    # What it is; never computes.

    @property
    def shape(self) -> Shape:
        """Lengths of its axes, a tuple; calling it records them.

        None where only data can tell: see `compute_shape`.
        """
        return Shape(self._shape, self)

    def compute_shape(self) -> tuple[int, ...]:
        """The shape; waits for it where only data can tell a length.

        From then on `shape` knows it, and ops can be recorded that need it.
        The value itself is not fetched.

        Returns
        -------
        tuple of int

        Raises
        ------
        OpError
            When the op, or one it depends on, failed.

        Examples
        --------
        >>> import ravop as R
        >>> graph = R.Graph(approach='local')
        >>> x = R.unique([3, 1, 3])
        >>> x.compute_shape()
        (2,)
        >>> x.shape
        (2,)
        """
        if None in self._shape:
            lengths = tuple(self.shape()().tolist())
            self.graph._learn(self.id, lengths)
        return tuple(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's dtype of its elements."""
        return DTYPES[self._dtype]

    @property
    def ndim(self) -> int:
        """Number of its axes."""
        return len(self._shape)

    @property
    def size(self) -> Size:
        """Number of its elements, an int; calling it records it.

        Shows as None where only data can tell: see `compute_shape`.
        """
        size = 1
        for length in self._shape:
            if length is None:
                return cast(Size, UnknownSize(self))
            size *= length
        return Size(size, self)

    @property
    def T(self) -> Op:
        """Its transpose."""
        turned: Op = self.transpose()
        return turned

    def __repr__(self) -> str:
        kind = type(self).__name__
        operator = self.graph._about(self.id)[0]
        status = ("" if self.graph._is_source(self.id)
                  else ", " + self._known_status())
        return (f"{kind}(shape={self._shape}, dtype={self.dtype}, "
                f"{operator}{status})")

    def __len__(self) -> int:
        if not self._shape:
            raise TypeError("len() of an op without axes")
        if self._shape[0] is None:
            raise needs(self, "len()")
        return self._shape[0]

    def __getattr__(self, name: str) -> Any:
        from ._ops import nearest

        raise AttributeError(
            f"{type(self).__name__} has no attribute {name!r}" + nearest(name)
        )

    # What its value is.

    def __call__(self) -> Array:
        """The value; waits for it.

        Returns
        -------
        numpy.ndarray
            Without axes for a scalar.

        Raises
        ------
        OpError
            When the op, or one it depends on, failed.
        NoServerError, AuthError, QuotaError, CancelledError
            When the server cannot compute it.
        """
        graph = self.graph
        if graph._connection is None or graph._settled(self.id):
            return graph._compute([self])[0]
        start = time.perf_counter()
        value = graph._compute([self])[0]
        waited(time.perf_counter() - start)
        return value

    def __bool__(self) -> bool:
        if None not in self._shape and self.size != 1:
            raise ValueError(f"the truth value of {self.size} elements is "
                             "ambiguous; np.asarray(x).all() or .any() "
                             "computes and decides")
        return bool(self())

    def __int__(self) -> int:
        return int(self._one())

    def __float__(self) -> float:
        return float(self._one())

    def __round__(self, ndigits: int | None = None) -> Op:
        rounded: Op = self.round(ndigits or 0)
        return rounded

    def __complex__(self) -> complex:
        return complex(self._one())

    def __index__(self) -> int:
        if self.ndim or self.dtype.kind != "i":
            raise TypeError("only integer scalars can be an index")
        return int(self().item())

    def _one(self) -> Any:
        if None in self._shape:
            self()
        if self.size != 1:
            raise TypeError("only size-1 arrays can be converted to Python "
                            "scalars")
        return self().item()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("the value of an op is computed: there is no "
                             "array without a copy")
        array = self()
        return array if dtype is None else array.astype(dtype)

    # The array API standard.

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        from . import array_api

        if api_version not in (None, array_api.__array_api_version__):
            raise ValueError(f"api_version {api_version!r}; here is "
                             f"{array_api.__array_api_version__}")
        return array_api

    @property
    def device(self) -> str:
        """Where it is: 'raven'."""
        return "raven"

    def to_device(self, device: str, /, *, stream: Any = None) -> Any:
        """The value as NumPy's array on ``'cpu'``; on ``'raven'`` itself.

        Raises
        ------
        ValueError
            For other devices, and streams.
        """
        if stream is not None or device not in ("cpu", "raven"):
            raise ValueError(f"device {device!r}: there are 'raven' and "
                             "'cpu', without streams")
        return self if device == "raven" else self()

    @property
    def mT(self) -> Op:
        """Its last two axes swapped."""
        from .array_api import matrix_transpose

        return matrix_transpose(self)

    def __dlpack__(self, *, stream: Any = None) -> Any:
        return self().__dlpack__(stream=stream)

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0     # memory of this machine

    # NumPy's functions record.

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any,
                        **kwargs: Any) -> Any:
        return _numpy.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any,
                           kwargs: Any) -> Any:
        return _numpy.function(func, args, kwargs)

    # Copies: an op is what it is.

    def __copy__(self) -> Op:
        return self

    def __deepcopy__(self, memo: object) -> Op:
        return self

    def __reduce__(self) -> Any:
        graph, where = self.graph, None
        if graph._connection is not None and not graph._message:
            where = graph._connection.server.url, graph.id, self.id
        if where is None or self.status == "computed":
            return _restore, (type(self), self.compute(), where)
        graph._goes_on()
        return _restore, (type(self), None, where)


def _restore(cls: type[Op], value: Array | None,
             where: tuple[str, int, int] | None) -> Op:
    """Unpickles: the op where it is, its value, or the server's op."""
    if where is not None:
        url, number, op = where
        graph = _state.opened(number, url)
        if graph is None and value is None:
            graph = Graph(id=number, url=url)
        if graph is not None:
            made: Op = graph._hand(cls, graph.op(op).id)
            return made
    return _state.current()._record(value, cls)


class Tensor(Op):
    """A value with axes, as an op: ``R.Tensor([1, 2])``.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.Tensor([1, 2])
    Tensor(shape=(2,), dtype=int64, lin)
    """

    __slots__ = ()

    def __new__(cls, value: object = None, id: int | None = None,
                **keywords: object) -> Tensor:
        """Records the value, or attaches to op `id` of the graph."""
        op: Tensor = _source(cls, value, id, keywords)
        return op


class Scalar(Op):
    """A value without axes, as an op: ``R.Scalar(3)``.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> float(R.Scalar(3))
    3.0
    """

    __slots__ = ()

    def __new__(cls, value: object = None, id: int | None = None,
                **keywords: object) -> Scalar:
        """Records the value, or attaches to op `id` of the graph."""
        op: Scalar = _source(cls, value, id, keywords)
        return op


class File(Tensor):
    """The values of a ``.npy`` or ``.csv`` file, as a Tensor.

    Raises
    ------
    GraphError
        When the file cannot be read.

    Examples
    --------
    >>> import ravop as R
    >>> R.File('missing.npy')       # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ravop.GraphError: missing.npy cannot be read: ...
    """

    __slots__ = ()

    def __new__(cls, value: Any = None, id: int | None = None,
                **keywords: object) -> File:
        """Reads the file and records its values."""
        if id is None and value is not None:
            value = read(value)
        op: File = _source(cls, value, id, keywords)
        return op


def read(path: str | os.PathLike[str]) -> Array:
    """The array in a file."""
    try:
        if str(path).endswith(".npy"):
            array: Array = np.load(path, allow_pickle=False)
            return array
        if str(path).endswith(".csv"):
            return np.loadtxt(path, delimiter=",", ndmin=1)
    except (OSError, ValueError) as err:
        raise GraphError(f"{path} cannot be read: {err}") from err
    if str(path).startswith(("ftp:", "ftps:", "sftp:")):
        raise GraphError(
            f"{path}: data over FTP is not part of Raven; fetch the file and "
            "name its .npy or .csv."
        )
    raise GraphError(f"{path} is no .npy or .csv file.")


def _source(cls: Any, value: object, id: int | None,
            keywords: dict[str, object]) -> Any:
    name = keywords.get("name")
    if id is not None:
        graph = _state.current()
        return graph._hand(cls, graph.op(id).id)
    if value is None:
        value = keywords.get("data")
    if value is None:
        raise GraphError(f"{cls.__name__}() needs a value.")
    if cls is Scalar and np.ndim(value):  # type: ignore[arg-type]
        raise GraphError("Scalar() takes one number; R.t() takes lists and "
                         "arrays.")
    graph = _state.current()
    op = graph._record(value, cls, keywords.get("dtype"))
    if name is not None:
        graph._label(op, str(name))
    return op
