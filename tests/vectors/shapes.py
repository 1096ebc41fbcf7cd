"""Prints what NumPy says of shapes and dtypes: OP PARAMS INPUTS RESULT, a line each.

PARAMS is - or name=1,2;name=none, INPUTS float64:2,3 joined by ; (no dims:
0-d), RESULT the same or ! where NumPy raises.  The rules of common/op_infer.c
are tested against the committed output, shapes.txt.  Where ours differ on
purpose, the exception stands here.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Sequence

import numpy as np

Shape = tuple[int, ...]
DTYPES = ("bool", "int32", "int64", "float32", "float64")
SHAPES: tuple[Shape, ...] = ((), (1,), (3,), (0,), (2, 3), (2, 1), (0, 3), (3, 0), (4, 1, 3), (2, 3, 4))
FLOAT_OPS: dict[str, Callable] = {
    "exp": np.exp,
    "natlog": np.log,
    "square_root": np.sqrt,
    "cube_root": np.cbrt,
}
SAME_OPS: dict[str, Callable] = {
    "pos": np.positive,
    "neg": np.negative,
    "abs": np.abs,
    "square": lambda a: a * a,
    "cube": lambda a: a * a * a,
}
BINARY_OPS: dict[str, Callable] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "multiply": np.multiply,
    "div": np.true_divide,
    "pow": np.power,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
}
REDUCE_OPS: dict[str, Callable] = {
    "sum": np.sum,
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
}
PAIRS: tuple[tuple[Shape, Shape], ...] = (
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((2, 3), (2, 3)),
    ((2,), (3,)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((1, 2, 3), (5, 3, 4)),
    ((4, 2, 3), (5, 3, 4)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((5, 2, 3), (4,)),
    ((), (3,)),
    ((2, 3), ()),
    ((), ()),
    ((0, 3), (3, 0)),
    ((2, 0), (0, 4)),
    ((2, 1, 2, 3), (5, 3, 4)),
    ((2, 1, 2, 3), (7, 5, 3, 4)),
    ((2, 2, 2, 2, 2), (2, 2, 2, 2, 2)),
    ((2, 2, 2, 2, 2, 3), (2, 2, 3, 2)),
)


def text(dtype: object, dims: Iterable[int]) -> str:
    """A tensor's dtype and shape as one word."""
    return f"{dtype}:{','.join(map(str, dims))}"


def words(params: dict[str, object]) -> str:
    """The parameters as one word."""

    def value(v: object) -> str:
        if v is None:
            return "none"
        if isinstance(v, tuple):
            return ",".join(map(str, v)) or "empty"
        return str(int(v))  # type: ignore[call-overload]

    return ";".join(f"{k}={value(v)}" for k, v in params.items()) or "-"


def line(op: str, function: Callable, inputs: Sequence[tuple[str, Shape]], **params: object) -> None:
    """Prints one case."""
    arrays = [np.ones(shape, dtype) for dtype, shape in inputs]
    try:
        out = np.asarray(function(*arrays, **params))
        result = "!" if out.ndim > 8 else text(out.dtype, out.shape)
    except (ValueError, TypeError, IndexError):
        result = "!"
    print(op, words(params), ";".join(text(*i) for i in inputs), result)


def as_float(function: Callable) -> Callable:
    """Ints and bools become float64, also where NumPy has a float16 for bools."""

    def wrapped(a: np.ndarray) -> np.ndarray:
        return function(a if a.dtype.kind == "f" else a.astype("float64"))

    return wrapped


def no_bools(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """NumPy gives int8 for a power of two bools: there is no int8 here."""
    if a.dtype == b.dtype == bool:
        raise TypeError("bool")
    return np.power(a, b)


def swap_or_transpose(a: np.ndarray, axes: tuple[int, ...] | None) -> np.ndarray:
    """Two axes on a higher rank swap those two."""
    if axes is not None and len(axes) == 2 < a.ndim:
        return np.swapaxes(a, *axes)
    return np.transpose(a, axes)


def joined(*arrays: np.ndarray, axis: int | None) -> np.ndarray:
    """Scalars count as length 1."""
    return np.concatenate([np.atleast_1d(a) for a in arrays], axis=axis)


def reshaped(a: np.ndarray, shape: Shape) -> np.ndarray:
    """NumPy takes any negative length as -1; only -1 is meant so."""
    if min(shape, default=0) < -1:
        raise ValueError("negative")
    return a.reshape(shape)


def elementwise() -> None:
    """Ops of one input, and broadcasting."""
    for op, f in FLOAT_OPS.items():
        for dtype in DTYPES:
            line(op, as_float(f), [(dtype, (2, 3))])
    for op, f in SAME_OPS.items():
        for dtype in DTYPES:
            line(op, f, [(dtype, (4,))])
    for op, f in BINARY_OPS.items():
        for a, b in itertools.product(DTYPES, DTYPES):
            line(op, no_bools if op == "pow" else f, [(a, (2, 1)), (b, (3,))])
    for a, b in itertools.product(SHAPES, SHAPES):
        line("add", np.add, [("float64", a), ("float64", b)])


def products() -> None:
    """matmul and dot."""
    for a, b in PAIRS:
        line("matmul", np.matmul, [("float64", a), ("float64", b)])
        line("dot", np.dot, [("float64", a), ("float64", b)])
    for a, b in itertools.product(DTYPES, DTYPES):
        line("matmul", np.matmul, [(a, (2, 3)), (b, (3, 2))])
        line("dot", np.dot, [(a, (3,)), (b, (3,))])


def reductions() -> None:
    """Over axes, one axis, or all."""
    axes: tuple[object, ...] = (None, 0, -1, 1, 2, -3, (0, 1), (-1, 0), (0, 0), (0, -2), ())
    for op, f in REDUCE_OPS.items():
        for dtype in DTYPES:
            line(op, f, [(dtype, (2, 3))], axis=None, keepdims=False)
        for shape, axis, keep in itertools.product(SHAPES, axes, (False, True)):
            # NumPy's mean alone refuses axis 0 of a 0-d array.
            if not (op == "mean" and shape == () and axis in (0, -1)):
                line(op, f, [("float64", shape)], axis=axis, keepdims=keep)
    for (op, f), dtype in itertools.product((("argmax", np.argmax), ("argmin", np.argmin)), DTYPES):
        line(op, f, [(dtype, (2, 3))], axis=None, keepdims=False)
    for op, f in (("argmax", np.argmax), ("argmin", np.argmin)):
        for shape, axis, keep in itertools.product((*SHAPES, (0, 0)), (None, 0, -1, 1, 3), (False, True)):
            line(op, f, [("float64", shape)], axis=axis, keepdims=keep)
    for shape, axis in itertools.product(SHAPES, (None, -1, 0, 1, -2, 3)):
        line("sort", np.sort, [("int32", shape)], axis=axis)


def arrangements() -> None:
    """Shape only."""
    orders: tuple[object, ...] = (None, (0,), (0, 1), (1, 0), (2, 0, 1), (-1, 0, 1), (0, 0, 1), (0, 1, 3), ())
    for shape, order in itertools.product(SHAPES, orders):
        line("transpose", swap_or_transpose, [("int64", shape)], axes=order)
    wanted: tuple[Shape, ...] = ((6,), (-1,), (3, 2), (3, -1), (-1, -1), (4, -1), (), (1, 1), (0,), (0, -1), (-2, 3))
    for shape, want in itertools.product(SHAPES, wanted):
        line("reshape", reshaped, [("float32", shape)], shape=want)
    for shape, axis in itertools.product(SHAPES, (0, -1, 1, 4, -5, (0, 1), (0, -1), (1, 1), (0, 2, 4), ())):
        line("expand_dims", np.expand_dims, [("bool", shape)], axis=axis)
    for a, b, axis in itertools.product(SHAPES, SHAPES, (0, -1, 1, None)):
        line("concat", joined, [("int32", a), ("int64", b)], axis=axis)
    for a, b in itertools.product(DTYPES, DTYPES):
        line("concat", joined, [(a, (2,)), (b, (3,)), ("bool", ())], axis=0)


def main() -> None:
    """Prints everything."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    elementwise()
    products()
    reductions()
    arrangements()


if __name__ == "__main__":
    main()
