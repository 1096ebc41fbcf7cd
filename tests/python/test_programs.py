"""What programs written for Raven in 2022 and 2023 do, each as they do it."""
from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import ravop as R
import ravop.core


def test_row_1_shape_is_a_tuple_and_an_op() -> None:
    x = R.t([[1, 2, 3], [4, 5, 6]])
    assert x.shape == (2, 3) and isinstance(x.shape, tuple)
    rows, columns = x.shape
    assert (rows, columns, x.shape[1]) == (2, 3, 3)
    for op in (x.shape(), R.shape(x), x.shape_()):
        assert isinstance(op, R.Op) and op().tolist() == [2, 3]
    assert x.shape(index=1)() == 3
    accuracy = R.sum(R.equal(x, x)).div(R.t(x.shape[0] * x.shape[1]))
    assert accuracy() == 1
    assert pickle.loads(pickle.dumps(x.shape)) == (2, 3)


def test_row_2_size_is_a_number_and_an_op() -> None:
    x = R.t([[1, 2, 3], [4, 5, 6]])
    assert x.size == 6 and isinstance(x.size, int) and x.size + 1 == 7
    assert x.size()() == 6 and R.size(x)() == 6
    assert pickle.loads(pickle.dumps(x.size)) == 6


def test_row_3_status_and_output_are_fresh() -> None:
    w = R.t([1.0, 2.0]) * 2
    while w.status != "computed":
        pass
    z = w + 1
    while z.output is None:
        pass
    assert z.output.tolist() == [3, 5]


def test_row_4_values_are_arrays() -> None:
    x = R.t([[1, 2], [3, 4]]) + 1
    assert x().shape == (2, 2) and np.shape(x()) == (2, 2)
    total = R.sum(x)
    total()
    assert int(total.output) == 14          # type: ignore[call-overload]
    assert float(total()) == 14 and total() + 1 == 15


def test_row_5_ops_are_hashable_and_copyable() -> None:
    class Optimizer:
        def __init__(self) -> None:
            self.rate = R.t(0.1)
            self.seen = {self.rate: 1}

    first = Optimizer()
    second = copy.copy(first)
    third = copy.deepcopy(first)
    assert second.rate is first.rate and third.rate is first.rate
    assert isinstance(first.rate == second.rate, R.Op)
    assert third.seen[first.rate] == 1


def test_row_6_models_are_pickled() -> None:
    class_name, weights = "ann", [R.t([[1.0]]) * 2, R.Scalar(3)]
    weights[0]()
    text = pickle.dumps((class_name, weights))
    R.Graph(name="later", approach="local")
    _, again = pickle.loads(text)
    assert again[0]().tolist() == [[2]] and float(again[1]) == 3


def test_row_7_truth_as_text() -> None:
    x = R.t([[1.0, 2], [3, 4]])
    assert R.sum(x, axis=1, keepdims="True")().tolist() == [[3], [7]]
    assert R.sum(x, axis=1, keepdims="False")().tolist() == [3, 7]
    assert R.transpose(x, contiguous="True")().tolist() == [[1, 3], [2, 4]]
    assert x.reshape(shape=[4], contiguous="False").shape == (4,)
    with pytest.raises(R.GraphError, match="contiguous"):
        R.transpose(x, contiguous="maybe")
    with pytest.raises(R.GraphError, match="keepdims"):
        R.sum(x, keepdims="yes")


def test_row_8_clip() -> None:
    x = R.t([0.0, 0.5, 1.0])
    clipped = R.clip(x, lower_limit=1e-7, upper_limit=1 - 1e-7)
    assert clipped().tolist() == [1e-7, 0.5, 1 - 1e-7]
    assert x.clip(lower_limit=R.t(0.2), upper_limit=R.t(0.6))().tolist() == [
        0.2, 0.5, 0.6]


def test_row_9_where() -> None:
    a, b = R.t([1, 2, 3]), R.t([7, 8, 9])
    assert R.where(a, b, condition=[True, False, True])().tolist() == [1, 8, 3]
    assert R.where(a, b, condition=a > 1)().tolist() == [7, 2, 3]
    assert a.where(b, condition=R.t([0, 1, 0]))().tolist() == [7, 2, 9]


def test_row_10_random_uniform() -> None:
    draws = R.random_uniform(R.t(-1.0), R.t(1.0), size=(20, 3))
    assert draws.shape == (20, 3)
    value = draws()
    assert (-1 <= value).all() and (value < 1).all() and value.std() > 0.3


def test_row_11_shapes_are_tuples_lists_or_ops() -> None:
    x = R.t([1, 2, 3, 4, 5, 6])
    for shape in ((2, 3), [2, 3], R.Tensor([2, 3]), np.array([2, 3])):
        assert x.reshape(shape=shape).shape == (2, 3)
        assert R.reshape(x, shape=shape)().tolist() == [[1, 2, 3], [4, 5, 6]]
    assert R.expand_dims(x).shape == x.expand_dims().shape == (1, 6)


def test_row_12_two_axes_on_a_higher_rank_are_swapped() -> None:
    array = np.arange(120).reshape(2, 3, 4, 5)
    x = R.t(array)
    assert np.array_equal(x.transpose(axes=(3, 0, 1, 2))(),
                          array.transpose(3, 0, 1, 2))
    for axes in ((1, 2), (-2, -1)):
        assert np.array_equal(R.transpose(x, axes=axes)(),
                              array.swapaxes(*axes))


def test_row_13_foreach() -> None:
    x = R.t([[3, 1, 2], [9, 7, 8]])
    assert R.foreach(x, operation="sort")().tolist() == [[1, 2, 3], [7, 8, 9]]
    assert R.foreach(x, operation="slice", begin=0, size=2)().tolist() == [
        [3, 1], [9, 7]]
    assert R.foreach(x, operation="div", params=2)().tolist() == [
        [1.5, 0.5, 1], [4.5, 3.5, 4]]


def test_row_14_find_indices_is_ragged() -> None:
    x = R.t([1, 2, 1, 3, 2, 2])
    found = R.find_indices(x, R.t([1, 2]))
    assert [v.tolist() for v in found()] == [[0, 2], [1, 4, 5]]
    twos = R.find_indices(x, R.t([2])).reshape(shape=[3])
    assert R.gather(x, twos)().tolist() == [2, 2, 2]


def test_row_15_an_empty_tensor_grows() -> None:
    result = R.Tensor([])
    for value in (3, 4):
        result = result.concat(R.sum(R.t([value, 1])), axis=0)
    assert result().tolist() == [4, 5]


def test_row_16_a_scalar_index_drops_the_axis() -> None:
    x = R.t([[1, 2], [3, 4], [5, 6]])
    assert R.gather(x, R.t([1]))().tolist() == [[3, 4]]
    assert x.gather(R.Scalar(1))().tolist() == [3, 4]
    assert x[1]().tolist() == [3, 4]
    assert x[0:2]().tolist() == [[1, 2], [3, 4]]
    assert x[2, 1]() == 6


def test_row_17_index_text_is_parsed() -> None:
    array = np.arange(24).reshape(2, 3, 4)
    x = R.t(array)
    for text in (str({"indices": "[:,-1,:]"}), "[:,-1,:]"):
        assert np.array_equal(R.index(x, indices=text)(), array[:, -1, :])
    assert np.array_equal(x.index(indices="[0]")(), array[0])
    for wrong in ("[__import__('os')]", "print(1)", "[x]"):
        with pytest.raises(R.GraphError):
            R.index(x, indices=wrong)


def test_row_18_the_last_axis() -> None:
    x = R.t([[1, 5, 2], [7, 0, 3]])
    assert R.argmax(x, axis=-1, keepdims="True")().tolist() == [[1], [0]]
    assert R.concat(x, x, axis=-1).shape == (2, 6)


def test_row_19_initialize_flush_and_keywords() -> None:
    R.initialize("x")
    R.initialize(token="x")
    R.initialize(ravenverse_token="x", username="me")
    R.initialize()
    R.flush()
    graph = R.Graph(name="ann", algorithm="neural_network", approach="local",
                    rules=None, gpu_required="no", something_else=1)
    assert graph.options == {"algorithm": "neural_network", "rules": None,
                             "gpu_required": "no", "something_else": 1}


def test_row_20_the_static_style(capsys: pytest.CaptureFixture[str]) -> None:
    w = R.t([1.0, 2]) * 3
    w.persist_op(name="w")
    R.activate()
    R.execute(participants=1)
    R.track_progress()
    assert R.fetch_persisting_op(op_name="w").tolist() == [3, 6]
    with pytest.raises(R.GraphError, match="activated"):
        w + 1


def test_row_21_names_of_the_core() -> None:
    import ravop.core as C
    from ravop.core import Graph, Scalar, Tensor

    assert C is ravop.core
    assert (Graph, Tensor, Scalar) == (R.Graph, R.Tensor, R.Scalar)
    assert float(C.epsilon()) == 1e-07 and float(C.inf()) == np.inf
    assert int(C.one()) == 1 and int(C.minus_one()) == -1
    assert float(C.pi()) == np.pi
    assert C.elemul(C.t([2, 3]), C.t([4, 5]))().tolist() == [8, 15]
    assert C.norm(C.t([3.0, 4.0]))() == 5


def test_row_22_federated_is_refused() -> None:
    with pytest.raises(R.GraphError, match="'distributed' or 'local'"):
        R.Graph(name="f", approach="federated", algorithm="mean", rules="{}")
    with pytest.raises(R.GraphError, match="not part of Raven"):
        R.federated_mean()


def test_the_first_program_of_2022() -> None:
    a, b = R.t([1, 2, 3] * 10), R.t([5, 22, 7] * 10)
    c = a + b
    e = R.sum(c)
    d = c + e + a
    assert c().tolist() == [6, 24, 10] * 10 and e() == 400
    assert d().tolist() == [407, 426, 413] * 10
    assert R.argmax(d)() == 1 and R.max(d)() == 426
    assert R.sort(d)().tolist() == [407] * 10 + [413] * 10 + [426] * 10
