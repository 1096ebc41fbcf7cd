"""dtypes of tensors, and Python values as arrays of them."""
from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import GraphError

Array = npt.NDArray[Any]

#: Codes on the wire; the order is the protocol's.
DTYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype(np.bool_),
    2: np.dtype(np.int32),
    3: np.dtype(np.int64),
    4: np.dtype(np.float32),
    5: np.dtype(np.float64),
}
CODES: dict[np.dtype[Any], int] = {v: k for k, v in DTYPES.items()}
#: Lossless ways into them.
WIDEN: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.int8): DTYPES[2],
    np.dtype(np.int16): DTYPES[2],
    np.dtype(np.uint8): DTYPES[2],
    np.dtype(np.uint16): DTYPES[2],
    np.dtype(np.uint32): DTYPES[3],
    np.dtype(np.float16): DTYPES[4],
}


def _native(array: Array) -> Array:
    """The array in a dtype of the wire, or GraphError."""
    dtype = array.dtype.newbyteorder("=")
    code = CODES.get(dtype)
    target = dtype if code is not None else WIDEN.get(dtype)
    if target is None:
        raise GraphError(
            f"a value of dtype {array.dtype} cannot be a tensor without loss; "
            "convert it with .astype() to bool, int32, int64, float32 or "
            "float64."
        )
    # Not ascontiguousarray: it gives a scalar an axis.
    return np.asarray(array, dtype=target, order="C")


def to_array(value: Any, dtype: Any = None) -> Array:
    """A value as a C-ordered array of a dtype that tensors have."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise GraphError(
                f"{value!r:.60} is no tensor; text must be a JSON list."
            ) from None
    try:
        array = np.asarray(value)
    except ValueError as err:
        raise GraphError(f"the value is no tensor: {err}") from None
    if array.dtype.kind in "OSU":
        raise GraphError(
            f"{value!r:.60} is no tensor: its rows differ in length, its "
            "integers exceed 64 bits, or it holds something that is no number."
        )
    if array.size == 0 and not isinstance(value, np.ndarray):
        array = array.astype(np.float64)
    if array.ndim > 8:
        raise GraphError(f"a tensor has at most 8 axes, not {array.ndim}.")
    if dtype is not None:
        array = array.astype(np.dtype(dtype), copy=False)
    return _native(array)


def is_value(value: Any) -> bool:
    """True for what an op may take beside ops: numbers, lists, arrays."""
    return isinstance(
        value, (bool, int, float, list, tuple, np.ndarray, np.generic)
    ) or (hasattr(value, "__array__") and not isinstance(value, type))
