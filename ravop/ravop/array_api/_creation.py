"""Creation functions of the standard."""
from __future__ import annotations

from typing import Any

import numpy as np

from .. import _state
from .._op import Op
from .._ops import create_op
from ._dtypes import astype, known, on_device

Shape = int | tuple[int, ...]


def _filled(name: str, shape: Shape, dtype: Any, device: Any) -> Op:
    on_device(device)
    return create_op(name, shape=shape,
                     dtype=known(np.float64 if dtype is None else dtype))


def asarray(obj: Any, /, *, dtype: Any = None, device: Any = None,
            copy: bool | None = None) -> Op:
    """A number, sequence, array or op as an op.

    Raises
    ------
    ValueError
        When a value that is no op is not to be copied.
    """
    on_device(device)
    if isinstance(obj, Op):
        return obj if dtype is None else astype(obj, dtype, copy=bool(copy))
    if copy is False:
        raise ValueError("a value becomes an op by a copy")
    if isinstance(obj, (list, tuple)) and any(isinstance(x, Op) for x in obj):
        made = create_op("stack", *obj)
        return made if dtype is None else astype(made, dtype)
    return _state.current()._record(
        obj, None, None if dtype is None else known(dtype))


def arange(start: float, /, stop: float | None = None, step: float = 1, *,
           dtype: Any = None, device: Any = None) -> Op:
    """Numbers from start up to stop, a step apart."""
    on_device(device)
    if stop is None:
        start, stop = 0, start
    if dtype is None:
        whole = all(isinstance(x, int) for x in (start, stop, step))
        dtype = np.int64 if whole else np.float64
    return create_op("arange", start=start, stop=stop, step=step,
                     dtype=known(dtype))


def linspace(start: float, stop: float, /, num: int, *, dtype: Any = None,
             device: Any = None, endpoint: bool = True) -> Op:
    """That many numbers, evenly from start to stop."""
    on_device(device)
    return create_op("linspace", start=start, stop=stop, num=num,
                     endpoint=endpoint,
                     dtype=known(np.float64 if dtype is None else dtype))


def zeros(shape: Shape, *, dtype: Any = None, device: Any = None) -> Op:
    """Zeros."""
    return _filled("zeros", shape, dtype, device)


def ones(shape: Shape, *, dtype: Any = None, device: Any = None) -> Op:
    """Ones."""
    return _filled("ones", shape, dtype, device)


def empty(shape: Shape, *, dtype: Any = None, device: Any = None) -> Op:
    """Zeros: there is no memory to leave as it was."""
    return _filled("zeros", shape, dtype, device)


def full(shape: Shape, fill_value: bool | float, *, dtype: Any = None,
         device: Any = None) -> Op:
    """One value, everywhere."""
    on_device(device)
    value = asarray(fill_value, dtype=dtype)
    return create_op("broadcast_to", value, shape=shape)


def zeros_like(x: Op, /, *, dtype: Any = None, device: Any = None) -> Op:
    """Zeros of the shape of x."""
    return zeros(tuple(x.shape), dtype=dtype or x.dtype, device=device)


def ones_like(x: Op, /, *, dtype: Any = None, device: Any = None) -> Op:
    """Ones of the shape of x."""
    return ones(tuple(x.shape), dtype=dtype or x.dtype, device=device)


def empty_like(x: Op, /, *, dtype: Any = None, device: Any = None) -> Op:
    """Zeros of the shape of x."""
    return zeros_like(x, dtype=dtype, device=device)


def full_like(x: Op, /, fill_value: bool | float, *, dtype: Any = None,
              device: Any = None) -> Op:
    """One value in the shape of x."""
    return full(tuple(x.shape), fill_value, dtype=dtype or x.dtype,
                device=device)


def eye(n_rows: int, n_cols: int | None = None, /, *, k: int = 0,
        dtype: Any = None, device: Any = None) -> Op:
    """Ones on a diagonal, zeros elsewhere."""
    on_device(device)
    return create_op("eye", n=n_rows, m=n_rows if n_cols is None else n_cols,
                     k=k, dtype=known(np.float64 if dtype is None else dtype))


def tril(x: Op, /, *, k: int = 0) -> Op:
    """What is on and below a diagonal of the last two axes."""
    return create_op("tril", x, k=k)


def triu(x: Op, /, *, k: int = 0) -> Op:
    """What is on and above a diagonal of the last two axes."""
    return create_op("triu", x, k=k)


def meshgrid(*arrays: Op, indexing: str = "xy") -> list[Op]:
    """Coordinates of a grid, from those of its axes.

    Raises
    ------
    ValueError
        When indexing is neither 'xy' nor 'ij'.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing={indexing!r}; it must be 'xy' or 'ij'")
    order = list(range(len(arrays)))
    if indexing == "xy" and len(arrays) > 1:
        order[:2] = [1, 0]
    lengths = [0] * len(arrays)
    for i, x in enumerate(arrays):
        lengths[order[i]] = x.shape[0] if x.ndim else 1
    made = []
    for i, x in enumerate(arrays):
        own = [1] * len(arrays)
        own[order[i]] = lengths[order[i]]
        made.append(create_op("broadcast_to", create_op(
            "reshape", x, shape=tuple(own)), shape=tuple(lengths)))
    return made


def from_dlpack(x: object, /) -> Op:
    """The array of another library, through memory that it lends."""
    return asarray(np.from_dlpack(x))       # type: ignore[arg-type]
