"""Arguments in NumPy's ways, and those that cannot be: refused, never dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ravop as R

X = np.array([[1.0, 2.0], [3.0, 4.0]])


def test_an_axis_behind_a_list_of_inputs() -> None:
    """concatenate([a, b], 1); a list of numbers stays one input."""
    x = R.t(X)
    np.testing.assert_array_equal(R.concat([x, x], 1)(), np.concatenate([X, X], 1))
    np.testing.assert_array_equal(R.concat([[[1]], [[2]]], 1)(), [[1, 2]])
    np.testing.assert_array_equal(R.concat([x, x], None)(), np.concatenate([X, X], None))
    np.testing.assert_array_equal(np.concatenate([x, x], 1)(), np.concatenate([X, X], 1))  # type: ignore[operator]
    np.testing.assert_array_equal(np.stack([x, x], 1)(), np.stack([X, X], 1))  # type: ignore[operator]
    np.testing.assert_array_equal(R.concat([1, 2], [3])(), [1, 2, 3])
    np.testing.assert_array_equal(R.concat([1, 2], 3)(), [1, 2, 3])


@pytest.mark.parametrize("wrong", [
    lambda: R.clip(X, 1, 2, a_min=0),
    lambda: R.clip(X, lower_limit=1, min=0),
    lambda: R.clip(X, 0, None, 99),
    lambda: R.sum(X, 0, False, None, 99),
    lambda: R.sum(X, 0, False, "float32", dtype="float64"),
    lambda: R.pad(np.float64(2.5), -1),
    lambda: R.pad(X, -1),
])
def test_nothing_is_dropped(wrong: Callable[[], Any]) -> None:
    """What is too many, or given twice, is refused at the line."""
    with pytest.raises(R.GraphError):
        wrong()


def test_clip_in_every_spelling() -> None:
    """Positions, 2022's names, NumPy's old and new."""
    want = np.clip(X, 2, 3)
    for made in (R.clip(X, 2, 3), R.clip(X, lower_limit=2, upper_limit=3), R.clip(X, a_min=2, a_max=3),
                 R.clip(X, min=2, max=3), R.clip(X, 2, max=3), np.clip(R.t(X), 2, 3)):  # type: ignore[operator]
        np.testing.assert_array_equal(made(), want)
    np.testing.assert_array_equal(R.clip(X, None, 3)(), np.clip(X, None, 3))


def test_indices_of_nothing_and_into_nothing() -> None:
    """An empty list takes nothing; an index is looked at though its rows are empty."""
    assert R.take(X, [], axis=0)().shape == (0, 2)
    assert np.take(R.t(X), [], axis=1)().shape == (2, 0)  # type: ignore[operator]
    assert R.take(np.zeros((3, 0)), [2, 0], axis=0)().shape == (2, 0)
    with pytest.raises(R.OpError, match="100"):
        R.take(np.zeros((3, 0)), 100, axis=0)()
    assert R.quantile(np.zeros((0, 3)), 0.5, axis=-1)().shape == (0,)
    with pytest.raises(R.OpError, match="quantile"):
        R.quantile(np.zeros((0, 3)), 1.5, axis=-1)()


@pytest.mark.parametrize(("call", "text"), [
    (lambda x: np.add(x, 1, where=True), r"numpy\.add on ops has no parameter 'where'"),
    (lambda x: np.histogram(x, 2, density=True), r"numpy\.histogram on ops has no parameter 'density'"),
])
def test_what_numpy_has_and_ops_have_not(call: Callable[[Any], Any], text: str) -> None:
    """Named with the function."""
    with pytest.raises(TypeError, match=text):
        call(R.t([1.0, 2.0]))


def test_padding_by_two_numbers() -> None:
    """As np.pad has them."""
    padded: Any = np.pad(R.t([1.0, 2.0]), 1, constant_values=(7, 8))  # type: ignore[call-overload]
    np.testing.assert_array_equal(padded(), [7, 1, 2, 8])
