"""Reductions, order and statistics through the library, against NumPy."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ravop as R

X = np.array([[3.0, 1.0, 4.0, 1.0], [5.0, 9.0, 2.0, 6.0], [5.0, 3.0, 5.0, 8.0]])
V = np.array([2, 7, 1, 8, 2, 8, 1])

CALLS: list[Callable[[Any], Any]] = [
    lambda x: np.sum(x, axis=0), lambda x: np.sum(x, 1, keepdims=True),
    lambda x: np.prod(x, axis=(0, 1)), lambda x: np.any(x > 8, 1),
    lambda x: np.all(x > 0), lambda x: np.cumsum(x), lambda x: np.cumprod(x, 1),
    lambda x: np.var(x, 0), lambda x: np.var(x, ddof=1),
    lambda x: np.std(x, axis=1, keepdims=True),
    lambda x: np.median(x, axis=1), lambda x: np.quantile(x, 0.3),
    lambda x: np.quantile(x, [0.1, 0.9], axis=0),
    lambda x: np.percentile(x, [25, 50, 75], 1),
    lambda x: np.percentile(x, 40, method="linear"),
    lambda x: np.average(x), lambda x: np.average(x, 0, [1, 2, 5]),
    lambda x: np.average(x, weights=X), lambda x: np.ptp(x, axis=0),
    lambda x: np.count_nonzero(x > 4), lambda x: np.argsort(x, axis=None),
    lambda x: np.argsort(x, 0, kind="stable"), lambda x: np.sort(x, None),
    lambda x: np.argmax(x, 1), lambda x: np.amin(x, axis=1),
    lambda x: np.linalg.norm(x, axis=1), lambda x: np.linalg.norm(x, 1),
    lambda x: np.linalg.norm(x, np.inf, (0, 1)),
    lambda x: np.linalg.norm(x, "fro"), lambda x: np.linalg.norm(x, 3, 1),
    lambda x: np.add.reduce(x), lambda x: np.multiply.reduce(x, axis=1),
    lambda x: np.add.accumulate(x, axis=1),
    lambda x: np.mean(x, axis=(0, 1)), lambda x: np.sum(x, 0, np.float32),
    lambda x: np.sum(x, dtype=np.int32), lambda x: np.prod(x, dtype=bool),
    lambda x: np.cumsum(x, 1, np.int32), lambda x: np.mean(x, dtype=np.float32),
    lambda x: np.cumprod(x, dtype=np.float64),
]


@pytest.fixture(autouse=True)
def graph() -> R.Graph:
    return R.Graph(approach="local")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_numpy_s_functions_record(call: Callable[[Any], Any], dtype: type) -> None:
    x = X.astype(dtype)
    want, got = call(x), call(R.t(x))
    assert isinstance(got, R.Op)
    np.testing.assert_allclose(got(), want, rtol=1e-6)
    assert got.shape == np.shape(want) and got.dtype == np.asarray(want).dtype


def test_two_results() -> None:
    values, indices = R.topk(V, 3)
    assert values().tolist() == [8, 8, 7] and indices().tolist() == [3, 5, 1]
    values, indices = R.t(X).topk(2, axis=0)
    assert values().tolist() == [[5, 9, 5, 8], [5, 3, 4, 6]]
    assert indices().tolist() == [[1, 1, 2, 2], [2, 2, 0, 1]]
    for bins, ends in ((3, None), (5, (0.0, 4.0)), ([0, 2, 7.5, 8], None),
                       ([2, 8], None)):
        for made in (R.histogram(V, bins, ends), np.histogram(R.t(V), bins, ends)):
            for got, want in zip(made, np.histogram(V, bins, ends)):
                np.testing.assert_array_equal(got(), want)


def test_inputs_by_name() -> None:
    weights = [1, 2, 5]
    want = np.average(X, axis=0, weights=weights)
    np.testing.assert_array_equal(R.average(X, weights=weights, axis=0)(), want)
    np.testing.assert_array_equal(R.t(X).average(weights=None)(), X.mean())
    assert R.bincount(V, weights=np.ones(7))().tolist() == [0, 2, 2, 0, 0, 0, 0, 1, 2]
    assert R.sum([1.5, 2.5], dtype="int64")() == 3
    assert R.quantile(V, q=0.5)() == 2


def test_counts() -> None:
    np.testing.assert_array_equal(R.bincount(V)(), np.bincount(V))
    np.testing.assert_array_equal(
        np.bincount(R.t(V), minlength=12)(), np.bincount(V, minlength=12))
    assert R.searchsorted([1, 3, 3, 5], [3, 6], side="right")().tolist() == [3, 4]
    assert np.searchsorted(R.t([1, 3, 3, 5]), 3)() == 1


def test_a_number_keeps_its_digits_as_quantile() -> None:
    x = np.float32([1, 2, 3.5, 9])
    assert R.quantile(x, 0.3)() == np.quantile(x, 0.3)
    assert R.percentile(x, 30)() == np.percentile(x, 30)


def test_the_rank_of_a_value() -> None:
    assert R.percentile([1, 2, 3, 4, 5, 6], value=1)() == pytest.approx(100 / 12)
    assert R.percentile(R.t([2, 2, 3]), value=2)() == pytest.approx(100 / 3)


def test_mode_is_the_least_of_the_most_frequent() -> None:
    assert R.mode([3, 1, 3, 1, 2])() == 1
    assert R.mode([[1, 2], [1, 3]], axis=0)().tolist() == [1, 2]


@pytest.mark.parametrize("call, says", [
    (lambda: R.norm(X, 2), "no such norm over 2 axes"),
    (lambda: R.norm(V, "fro"), "'fro' is, of matrices"),
    (lambda: R.topk(V, 8), "k is 8; it may be 0 to 7"),
    (lambda: R.average(X, [1, 2]), "do not fit"),
    (lambda: R.percentile(V), "value is needed"),
    (lambda: R.histogram(V, 0), "at least 1"),
    (lambda: R.histogram(V, 3, (2, 1)), "two finite ends"),
    (lambda: R.histogram(V, [1, 3, 2]), "edges must increase"),
    (lambda: R.histogram(V, "auto"), "bins must be an int"),
    (lambda: R.quantile([True], 0.5), "does not take bool"),
    (lambda: R.searchsorted(X, 1), "takes one with 1 axis"),
    (lambda: R.bincount([1.5]), "does not take float64"),
    (lambda: R.mode([]), "nothing has no mode"),
    (lambda: np.histogram(R.t(V), density=True), "no parameter|unexpected"),
    (lambda: np.sum(R.t(V), out=np.zeros(())), "no out="),
])
def test_wrong_calls_are_refused(call: Callable[[], Any], says: str) -> None:
    with pytest.raises((R.GraphError, TypeError), match=says):
        call()


@pytest.mark.parametrize("call, says", [
    (lambda: R.quantile(V, 2), "element 0 of the second input is no quantile"),
    (lambda: R.percentile(V, [50, 101]), "percentiles between 0 and 100"),
    (lambda: R.bincount([1, -2]), "element 1 of the first input is -2"),
    (lambda: R.bincount([70000]), "minlength of at least 70001"),
    (lambda: R.histogram([np.nan])[0], "no finite range"),
])
def test_what_only_data_shows_fails_the_op(call: Callable[[], Any], says: str) -> None:
    bad, good = call(), R.sum(V)
    with pytest.raises(R.OpError, match=says):
        bad()
    assert good() == V.sum()
