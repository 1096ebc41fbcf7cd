"""What inv, solve, cholesky and det mean: NumPy's, compared by what they must fulfil."""

from __future__ import annotations

from typing import Any

import numpy as np

from .meaning import Line, real
from .program import Array


def refusing(function: Line) -> Line:
    """LinAlgError is no ValueError in NumPy 1.24, and still a refusal."""
    def call(*inputs: Array) -> Any:
        try:
            return function(*(real(a) for a in inputs))
        except np.linalg.LinAlgError as error:
            raise ValueError(str(error)) from None
    return call


LINES: dict[str, Line] = {
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


def near(name: str, got: Array, inputs: list[Array]) -> Array:
    """Where got is an answer, element by element or matrix by matrix."""
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
