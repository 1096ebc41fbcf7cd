"""Shape and Size: what NumPy's attributes are, and 2022's methods were."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._op import Op


class Shape(tuple[int, ...]):
    """Lengths of an op's axes; calling it records them as an op.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.t([[1, 2, 3]]).shape
    (1, 3)
    """

    _op: Op

    def __new__(cls, lengths: tuple[int, ...], op: Op) -> Shape:
        """Of an op."""
        shape: Shape = tuple.__new__(cls, lengths)
        shape._op = op
        return shape

    def __call__(self, index: int | None = None) -> Op:
        """The op ``R.shape(x)``; with an index, that length of it."""
        from ._ops import create_op

        if index is None:
            return create_op("shape", self._op)
        return create_op("shape", self._op, index=index)

    def __reduce__(self) -> Any:
        return tuple, (tuple(self),)


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
