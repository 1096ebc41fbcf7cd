"""What each op means: one line of NumPy for each row of ops.def."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import (
    oracle_data,
    oracle_elem,
    oracle_learn,
    oracle_linalg,
    oracle_math,
    oracle_random,
    oracle_reduce,
    oracle_shape,
)
from .meaning import Line, Param, axes, one_axis, real
from .program import Array


def product(a: Array, b: Array) -> Array:
    """a * b; of bools: and."""
    return a & b if a.dtype == b.dtype == bool else a * b


def transpose(a: Array, p: Param) -> Array:
    """Two axes on a higher rank are swapped."""
    return a.swapaxes(*p) if p is not None and len(p) == 2 < a.ndim else a.transpose(p)


def extreme(function: Line) -> Line:
    """min or max."""
    return lambda a, axis, keep: function(a, axis=axes(axis), keepdims=bool(keep[0]))


def mean(a: Array, axis: Param, keep: Param) -> Array:
    """As np.sum takes axes: of a 0-d array axis 0, which np.mean refuses."""
    if a.ndim == 0:
        np.sum(a, axis=axes(axis))
        axis = None
    return np.asarray(np.mean(a, axis=axes(axis), keepdims=bool((keep or (0,))[0])))


LINES: dict[str, Line] = {
    "lin": lambda a: a,
    "add": np.add,
    "sub": np.subtract,
    "mul": product,
    "div": np.true_divide,
    "pos": np.positive,
    "neg": np.negative,
    "exp": lambda a: np.exp(real(a)),
    "natlog": lambda a: np.log(real(a)),
    "pow": lambda a, b: np.power(a, b),
    "square": lambda a: product(a, a),
    "cube": lambda a: product(product(a, a), a),
    "square_root": lambda a: np.sqrt(real(a)),
    "cube_root": lambda a: np.cbrt(real(a)),
    "abs": np.abs,
    "matmul": np.matmul,
    "multiply": product,
    "dot": np.dot,
    "transpose": transpose,
    "sum": lambda a, axis, keep: np.sum(a, axis=axes(axis), keepdims=bool(keep[0])),
    "mean": mean,
    "min": extreme(np.min),
    "max": extreme(np.max),
    "argmax": extreme(np.argmax),
    "argmin": extreme(np.argmin),
    "sort": lambda a, axis: np.sort(a, axis=one_axis(axis), kind="stable"),
    "reshape": lambda a, shape: a.reshape(shape),
    "concat": lambda *a: np.concatenate([np.atleast_1d(x) for x in a[:-1]], axis=one_axis(a[-1])),
    "expand_dims": lambda a, axis: np.expand_dims(a, axis),
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
    **oracle_elem.LINES,
    **oracle_data.LINES,
    **oracle_math.LINES,
    **oracle_learn.LINES,
    **oracle_random.LINES,
    **oracle_reduce.LINES,
    **oracle_linalg.LINES,
    **oracle_shape.LINES,
}

# Dtypes that Raven refuses although NumPy has an answer in a dtype it lacks.
REFUSED_BOOLS = {"pow"} | oracle_elem.REFUSED_BOOLS

# Zeros compared by value: NumPy's choice between 0 and -0 goes by position.
BY_VALUE = ({"min", "max", "sum", "mean", "sort", "matmul", "dot", "trace"} | oracle_elem.BY_VALUE
            | oracle_reduce.BY_VALUE)


def apply(name: str, inputs: list[Array], params: tuple[Param, ...]) -> Array:
    """NumPy's answer; raises what NumPy raises, TypeError for refused dtypes."""
    if name in REFUSED_BOOLS and all(a.dtype == bool for a in inputs):
        raise TypeError("dtype")
    apart = oracle_data.APART | oracle_elem.APART | oracle_reduce.APART | oracle_shape.PICKING | oracle_learn.APART
    if len(inputs) == 2 and name not in apart:  # a 0-d tensor counts as an array: NumPy 1.24 would look at its value
        common = np.promote_types(inputs[0].dtype, inputs[1].dtype)
        inputs = [a.astype(common) for a in inputs]
    with np.errstate(all="ignore"):
        return np.asarray(LINES[name](*inputs, *params))


def precise(name: str, inputs: list[Array], dtype: np.dtype[Any]) -> Array:
    """The function with a mantissa of 64 bits, of the inputs as dtype."""
    with np.errstate(all="ignore"):
        wide = [a.astype(dtype).astype(np.longdouble) for a in inputs]
        return np.asarray(LINES[name](*wide))


def near(got: Array, want: Array, ulps: float, least: Array) -> Array:
    """Where got is within ulps of want (or of least, if that is larger), or rounds to the same."""
    with np.errstate(all="ignore"):
        rounded = want.astype(got.dtype)
        error = np.abs(got.astype(np.longdouble) - want)
        close = error <= ulps * np.spacing(np.maximum(np.abs(rounded), least)).astype(np.longdouble)
        return np.asarray(close | (got == rounded) | (np.isnan(got) & np.isnan(rounded)))


def same(got: Array, want: Array, by_value: bool) -> Array:
    """Where got equals want; NaN equals NaN, and zeros have their signs."""
    if got.dtype.kind != "f":
        return np.asarray(got == want)
    equal = (got == want) | (np.isnan(got) & np.isnan(want))
    return np.asarray(equal if by_value else equal & ((np.signbit(got) == np.signbit(want)) | np.isnan(want)))


def product_near(name: str, got: Array, inputs: list[Array]) -> Array:
    """Within 2 (256 + K/256) eps |a||b|; where that overflows, anything.

    NumPy's own loops serve, of long doubles: BLAS takes 0 times infinity for 0.
    """
    a, b = (x.astype(np.longdouble) for x in inputs)
    k = a.shape[-1] if a.ndim and b.ndim else 1
    with np.errstate(all="ignore"):
        want = np.asarray(LINES[name](a, b))
        size = np.asarray(LINES[name](*(np.where(np.isfinite(x), np.abs(x), 0) for x in (a, b))))
        info = np.finfo(got.dtype)
        bound = 2 * (256 + k / 256) * (info.eps * size + k * info.smallest_subnormal)
        close = np.abs(got - want) <= bound
        return np.asarray(close | (np.isnan(got) & np.isnan(want)) | (got == want) | (size > info.max / 4))


def agrees(name: str, got: Array, inputs: list[Array], params: tuple[Param, ...]) -> Array:
    """Where got is what NumPy computes from these inputs."""
    want = apply(name, inputs, params)
    if got.shape != want.shape or got.dtype != want.dtype:
        return np.zeros(1, bool)
    if name in oracle_math.ULP and got.dtype.kind == "f":
        # The C library's long double pow errs at infinities: double may stand in.
        return np.asarray(near(got, precise(name, inputs, got.dtype), oracle_math.ULP[name],
                               oracle_math.least(name, inputs, got.dtype)) | (got == want))
    if name in oracle_learn.CLOSE and got.dtype.kind == "f":
        return oracle_learn.close(name, got, want)
    if name in oracle_random.CLOSE and got.dtype.kind == "f":
        return oracle_random.close(name, got, want, inputs)
    if name in oracle_learn.PRODUCTS and got.dtype.kind == "f":
        return oracle_learn.product_near(name, got, inputs, params)
    if name in oracle_linalg.LINES:
        return oracle_linalg.near(name, got, inputs, params)
    if name == "norm":
        return oracle_reduce.norm_near(got, want, params)
    if name in ("matmul", "dot") and got.dtype.kind == "f":
        return product_near(name, got, inputs)
    return same(got, want, name in BY_VALUE or name in oracle_learn.BY_VALUE)


def canonical(got: Array) -> bool:
    """Every NaN has the one pattern that may leave the executor."""
    if got.dtype.kind != "f":
        return True
    bits = got.reshape(-1).view(np.uint32 if got.itemsize == 4 else np.uint64)
    return bool(np.all(bits[np.isnan(got).reshape(-1)] == (0x7FC00000 if got.itemsize == 4 else 0x7FF8 << 48)))
