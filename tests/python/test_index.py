"""Keys: reading and functional assignment as NumPy indexes arrays."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ravop as R

COUNT = 600


class Keys:
    """Draws a shape and a key that mostly fits."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.array = np.arange(1)
        self.key: tuple[Any, ...] = ()
        self.draw()

    def some(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def cut(self) -> slice:
        ends = [None if self.chance(0.4) else self.some(-5, 5)
                for _ in range(2)]
        step = self.rng.choice([1, 2, 3, -1, -2])
        return slice(*ends, None if self.chance(0.3) else int(step))

    def draw(self) -> None:
        shape = tuple(0 if self.chance(0.03) else self.some(1, 4)
                      for _ in range(self.some(0, 4)))
        self.array = np.arange(int(np.prod(shape))).reshape(shape)
        broadcast = tuple(self.some(1, 3) for _ in range(self.some(1, 2)))
        key: list[Any] = []
        axis = 0
        while axis < len(shape) and self.chance(0.85):
            n, kind = shape[axis], self.rng.random()
            if kind < 0.25:
                key.append(n if n == 0 or self.chance(0.03)
                           else self.some(-n, n - 1))
            elif kind < 0.5:
                key.append(self.cut())
            elif kind < 0.6:
                key.append(None if self.chance(0.8) else self.chance(0.5))
                continue
            elif kind < 0.66 and Ellipsis not in [
                    k for k in key if not isinstance(k, np.ndarray)]:
                key.append(Ellipsis)
                axis = self.some(axis, len(shape))
                continue
            elif kind < 0.9:
                some = broadcast[self.some(0, 1):]
                key.append(self.rng.integers(-n, n, some) if n
                           else np.zeros(0, int))
            else:
                many = self.some(1, min(2, len(shape) - axis))
                key.append(self.rng.random(shape[axis:axis + many]) < 0.5)
                axis += many
                continue
            axis += 1
        self.key = tuple(key)

    def lifted(self) -> tuple[Any, ...]:
        """The same with ops for arrays."""
        return tuple(R.t(k) if isinstance(k, np.ndarray) else k
                     for k in self.key)


def same(got: Any, want: Any) -> bool:
    return (got.shape == want.shape and got.dtype == want.dtype
            and bool((got == want).all()))


@pytest.mark.parametrize("part", range(4))
def test_reading(part: int) -> None:
    for seed in range(part * COUNT, (part + 1) * COUNT):
        keys = Keys(seed)
        x = R.t(keys.array)
        try:
            want = keys.array[keys.key]
        except IndexError:
            with pytest.raises(IndexError):
                x[keys.key]
            continue
        assert same(x[keys.key](), want), (seed, keys.key)
        if seed % 4 == 0 and keys.array.size:
            assert same(x[keys.lifted()](), want), (seed, keys.key)


def test_assignment() -> None:
    for seed in range(COUNT):
        keys = Keys(seed)
        try:
            shape = keys.array[keys.key].shape
        except IndexError:
            continue
        value = keys.rng.integers(0, 99, shape if keys.chance(0.5) else ())
        want, added = keys.array.copy(), keys.array.copy()
        want[keys.key] = value
        np.add.at(added, keys.key, value)
        x = R.t(keys.array)
        assert same(R.set_item(x, keys.key, value)(), want), seed
        assert same(x.at[keys.key].add(value)(), added), seed


def test_masks_that_are_ops() -> None:
    a = np.arange(24).reshape(2, 3, 4)
    x = R.t(a)
    assert same(x[x > 7](), a[a > 7])
    assert same(x[x.sum(axis=2) > 20](), a[a.sum(axis=2) > 20])
    assert same(x[1, R.t([True, False, True])](), a[1, [True, False, True]])
    assert same(x.at[x > 7].set(0)(), np.where(a > 7, 0, a))
    assert same(x[:, x[0, :, 0] > 1, 2](), a[:, a[0, :, 0] > 1, 2])


def test_dtypes_of_what_is_assigned() -> None:
    x = R.t(np.array([1, 2, 3], np.int32))
    assert same(x.at[1].set(7.9)(), np.array([1, 7, 3], np.int32))
    assert same(x.at[1].set(R.t(7.9))(), np.array([1, 7, 3], np.int32))
    assert same(R.t([1.0, 2.0]).at[0].add(3)(), np.array([4.0, 2.0]))
    with pytest.raises(R.GraphError, match="cannot be added to int32"):
        x.at[0].add(0.5)
    assert same(R.t(np.zeros((2, 2))).at[0].set(np.ones((1, 1, 2)))(),
                np.array([[1.0, 1.0], [0.0, 0.0]]))


def test_what_cannot_be() -> None:
    x = R.t([1, 2, 3])
    with pytest.raises(TypeError, match=r"x = x.at\[key\].set\(value\)"):
        x[0] = 5
    with pytest.raises(IndexError, match="index 3 is out of range for axis 0"):
        x[3]
    with pytest.raises(R.GraphError, match="too many indices"):
        x[0, 0]
    with pytest.raises(R.GraphError, match="of dtype float64 is none"):
        x[[0.5]]
    with pytest.raises(TypeError, match="iteration over an op without axes"):
        iter(R.t(1))
    with pytest.raises(R.OpError, match="index 7 is out of range for axis 0, "
                                        "which has 3 elements"):
        x[R.t(7)]()


def test_loops() -> None:
    rows = [row() for row in R.t([[1, 2], [3, 4]])]
    assert [row.tolist() for row in rows] == [[1, 2], [3, 4]]
    assert 2 in R.t([1, 2]) and 5 not in R.t([1, 2])


# What programs of 2022 and 2023 need.


def test_gather_keeps_or_drops_the_axis() -> None:
    x = R.t([[1, 2], [3, 4]])
    assert x.gather(R.t([1])).shape == (1, 2)
    assert x.gather(R.Scalar(1)).shape == (2,)
    assert x[1].shape == (2,) and x[0:1].shape == (1, 2)
    assert int(x[1, 0]) == 3


def test_shapes_as_ops() -> None:
    x = R.t([[1, 2, 3], [4, 5, 6]])
    assert x.shape == (2, 3) and x.shape()().tolist() == [2, 3]
    assert R.shape(x)().tolist() == [2, 3] and int(x.shape(index=1)) == 3
    assert x.size == 6 and int(x.size()) == 6
    assert R.shape(1)().tolist() == []
    assert x.reshape(shape=R.t([3, 2])).shape == (3, 2)
    assert x.expand_dims().shape == (1, 2, 3)


def test_indices_as_texts() -> None:
    a = np.arange(24).reshape(2, 3, 4)
    x = R.t(a)
    for text in ("[:,-1,:]", "[0]", "[0][1]", "[..., None, 1:3]",
                 "[[0, 1], 1]"):
        assert same(R.index(x, indices=text)(), eval("a" + text))
    assert same(R.index(x, indices=str({"indices": "[:,-1,:]"}))(),
                a[:, -1, :])
    for text in ("__import__('os')", "[f()]", "[x]", "[1.5]", "", "[0", "+1"):
        with pytest.raises(R.GraphError, match="is no index"):
            R.index(x, indices=text)


def test_values_are_set() -> None:
    x = R.t([[1, 2], [3, 4]])
    want = [[1, 2], [9, 4]]
    assert x.set_value(index=[1, 0], value=9)().tolist() == want
    assert R.set_value(x, R.t(9), indices="[1, 0]")().tolist() == want
    assert R.create_op("set_value", x, 9, indices="[1,0]")().tolist() == want
    with pytest.raises(R.GraphError, match="needs one value"):
        x.set_value(index=[0, 0])


def test_parts() -> None:
    parts = R.t(np.arange(12).reshape(2, 6)).split([1, -1, 2], axis=1)
    assert [p.shape for p in parts] == [(2, 1), (2, 3), (2, 2)]
    assert [p().tolist() for p in R.split([1, 2, 3, 4], 2)] == [[1, 2], [3, 4]]
    with pytest.raises(R.GraphError, match="are not 3 equal parts"):
        R.split([1, 2, 3, 4], 3)


def test_columns_of_images() -> None:
    a = np.arange(2 * 3 * 5 * 5).reshape(2, 3, 5, 5).astype(float)
    k, i, j = np.arange(3)[:, None], np.array([[0, 1]]), np.array([[2, 2]])
    assert same(R.cnn_index(a, index1=k, index2=i, index3=j)(), a[:, k, i, j])
    assert same(R.cnn_index_2(a, pad_h=1, height=3, pad_w=2, width=2)(),
                a[:, :, 1:4, 2:4])
    b = np.ones((2, 3, 2))
    want = a.copy()
    np.add.at(want, (slice(None), k, i, j), b)
    assert same(R.cnn_add_at(a, b, index1=k, index2=i, index3=j)(), want)


def test_what_is_made_needs_no_data() -> None:
    made = [R.zeros((1000, 1000)), R.full((500, 500), 7), R.eye(300),
            R.arange(100000)]
    assert [float(x.sum()) for x in made] == [0, 7 * 250000, 300,
                                              99999 * 50000]


def test_pads() -> None:
    a = np.arange(6).reshape(2, 3)
    x = R.t(a)
    for width in (1, (1, 2), ((1, 2), (0, 3)), [(1,), (2,)]):
        for mode in ("constant", "edge", "symmetric"):
            assert same(x.pad(width, mode)(), np.pad(a, width, mode))
    assert same(R.pad(x, sequence=((0, 0), (1, 1)), mode="constant")(),
                np.pad(a, ((0, 0), (1, 1))))
    assert same(np.pad(x, 1, constant_values=4)(),
                np.pad(a, 1, constant_values=4))
    assert same(R.pad(x, 1, constant_values=((1, 2), (3, 4)))(),
                np.pad(a, 1, constant_values=((1, 2), (3, 4))))
    assert same(x.repeat([1, 2], axis=0)(), np.repeat(a, [1, 2], axis=0))


def test_dtypes_of_ranges() -> None:
    assert R.arange(3).dtype == np.int64 and R.arange(3.0).dtype == np.float64
    assert same(R.arange(0.5, 3, 0.7)(), np.arange(0.5, 3, 0.7))
    assert R.full(2, 1).dtype == np.int64
    assert R.full((), 1, dtype="float32").dtype == np.float32
    with pytest.raises(R.GraphError, match="beyond 2\\*\\*53"):
        R.arange(2 ** 60, 2 ** 60 + 2)
