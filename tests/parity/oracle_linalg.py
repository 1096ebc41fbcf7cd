"""What inv, solve, cholesky and det mean: NumPy's, compared by what they must fulfil."""

from __future__ import annotations

from typing import Any

import numpy as np

from .meaning import Line, Param, real
from .program import Array


def refusing(function: Line) -> Line:
    """LinAlgError is no ValueError in NumPy 1.24, and still a refusal."""
    def call(*inputs: Array) -> Any:
        try:
            return function(*(real(a) for a in inputs))
        except np.linalg.LinAlgError as error:
            raise ValueError(str(error)) from None
    return call


def letters(p: Param) -> str:
    """A text parameter."""
    return np.array(p or (), np.int64).tobytes().rstrip(b"\0").decode()


def packed(text: str) -> tuple[int, ...]:
    """A text as a parameter."""
    data = text.encode()
    return tuple(int(x) for x in np.frombuffer(data + bytes(-len(data) % 8), "<i8"))


def einsum(*args: Any) -> Any:
    """NumPy's, of operands of one dtype."""
    dtype = np.result_type(*(a.dtype for a in args[:-1]))
    return np.einsum(letters(args[-1]), *(a.astype(dtype) for a in args[:-1]))


def einsum_near(got: Array, inputs: list[Array], params: tuple[Param, ...]) -> Array:
    """Within rounding of the sum of magnitudes; where that overflows, anything."""
    wide = [x.astype(np.longdouble) for x in inputs]
    with np.errstate(all="ignore"):
        want = np.asarray(einsum(*wide, params[0]))
        size = np.asarray(einsum(*(np.where(np.isfinite(x), np.abs(x), 0) for x in wide), params[0]))
        info = np.finfo(got.dtype)
        bound = 2000 * (info.eps * size + info.smallest_subnormal * (1 + sum(x.size for x in inputs)))
        odd = not all(np.isfinite(x).all() for x in wide)
        bound = bound if all(np.max(np.abs(x), initial=0) < info.max ** 0.2 for x in wide) else np.inf
        return np.asarray((np.abs(got - want) <= bound) | odd | (size > info.max ** 0.5))


LINES: dict[str, Line] = {
    "einsum": einsum,
    "inv": refusing(np.linalg.inv),
    "solve": refusing(np.linalg.solve),
    "cholesky": refusing(np.linalg.cholesky),
    "det": refusing(np.linalg.det),
}


def most(a: Array) -> Array:
    """The largest magnitude of each matrix, with its axes."""
    return np.asarray(np.max(np.abs(a), axis=(-2, -1), keepdims=True, initial=0))


def residual(a: Array, x: Array, b: Array, eps: float) -> Array:
    """Where a @ x is b, as near as elimination with pivoting comes."""
    bound = 16 * a.shape[-1] ** 2 * eps * (most(a) * most(x) + most(b))
    return np.asarray(np.abs(np.matmul(a, x) - b) <= bound)


def near(name: str, got: Array, inputs: list[Array], params: tuple[Param, ...] = ()) -> Array:
    """Where got is an answer, element by element or matrix by matrix."""
    if name == "einsum":
        if got.dtype.kind != "f":
            return np.asarray(got == einsum(*inputs, params[0]))
        return einsum_near(got, inputs, params)
    eps = float(np.finfo(got.dtype).eps)
    a, *rest = (real(x).astype(np.longdouble) for x in inputs)
    x = got.astype(np.longdouble)
    if got.size == 0:
        return np.ones(1, bool)
    if name == "inv":
        return residual(a, x, np.eye(a.shape[-1]), eps)
    if name == "cholesky":
        lower = np.tril(a) + np.swapaxes(np.tril(a, -1), -1, -2)
        return np.asarray(residual(x, np.swapaxes(x, -1, -2), lower, eps) & (np.tril(got) == got))
    if name == "solve":
        b = rest[0]
        if b.ndim + 1 == a.ndim:
            return residual(a, x[..., None], b[..., None], eps)[..., 0]
        return residual(a, x, b, eps)
    want = np.linalg.det(a.astype(np.float64))
    bound = 16 * a.shape[-1] * eps * np.linalg.cond(a.astype(np.float64)) if a.shape[-1] else 0
    with np.errstate(over="ignore"):
        return np.asarray((np.abs(x - want) <= bound * np.abs(want)) | (got == want.astype(got.dtype)))
