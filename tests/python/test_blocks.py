"""Many small values at once: rows of blocks, each an array of its own."""
from __future__ import annotations

import numpy as np
import pytest

import ravop as R

MANY = 3000     # of 32 bytes: more than one block


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,), (1,) * 8])
def test_values_alike_come_in_order(shape: tuple[int, ...]) -> None:
    """Whatever their axes; an empty one and one of 8 axes as well."""
    ops = [R.t(np.full(shape, float(i))) + 1.0 for i in range(MANY)]
    got = R.compute(*ops)
    assert len(got) == MANY
    for i in range(0, MANY, 97):
        assert type(got[i]) is np.ndarray and got[i].shape == shape
        assert (got[i] == i + 1).all()


def test_rows_do_not_share_elements() -> None:
    """What a program writes into one array is in no other."""
    a = R.t([1.0, 2.0]) + 1.0
    b = R.t([3.0, 4.0]) + 1.0
    first, second, again = R.compute(a, b, a)
    first[:] = 0
    assert (second == [4, 5]).all() and (again == [2, 3]).all()
    assert (a() == [2, 3]).all()


def test_values_of_several_kinds() -> None:
    """Shapes, dtypes, sizes and graphs may differ."""
    small, other = R.t([1, 2]) + 1, R.t([1.0]) + 1.0
    large = R.t(np.zeros(5000)) + 1.0
    with R.Graph(approach="local"):
        elsewhere = R.t([7]) + 1
        got = R.compute(small, other, large, elsewhere)
    assert [v.size for v in got] == [2, 1, 5000, 1]
    assert got[3] == [8]
    assert R.compute() == ()
