"""NumPy's own functions on ops: they record what NumPy would compute."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ravop as R

A = np.array([[3.0, 1.0, 2.0], [0.5, 4.0, 1.5]])
B = np.array([[1.0, 2.0, 2.0], [0.25, 4.0, 3.0]])
M = np.array([[4.0, 1.0], [1.0, 3.0]])
WHOLE = np.array([3, 1, 2, 3, 0])

#: Each with ops for A, B, M and WHOLE.
CALLS = """
np.sum(A, axis=0); np.prod(A); np.mean(A, axis=1, keepdims=True)
np.var(A, ddof=1); np.std(A, axis=0); np.median(A, axis=1); np.amax(A, 0)
np.min(A); np.argmax(A, axis=1); np.argmin(A); np.any(A > 3, axis=0)
np.all(A > 0); np.cumsum(A, axis=1); np.cumprod(A); np.ptp(A, axis=0)
np.count_nonzero(A > 1); np.quantile(A, 0.25); np.average(A, axis=0)
np.average(A, weights=B); np.linalg.norm(A); np.linalg.norm(WHOLE)
np.sort(A, axis=0); np.argsort(WHOLE, kind="stable"); np.sort(A, axis=None)
np.searchsorted(np.sort(WHOLE), WHOLE); np.bincount(WHOLE)
np.reshape(A, (3, 2)); np.transpose(A); np.concatenate([A, B], axis=1)
np.stack([A, B], axis=-1); np.vstack([A, B]); np.hstack((A, B))
np.hstack([WHOLE, WHOLE]); np.vstack([WHOLE, WHOLE])
np.column_stack([WHOLE, WHOLE]); np.append(A, B); np.append(A, B, axis=0)
np.expand_dims(A, 1); np.squeeze(np.expand_dims(A, 0)); np.ravel(A)
np.flip(A); np.flip(A, axis=1); np.roll(A, 1); np.tile(A, (2, 1))
np.repeat(A, 2, axis=1); np.swapaxes(A, 0, 1); np.moveaxis(A, 0, -1)
np.broadcast_to(A, (4, 2, 3)); np.tril(M); np.triu(M, 1); np.trace(M)
np.diag(M); np.outer(WHOLE, WHOLE); np.pad(A, 1); np.pad(A, ((1, 0), (0, 2)))
np.take(A, [0, 1], axis=0); np.take(A, [5]); np.diff(WHOLE); np.diff(A, 2, 1)
np.take_along_axis(A, np.argsort(A, axis=1), axis=1); np.clip(A, 1, 2)
np.dot(A, B.T); np.matmul(A, B.T); np.vdot(A, B); np.inner(A, B)
np.tensordot(A, B); np.tensordot(A, B, axes=([1], [1]))
np.where(A > 1, A, B); np.round(A); np.around(A * 1.37, 1)
np.zeros_like(A); np.ones_like(WHOLE); np.full_like(A, 3)
np.isclose(A, B); np.allclose(A, A); np.array_equal(A, B)
np.linalg.inv(M); np.linalg.det(M); np.linalg.solve(M, M)
np.linalg.cholesky(M); np.unique(WHOLE); np.flatnonzero(WHOLE)
np.argwhere(A > 1); np.atleast_2d(WHOLE); np.atleast_1d(WHOLE)
np.add.reduce(A); np.multiply.reduce(A, axis=1); np.add.accumulate(WHOLE)
np.maximum.reduce(A, axis=None); np.logical_or.reduce(A > 3)
np.exp(A); np.log(A); np.sqrt(A); np.cbrt(A); np.abs(-A); np.negative(A)
np.sin(A); np.arctan2(A, B); np.hypot(A, B); np.logaddexp(A, B)
np.floor(A); np.rint(A); np.sign(A); np.maximum(A, B); np.isnan(A)
np.floor_divide(A, B); np.remainder(A, B); np.logical_and(A, B)
np.bitwise_and(WHOLE, 1); np.left_shift(WHOLE, 2); np.power(A, B)
np.ones((2, 3)) + A; np.float64(2) * A; np.array([1, 2, 3]) - A
""".replace("\n", ";").split(";")


@pytest.mark.parametrize("call", [c.strip() for c in CALLS if c.strip()])
def test_records_what_numpy_computes(call: str) -> None:
    arrays = {"A": A, "B": B, "M": M, "WHOLE": WHOLE}
    ops = {name: R.t(array) for name, array in arrays.items()}
    want = eval(call, {"np": np, **arrays})
    got = eval(call, {"np": np, **ops})
    if isinstance(got, bool):
        assert got == want
        return
    assert isinstance(got, R.Op), type(got)
    np.testing.assert_allclose(got(), want, rtol=1e-13)
    assert got().shape == np.shape(want)
    assert got().dtype == np.asarray(want).dtype


def test_what_gives_no_op() -> None:
    a = R.t(A)
    assert np.shape(a) == (2, 3) and np.ndim(a) == 2 and np.size(a) == 6
    assert np.copy(a) is not None and np.result_type(a, np.float32) == float
    parts = np.split(a, 3, axis=1)
    assert [p().tolist() for p in parts] == [
        p.tolist() for p in np.split(A, 3, axis=1)]
    assert [p.shape for p in np.split(R.t(WHOLE), [1, 3])] == [
        (1,), (2,), (2,)]
    with pytest.raises(ValueError, match="equal"):
        np.split(a, 2, axis=1)
    values, counts = np.unique(R.t(WHOLE), return_counts=True)
    assert (values().tolist(), counts().tolist()) == (
        [0, 1, 2, 3], [1, 1, 1, 2])


@pytest.mark.parametrize("call", [
    "np.fft.fft(x)", "np.linalg.svd(x)", "np.nanmean(x)", "np.angle(x)",
    "np.interp(x, x, x)", "np.kron(x, x)", "np.polyfit(x, x, 1)",
    "np.gradient(x)", "np.corrcoef(x)", "np.save('/dev/null/x', x)"])
def test_what_is_not_here_says_so(call: str) -> None:
    graph = R.Graph(approach="local")
    x = R.t([1.0, 2, 3])
    with pytest.raises(TypeError, match="is not available on raven tensors; "
                       r".*np.asarray\(x\) computes and downloads"):
        eval(call, {"np": np, "x": x})
    assert graph._pending       # and nothing was computed


def test_no_memory_to_write_into() -> None:
    x = R.t([1.0, 2])
    out: Any = np.zeros(2)
    with pytest.raises(TypeError, match="no out="):
        np.add(x, 1, out=out)
    with pytest.raises(TypeError):
        np.add.outer(x, x)
    with pytest.raises(TypeError):
        out += x
