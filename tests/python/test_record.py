"""Recording: shapes, dtypes and refusals are known before anything computes."""
from __future__ import annotations

import copy
import gc
import inspect
import pickle
from typing import Any

import numpy as np
import pytest

import ravop as R


def test_shapes_and_dtypes_at_once() -> None:
    a = R.t([[1, 2, 3], [4, 5, 6]])
    assert (a.shape, a.dtype, a.ndim, a.size) == ((2, 3), np.int64, 2, 6)
    assert (a @ a.T).shape == (2, 2)
    assert (a / 2).dtype == np.float64
    assert a.sum(axis=0).shape == (3,)
    assert a.mean(axis=1, keepdims="True").shape == (2, 1)
    assert (a > 2).dtype == np.bool_
    assert len(a) == 2


def test_kinds_of_values() -> None:
    assert type(R.t(3)) is R.Scalar and type(R.t([3])) is R.Tensor
    assert R.t(True).dtype == np.bool_
    assert R.t(2.5).dtype == np.float64
    assert R.t("[1, 2]").shape == (2,)
    assert R.t([1, 2], dtype="float32").dtype == np.float32
    for given, kept in (("int8", "int32"), ("uint16", "int32"),
                        ("uint32", "int64"), ("float16", "float32")):
        assert R.t(np.ones(2, given)).dtype == kept
    assert R.Tensor([]).shape == (0,)
    assert type(R.Scalar(np.float32(1))) is R.Scalar
    assert R.Scalar(np.float32(1)).dtype == np.float32


@pytest.mark.parametrize("value", [
    np.ones(2, "uint64"), np.ones(2, "complex128"), [1, "a"], [[1], [1, 2]],
    2**70, "no list", np.ones((1,) * 9), object(),
])
def test_values_that_are_no_tensor(value: object) -> None:
    with pytest.raises(R.GraphError):
        R.t(value)


def test_weak_numbers_take_the_tensors_dtype() -> None:
    for name in ("int32", "int64", "float32", "float64"):
        a = R.t(np.ones(2, name))
        assert (a + 1).dtype == name and (2 * a).dtype == name
    assert (R.t(np.ones(2, "float32")) * 2.5).dtype == np.float32
    assert (R.t(np.ones(2, "int32")) * 2.5).dtype == np.float64
    assert (R.t([True]) + 1).dtype == np.int64
    assert (R.t(np.ones(2, "int32")) + np.int64(1)).dtype == np.int64
    with pytest.raises(R.GraphError, match="does not fit int32"):
        R.t(np.ones(2, "int32")) + 2**40


def test_refusals_name_what_and_what_to_do() -> None:
    a = R.t([1, 2, 3])
    with pytest.raises(R.GraphError, match=r"\(3,\) int64 and \(2,\) int64"):
        a + R.t([1, 2])
    with pytest.raises(R.GraphError, match="axis 5 is out of range"):
        R.sum(a, axis=5)
    with pytest.raises(R.GraphError, match=r"no parameter 'axes'.*axis=None"):
        R.sum(a, axes=1)
    with pytest.raises(R.GraphError, match="needs shape="):
        R.reshape(a)
    with pytest.raises(R.GraphError, match="did you mean 'argmax'"):
        R.create_op("argmx", a)
    with pytest.raises(R.GraphError, match="2 inputs"):
        R.add(a)
    with pytest.raises(R.GraphError, match="cannot take"):
        R.sum(None)
    with pytest.raises(AttributeError, match="did you mean 'reshape'"):
        a.reshap
    with pytest.raises(AttributeError, match="did you mean 'concat'"):
        R.concatt
    with pytest.raises(TypeError):
        a + "x"
    with pytest.raises(R.GraphError, match="federated"):
        R.Graph(approach="federated")
    with pytest.raises(R.GraphError, match="federated"):
        R.federated_mean([1])


def test_what_is_not_there_is_told() -> None:
    a = R.t([1, 2, 3])
    with pytest.raises(TypeError, match="numpy.nanmedian is not available"):
        np.nanmedian(a)
    with pytest.raises(AttributeError, match=r"help\(ravop\) lists"):
        R.frobnicate
    with pytest.raises(R.GraphError, match=r"takes one number; R.t\(\)"):
        R.Scalar([1, 2])
    with pytest.raises(R.GraphError, match=r"R.compute\(\*ops\), not list"):
        R.compute([a, a])
    with pytest.raises(R.GraphError, match=r"too many .* takes add\(a, b\)"):
        R.add(a, a, a)
    with pytest.raises(R.GraphError, match="holds something that is no num"):
        R.t([1, "a"])


def test_ops_of_two_graphs_cannot_meet(graph: R.Graph) -> None:
    a = R.t([1])
    R.Graph(name="other", approach="local")
    b = R.t([1])
    with pytest.raises(R.GraphError, match="'other'.*'test'|'test'.*'other'"):
        a + b
    assert a.graph is graph


def test_an_op_is_recorded_in_its_inputs_graph(graph: R.Graph) -> None:
    a = R.t([1, 2])
    R.Graph(name="other", approach="local")
    assert (a + 1).graph is graph and R.sum(a).graph is graph


def test_ops_are_hashable_and_copyable() -> None:
    a, b = R.t([1, 2]), R.t([1, 2])
    assert {a: 1, b: 2}[a] == 1
    assert copy.copy(a) is a and copy.deepcopy([a])[0] is a
    again = pickle.loads(pickle.dumps(a + b))
    assert again().tolist() == [2, 4]
    assert (a == "text") is False or not (a == "text")


def test_the_users_line() -> None:
    frame = inspect.currentframe()
    a = R.t([2]); line = frame.f_lineno     # noqa: E702
    assert a.graph._about(a.id)[4] == (__file__, line)
    b = R.sum(a); line = frame.f_lineno     # noqa: E702
    assert b.graph._about(b.id)[4] == (__file__, line)


def test_repr_never_computes(graph: R.Graph) -> None:
    a = R.t([1, 2]) + 1
    assert repr(a) == "Op(shape=(2,), dtype=int64, add, pending)"
    assert "test" in repr(graph)
    assert graph._pending


def test_what_nobody_holds_is_not_exported(graph: R.Graph) -> None:
    a = R.t([1, 2])
    for _ in range(100):
        a = a + 1
    assert a().tolist() == [101, 102]
    assert list(graph._values) == [a.id]
    b = a + 1
    del a
    gc.collect()
    b()
    assert list(graph._values) == [b.id]


def test_names_and_create_op(graph: R.Graph) -> None:
    a = R.add([1], 2, name="three")
    assert graph.get_ops_by_name("thr")[0] is a and a.name == "three"
    assert R.create_op("matrix_sum", a)() == 3
    assert R.create_op("elemul", a, 2)().tolist() == [6]


def test_every_alias_and_the_module_core() -> None:
    import ravop.core as core

    assert core.elemul is R.elemul and core.Graph is R.Graph
    for name in R._ops.FUNCTIONS:
        assert getattr(core, name) is getattr(R, name)
        if R._ops.is_method(name):
            assert getattr(R.Op, name) is getattr(R, name)


def test_constants() -> None:
    values = [float(f()) for f in (R.epsilon, R.one, R.minus_one, R.inf, R.pi)]
    assert values == [1e-07, 1, -1, np.inf, np.pi]


def test_files(tmp_path: object) -> None:
    path = f"{tmp_path}/a.npy"
    np.save(path, np.arange(4.0))
    assert R.File(path)().tolist() == [0, 1, 2, 3]
    with open(f"{tmp_path}/a.csv", "w") as file:
        file.write("1,2\n3,4\n")
    assert R.t(f"{tmp_path}/a.csv", dtype="file").shape == (2, 2)


def test_random_ops_differ_unless_seeded() -> None:
    with R.Graph(approach="local", seed=5):
        a, b = R.random_normal(size=4), R.random_normal(size=4)
        first = a().tolist(), b().tolist()
        assert first[0] != first[1]
        assert R.random_normal(size=4, seed=1)().tolist() == R.random_normal(size=4, seed=1)().tolist()
    with R.Graph(approach="local", seed=5):
        again = R.random_normal(size=4), R.random_normal(size=4)
        assert (again[0]().tolist(), again[1]().tolist()) == first
    with R.Graph(approach="local"):
        assert R.random_uniform(size=4)().tolist() != R.random_uniform(size=4)().tolist()


@pytest.mark.parametrize("array", [
    np.array(3.5), np.array([True, False]), np.arange(6, dtype=np.int32),
    np.arange(4, dtype=np.longlong), np.zeros((0, 3)), np.array(7),
    np.array([np.nan, -0.0]), np.arange(8.0)[::2], np.arange(6.0).reshape(
        2, 3).T, np.arange(3, dtype=">f8"), np.arange(3, dtype=np.int8),
    np.float32([1, 2]), np.zeros(2000),
])
def test_arrays_are_taken_as_numpy_has_them(array: Any) -> None:
    """Those that are taken as they are, and those that are looked at."""
    op = R.t(array)
    assert type(op) is (R.Tensor if array.ndim else R.Scalar)
    assert op.shape == array.shape
    assert np.array_equal(op(), array, equal_nan=array.dtype.kind == "f")
    keeps = array.dtype.newbyteorder("=")
    assert op.dtype == (np.int32 if keeps == np.int8 else keeps)
