"""Each test has a local graph of its own."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

import ravop as R
from ravop import _state


@pytest.fixture(autouse=True)
def graph() -> Iterator[R.Graph]:
    """A local graph; none stays open after the test."""
    made = R.Graph(name="test", approach="local")
    yield made
    for left in list(_state._open):
        _state.pop(left)
