"""Products of the standard."""
from __future__ import annotations

from collections.abc import Sequence

from .._op import Op
from .._ops import create_op


def matmul(x1: Op, x2: Op, /) -> Op:
    """The matrix product of the last two axes."""
    return create_op("matmul", x1, x2)


def matrix_transpose(x: Op, /) -> Op:
    """The last two axes swapped.

    Raises
    ------
    ValueError
        When it has fewer than two.
    """
    if x.ndim < 2:
        raise ValueError("a matrix has two axes")
    order = (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)
    return create_op("transpose", x, axes=order) if x.ndim > 2 else x.T


def tensordot(x1: Op, x2: Op, /, *,
              axes: int | tuple[Sequence[int], Sequence[int]] = 2) -> Op:
    """Products summed over axes of both."""
    if isinstance(axes, int):
        left = list(range(x1.ndim - axes, x1.ndim))
        right = list(range(axes))
    else:
        left = [a % x1.ndim for a in axes[0]]
        right = [a % x2.ndim for a in axes[1]]
    keep1 = [a for a in range(x1.ndim) if a not in left]
    keep2 = [a for a in range(x2.ndim) if a not in right]
    shape = tuple([x1.shape[a] for a in keep1] + [x2.shape[a] for a in keep2])
    a = _matrix(x1, keep1 + left, len(keep1))
    b = _matrix(x2, right + keep2, len(right))
    return create_op("reshape", matmul(a, b), shape=shape)


def _matrix(x: Op, order: list[int], rows: int) -> Op:
    shape = [1, 1]
    for i, axis in enumerate(order):
        shape[i >= rows] *= x.shape[axis]
    if order != list(range(x.ndim)):
        # One axis after the other: two axes alone would be a swap.
        x = create_op("moveaxis", x, source=order,
                      destination=list(range(x.ndim)))
    return create_op("reshape", x, shape=tuple(shape))


def vecdot(x1: Op, x2: Op, /, *, axis: int = -1) -> Op:
    """Products summed over one axis."""
    return create_op("sum", create_op("multiply", x1, x2), axis=axis)
