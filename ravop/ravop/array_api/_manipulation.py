"""Functions of the standard that move elements."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .._op import Op
from .._ops import create_op
from ._dtypes import astype, result_type

Axes = int | tuple[int, ...]


def broadcast_to(x: Op, /, shape: tuple[int, ...]) -> Op:
    """Repeated along axes of length 1, and new ones in front."""
    return create_op("broadcast_to", x, shape=shape)


def broadcast_arrays(*arrays: Op) -> list[Op]:
    """All in the shape they have together."""
    shape = np.broadcast_shapes(*(tuple(x.shape) for x in arrays))
    return [broadcast_to(x, shape) for x in arrays]


def concat(arrays: Sequence[Op], /, *, axis: int | None = 0) -> Op:
    """Joined along an axis; flattened before if it is None."""
    return create_op("concat", *arrays, axis=axis)


def stack(arrays: Sequence[Op], /, *, axis: int = 0) -> Op:
    """Joined along a new axis."""
    dtype = result_type(*arrays)
    return create_op("stack", *(astype(x, dtype, copy=False) for x in arrays),
                     axis=axis)


def expand_dims(x: Op, /, *, axis: int = 0) -> Op:
    """With an axis of length 1 more."""
    return create_op("expand_dims", x, axis=axis)


def squeeze(x: Op, /, axis: Axes) -> Op:
    """Without axes, which have length 1."""
    return create_op("squeeze", x, axis=axis)


def flip(x: Op, /, *, axis: Axes | None = None) -> Op:
    """In reverse order, along axes or all."""
    return create_op("reverse", x, axis=axis)


def permute_dims(x: Op, /, axes: tuple[int, ...]) -> Op:
    """Axes in another order."""
    if len(axes) != x.ndim:
        raise ValueError(f"{len(axes)} axes for an array of {x.ndim}")
    return create_op("transpose", x, axes=axes)


def reshape(x: Op, /, shape: tuple[int, ...], *, copy: bool | None = None
            ) -> Op:
    """The same elements in another shape."""
    del copy        # ops share what they can
    return create_op("reshape", x, shape=shape)


def roll(x: Op, /, shift: Axes, *, axis: Axes | None = None) -> Op:
    """Moved along axes, around the end; of all elements if axis is None."""
    return create_op("roll", x, shift=shift, axis=axis)


def take(x: Op, indices: Op, /, *, axis: int | None = None) -> Op:
    """Slices by their index along an axis."""
    if axis is None:
        if x.ndim != 1:
            raise ValueError("take() needs axis= for more than one axis")
        axis = 0
    return create_op("gather", x, indices, axis=axis)
