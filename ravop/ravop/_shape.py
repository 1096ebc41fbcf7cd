"""Shape and Size: what NumPy's attributes are, and 2022's methods were."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ._errors import GraphError

if TYPE_CHECKING:
    from ._op import Op


def needs(op: Op, what: str) -> GraphError:
    """The error of a use that needs a length which only data can tell."""
    operator = op.graph._about(op.id)[0]
    return GraphError(
        f"{what} needs a length of op {op.id}, {operator} of shape "
        f"{op._shape}, which only its data can tell; x.compute_shape() asks "
        "for it, and x.shape knows it from then on."
    )


class Unknown:
    """A length that only data can tell; it shows and equals None."""

    __slots__ = ("_op",)

    def __init__(self, op: Op) -> None:
        self._op = op

    def __repr__(self) -> str:
        return "None"

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, Unknown)

    def __hash__(self) -> int:
        return hash(None)

    def _refuse(self, *_: object) -> NoReturn:
        raise needs(self._op, "this")

    __bool__ = __int__ = __float__ = __index__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _refuse
    __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __abs__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse


class Shape(tuple[int, ...]):
    """Lengths of an op's axes; calling it records them as an op.

    A length that only data can tell shows as None, and refuses to be counted
    with; `Op.compute_shape` asks for it.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.t([[1, 2, 3]]).shape
    (1, 3)
    >>> R.unique([3, 1, 3]).shape
    (None,)
    """

    _op: Op

    def __new__(cls, lengths: tuple[int | None, ...], op: Op) -> Shape:
        """Of an op."""
        shape: Shape = tuple.__new__(
            cls, [Unknown(op) if n is None else n for n in lengths])
        shape._op = op
        return shape

    def __call__(self, index: int | None = None) -> Op:
        """The op ``R.shape(x)``; with an index, that length of it."""
        from ._ops import create_op

        if index is None:
            return create_op("shape", self._op)
        return create_op("shape", self._op, index=index)

    def __reduce__(self) -> Any:
        return tuple, (tuple(None if n == None else n  # noqa: E711
                             for n in self),)


class Size(int):
    """Number of an op's elements; calling it records it as an op.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.t([[1, 2, 3]]).size
    3
    """

    _op: Op

    def __new__(cls, size: int, op: Op) -> Size:
        """Of an op."""
        made = super().__new__(cls, size)
        made._op = op
        return made

    def __call__(self) -> Op:
        """The op ``R.size(x)``."""
        from ._ops import create_op

        return create_op("size", self._op)

    def __reduce__(self) -> Any:
        return int, (int(self),)


class UnknownSize(Unknown):
    """A number of elements that only data can tell."""

    __slots__ = ()

    def __call__(self) -> Op:
        """The op ``R.size(x)``."""
        from ._ops import create_op

        return create_op("size", self._op)
