"""foreach: what each operation makes of every element along the first axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ravop as R

X = np.array([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]])


@pytest.mark.parametrize(("operation", "params", "want"), [
    ("sum", {}, [6, 15]), ("mean", {}, [2, 5]), ("max", {}, [3, 6]), ("min", {}, [1, 4]), ("prod", {}, [6, 120]),
    ("norm", {}, np.linalg.norm(X, axis=1)), ("sort", {}, np.sort(X)), ("reverse", {}, X[:, ::-1]),
    ("slice", {"begin": 0, "size": 2}, X[:, :2]), ("slice", {"begin": 1}, X[:, 1:]),
    ("add", {"params": 1}, X + 1), ("sub", {"params": 1}, X - 1), ("mul", {"params": 2}, X * 2),
    ("div", {"params": 2}, X / 2), ("pow", {"params": 2}, X ** 2), ("square", {}, X * X), ("sqrt", {}, np.sqrt(X)),
    ("exp", {}, np.exp(X)), ("log", {}, np.log(X)), ("abs", {}, X), ("neg", {}, -X),
])
def test_operations(operation: str, params: dict[str, Any], want: Any) -> None:
    """As on each row apart."""
    np.testing.assert_allclose(R.foreach(X, operation=operation, **params)(), want, rtol=1e-15)
    np.testing.assert_allclose(R.t(X).foreach(operation, **params)(), want, rtol=1e-15)


def test_what_is_refused() -> None:
    """Other texts, missing parameters, scalars; nothing is ever evaluated."""
    with pytest.raises(R.GraphError, match="no operation '__import__'"):
        R.foreach(X, operation="__import__")
    with pytest.raises(R.GraphError, match="foreach: div"):
        R.foreach(X, operation="div")
    with pytest.raises(R.GraphError, match="scalar"):
        R.foreach(3.0, operation="sum")
    with pytest.raises(R.GraphError, match="sort needs elements with an axis"):
        R.foreach([1.0, 2.0], operation="sort")


def test_names_of_numpy() -> None:
    """ravint, and NumPy's names of ops."""
    assert R.ravint([1.9, -1.9])().tolist() == [1, -1]
    assert R.concatenate([[1], [2]])().tolist() == [1, 2]
    assert R.sqrt(R.divide(R.subtract(9, 1), 2))() == 2
    assert R.amax([1, 3, 2])() == 3
