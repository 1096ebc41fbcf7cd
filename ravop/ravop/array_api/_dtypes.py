"""Data types of the standard: what they are and how they meet."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._dtypes import CODES
from .._op import Op
from .._ops import create_op

DType = np.dtype[Any]
KINDS = {
    "bool": "b", "signed integer": "i", "unsigned integer": "", "integral":
    "i", "real floating": "f", "complex floating": "", "numeric": "if",
}


def known(dtype: Any) -> DType:
    """The dtype, if it is one of ours.

    Raises
    ------
    TypeError
        When it is not.
    """
    found = np.dtype(dtype)
    if found not in CODES:
        raise TypeError(f"{found} is not bool, int32, int64, float32 or "
                        "float64")
    return found


def on_device(device: Any) -> None:
    """Refuses devices that are none.

    Raises
    ------
    ValueError
        For every device but 'raven'.
    """
    if device not in (None, "raven"):
        raise ValueError(f"device {device!r}: arrays are on 'raven'; "
                         "x.to_device('cpu') gives NumPy's")


def astype(x: Op, dtype: Any, /, *, copy: bool = True) -> Op:
    """Elements in another dtype.

    Raises
    ------
    TypeError
        When there is no such dtype.
    """
    to = known(dtype)
    if to == x.dtype and not copy:
        return x
    return create_op("astype", x, dtype=to)


def _dtype_of(thing: Any) -> DType:
    return thing.dtype if isinstance(thing, Op) else known(thing)


def can_cast(from_: Any, to: Any, /) -> bool:
    """Whether promotion can make a dtype, or an array's, another."""
    return bool(np.can_cast(_dtype_of(from_), known(to)))


def result_type(*arrays_and_dtypes: Any) -> DType:
    """The dtype that arrays and dtypes are promoted to together.

    Raises
    ------
    ValueError
        When there are none.
    """
    if not arrays_and_dtypes:
        raise ValueError("at least one array or dtype is required")
    return known(np.result_type(*map(_dtype_of, arrays_and_dtypes)))


def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether a dtype is of a kind, of one of several, or another dtype.

    Raises
    ------
    TypeError
        When there is no such kind.
    """
    found = np.dtype(dtype)
    if isinstance(kind, tuple):
        return any(isdtype(found, one) for one in kind)
    if not isinstance(kind, str):
        return bool(found == np.dtype(kind))
    if kind not in KINDS:
        raise TypeError(f"{kind!r} is no kind of dtypes; there are "
                        f"{', '.join(map(repr, KINDS))}")
    return found.kind in KINDS[kind]


@dataclass(frozen=True)
class finfo_object:
    """Limits of a floating-point dtype."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: DType


@dataclass(frozen=True)
class iinfo_object:
    """Limits of an integer dtype."""

    bits: int
    max: int
    min: int
    dtype: DType


def finfo(type: Any, /) -> finfo_object:
    """Limits of a floating-point dtype, or of an array's."""
    dtype = _dtype_of(type)
    info = np.finfo(dtype)
    return finfo_object(info.bits, float(info.eps), float(info.max),
                        float(info.min), float(info.smallest_normal), dtype)


def iinfo(type: Any, /) -> iinfo_object:
    """Limits of an integer dtype, or of an array's."""
    dtype = _dtype_of(type)
    info = np.iinfo(dtype)
    return iinfo_object(info.bits, int(info.max), int(info.min), dtype)
