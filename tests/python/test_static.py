"""The style of 2023: record all, activate, execute, fetch."""
from __future__ import annotations

import fake
import numpy as np
import pytest

import ravop as R
from ravop import _config


def test_the_whole_of_it(graph: R.Graph, capsys: pytest.CaptureFixture[str]
                         ) -> None:
    R.initialize(ravenverse_token="x", username="me")
    assert _config.server().token == "x"
    R.initialize()
    a = R.t([1, 2, 3])
    b = a * 2
    b.persist_op(name="twice")
    R.sum(b, name="total").persist()
    R.activate()
    R.execute(participants=2)
    R.track_progress()
    value = R.fetch_persisting_op(op_name="twice")
    assert value.detach().numpy().tolist() == [2, 4, 6]
    assert type(value.numpy()) is np.ndarray
    assert R.fetch_persisting_op("total") == 12
    out = capsys.readouterr().out
    assert "Cost: 5 ops\nMax participants: 3" not in out
    assert "is activated" in out and "Progress: 100 %" in out


def test_nothing_is_recorded_after_activate(graph: R.Graph) -> None:
    a = R.t([1, 2])
    b = a + 1
    R.activate()
    for late in (lambda: a + b, lambda: -a, lambda: R.sum(a), lambda: R.t(1),
                 lambda: a + 1, lambda: R.Scalar(2)):
        with pytest.raises(R.GraphError, match="was activated: ops can be"):
            late()
    assert b().tolist() == [2, 3]
    R.Graph(name="next", approach="local")
    assert (R.t([1]) + 1)().tolist() == [2]


def test_nothing_is_recorded_after_the_end(graph: R.Graph) -> None:
    a = R.t([1])
    graph.end()
    with pytest.raises(R.GraphError, match="has ended"):
        a + a


def test_refusals(graph: R.Graph) -> None:
    with pytest.raises(R.GraphError, match="no ops to activate"):
        R.activate()
    a = R.t([1, 2])
    with pytest.raises(R.GraphError, match="not activated"):
        R.execute()
    with pytest.raises(R.GraphError, match="needs name="):
        a.persist_op()
    with pytest.raises(R.GraphError, match="model files"):
        a.persist_op("a", save_model=True)
    a.persist("kept")
    with pytest.raises(R.GraphError, match="'other'; there is: 'kept'"):
        R.fetch_persisting_op("other")
    R.activate()
    with pytest.raises(R.GraphError, match="at least 1"):
        R.execute(participants=0)
    R.flush()
    assert not R._state.any_open()


def test_a_persisted_value_outlives_its_graph(graph: R.Graph) -> None:
    (R.t([1, 2]) + 1).persist("kept")
    graph.end()
    assert R.fetch_persisting_op("kept").tolist() == [2, 3]


def test_persist_is_said_to_the_server() -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        batch = peer.hear(fake.BATCH)
        assert batch[5] == [3]
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        assert peer.hear(fake.WANT)[2] == [3]
        peer.hear(fake.END)
        peer.value(7, 3, 4)
        peer.say(fake.ENDED, 7, 3, 3, 0, 0, [])

    with fake.Server(script) as served:
        graph = R.Graph(url=served.url)
        (R.t(1) + R.t(3)).persist("kept")
        R.activate()
        R.execute()
        graph.end()
        assert R.fetch_persisting_op("kept") == 4
        assert graph._handle in graph._connection._kept     # type: ignore[union-attr]
        graph._connection._down("test")     # type: ignore[union-attr]
