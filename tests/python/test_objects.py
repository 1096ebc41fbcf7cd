"""What programs of 2022 read of ops, graphs and values."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import ravop as R
import ravop.core
import ravop.globals


def test_the_record_of_an_op(graph: R.Graph) -> None:
    a, b = R.t([1, 2, 3]), R.t([5, 22, 7])
    c = R.add(a, b, name="both")
    assert (c.name, c.graph_id, c.subgraph_id) == ("both", graph.id, 1)
    assert (c.node_type, c.op_type, c.operator) == (
        "middle", "binary", "addition")
    assert (a.node_type, a.op_type, a.operator) == ("input", "other", "linear")
    assert R.neg(a).op_type == "unary"
    assert R.concat(a, b, c).op_type is None
    assert c.inputs == [a.id, b.id] and c.output_dims == [3]
    assert c.complexity == 9 and c.valid() and c.status_code == 200
    assert R.sum(c, axis=0, keepdims=True).params == {
        "axis": 0, "keepdims": True}
    assert R.sum(c, axis=0).params == {"axis": 0} and c.params == {}
    assert c._known_status() == "pending"
    assert c.status == c.get_status() == "computed"
    assert c.outputs == [c.id]
    assert (c.output_dtype, c.get_dtype(), c.get_shape()) == (
        "int64", "int64", (3,))
    assert c.output is not None and c.output.tolist() == [6, 24, 10]
    assert c.fetch_update() is None                     # type: ignore[func-returns-value]
    assert c.error is None and c.message == ""


def test_waits(graph: R.Graph) -> None:
    a = R.t([1.5, 2.5])
    b = a + 1
    assert b.wait() is b and b._known_status() == "computed"
    for value in (b.get_output(), b.wait_till_computed(), b.compute(), b()):
        assert value.tolist() == [2.5, 3.5]


def test_kinds_of_handles() -> None:
    a = R.t([1, 2]) + 1
    as_tensor = a.to_tensor()
    assert type(as_tensor) is R.Tensor and as_tensor.id == a.id
    assert as_tensor().tolist() == [2, 3]
    as_scalar = R.sum(a).to_scalar()
    assert type(as_scalar) is R.Scalar and float(as_scalar) == 5
    with pytest.raises(R.GraphError, match="no scalar"):
        a.to_scalar()


def test_attaching_by_id(graph: R.Graph) -> None:
    a = R.t([1, 2])
    assert R.Tensor(id=a.id)().tolist() == [1, 2]
    assert float(R.Scalar(id=R.t(5).id)) == 5
    with pytest.raises(R.GraphError, match="has no op 99"):
        R.Scalar(id=99)


def test_texts() -> None:
    c = R.add(1, 2, name="three")
    assert str(c) == (f"Op:\nId: {c.id}\nName: three\nType: binary\n"
                      "Operator: addition\n\nStatus: pending\n")
    a = R.Scalar(5)
    assert str(a) == (f"Scalar:\nId: {a.id}\nOutput: 5\nStatus: computed\n"
                      "Dtype: int64\n")
    assert "Tensor:" in str(R.t([1]))


def test_graph_lists_its_ops(graph: R.Graph) -> None:
    a, b = R.t([1]), R.t([2])
    c = a + b
    R.neg(c)
    assert [op.id for op in graph.ops] == [1, 2, 3, 4]
    assert [type(op) for op in graph.ops] == [R.Tensor, R.Tensor, R.Op, R.Op]
    assert graph.inputs == [1, 2] and graph.outputs == [4]
    assert graph.my_id == graph.id
    assert graph.op(3)().tolist() == [3]
    assert graph.progress > 0
    assert str(graph) == f"Graph:\nId: {graph.id}\nStatus: {graph.status}\n"


def test_an_op_that_nobody_held_has_no_value_here(graph: R.Graph) -> None:
    a = R.t([1])
    gone = a + 1
    number = gone.id
    del gone
    (a + 2)()
    with pytest.raises(R.GraphError, match="no variable held it"):
        graph.op(number)()


def test_a_handle_taken_again_keeps_its_value(graph: R.Graph) -> None:
    a = R.t([1]) + 1
    a()
    number = a.id
    del a
    again = graph.op(number)
    (again + 1)()
    assert again().tolist() == [2]


def test_data() -> None:
    data = R.Data([1.5, 2])
    assert (data.dtype, data.get_dtype(), data.get_shape()) == (
        "float64", "float64", (2,))
    assert data().tolist() == data.value.tolist() == [1.5, 2]
    result = (R.t([1]) + 1).get_data()
    assert result.dtype == "ndarray" and result.get_value().tolist() == [2]
    assert R.Data(id=result.id)().tolist() == [2]
    assert R.Data(True).dtype == "bool"
    with pytest.raises(R.GraphError, match="needs a value"):
        R.Data()


def test_files(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    file = R.t(str(tmp_path / "a.npy"), dtype="file")
    assert isinstance(file, R.File) and isinstance(file, R.Tensor)
    assert file().tolist() == [0, 1, 2]
    with pytest.raises(R.GraphError, match="FTP is not part of Raven"):
        R.File("ftp://host/a")
    with pytest.raises(R.GraphError, match="no .npy or .csv"):
        R.t(str(tmp_path), dtype="file")


@pytest.fixture
def eager() -> Iterator[None]:
    """Eager mode, for one test."""
    R.globals.eager_mode = True
    yield
    R.globals.eager_mode = False


def test_eager_mode(graph: R.Graph, eager: None) -> None:
    a = R.t([4, 9])
    assert (a + 1)._known_status() == "computed"
    assert (-a)._known_status() == "computed"
    assert R.square_root(a)._known_status() == "computed"
    with pytest.raises(R.OpError, match="pow"):
        R.t([2]) ** R.t([-1])


def test_globals(graph: R.Graph) -> None:
    assert ravop.globals is R.globals
    assert R.globals.eager_mode is False
    assert R.globals.graph_id == graph.id and R.globals.sub_graph_id == 1
    graph.end()
    assert R.globals.graph_id == 1
    from ravop.globals import globals as other
    assert other is R.globals


def test_stats() -> None:
    x, y = np.array([1.0, 5, 2, 9]), np.array([3.0, 1, 4, 2])
    want = (x - x.mean()) / x.std()
    assert np.allclose(R.stats.z_score(x)(), want)
    assert np.allclose(R.stats.standardize(x)(), want)
    table = np.arange(6.0).reshape(2, 3) ** 2
    assert np.allclose(R.stats.z_score(table, axis=0)(),
                       (table - table.mean(0)) / table.std(0))
    assert np.allclose(R.stats.normalize(x)(), (x - 1) / 8)
    assert np.isclose(R.stats.pearson_correlation(x, y)(),
                      np.corrcoef(x, y)[0, 1])


def test_state_names() -> None:
    assert R.OpStatus.COMPUTED == R.GraphStatus.COMPUTED == "computed"
    assert R.Status.FAILED == "failed"
    assert R.MappingStatus.NOT_ACKNOWLEDGED == "not_acknowledged"
