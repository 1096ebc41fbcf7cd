"""Futures, pickles, hints, reports: how the library behaves among others."""
from __future__ import annotations

import asyncio
import concurrent.futures as futures
import os
import pickle
import threading
import warnings
from pathlib import Path

import fake
import numpy as np
import pytest

import ravop as R
from ravop import _hint


def test_a_future() -> None:
    a = R.t([1, 2]) + 1
    future = a.future()
    assert isinstance(future, futures.Future)
    assert future.result(10).tolist() == [2, 3]
    assert a.future().result(10).tolist() == [2, 3]     # had already


def test_many_futures() -> None:
    ops = [R.t(i) * 2 for i in range(50)]
    made = {op.future(): i for i, op in enumerate(ops)}
    for future in futures.as_completed(made, 30):
        assert future.result() == 2 * made[future]


def test_a_future_of_a_failure() -> None:
    error = (R.t([2]) ** R.t([-1])).future().exception(10)
    assert isinstance(error, R.OpError) and error.operator == "pow"


def test_await() -> None:

    async def simple() -> float:
        return float((await (R.t(1.5) * 2)))

    assert asyncio.run(simple()) == 3


def test_futures_of_a_server() -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        assert peer.hear(fake.BATCH)[4] == [1]
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        assert peer.hear(fake.BATCH)[4] == [2]
        peer.say(fake.ACK, 7, 2, 0, 0, b"")
        peer.value(7, 2, 20)
        peer.value(7, 1, 10)

    with fake.Server(script) as served:
        graph = R.Graph(url=served.url)
        a = R.t(10)
        first = a.future()
        b = R.t(20)
        second = b.future()
        assert (first.result(10), second.result(10)) == (10, 20)
        graph._connection._down("test")     # type: ignore[union-attr]


def test_futures_end_with_the_connection() -> None:
    import socket
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        R.Graph(url=url)
        assert isinstance(R.t(1).future().exception(10), R.NoServerError)
    assert not any(t.name == "ravop futures" and not t.daemon
                   for t in threading.enumerate())


def test_futures_in_a_fork() -> None:
    assert (R.t(1) + 1).future().result(10) == 2
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            R.Graph(approach="local")
            status = 0 if (R.t(2) + 1).future().result(10) == 3 else 1
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_pickles_hold_the_value_of_local_ops(graph: R.Graph) -> None:
    a = R.t(np.arange(4.0)) + 1
    model = pickle.dumps({"weights": a, "bias": R.Scalar(2)})
    R.Graph(name="another", approach="local")
    again = pickle.loads(model)
    assert again["weights"]().tolist() == [1, 2, 3, 4]
    assert type(again["bias"]) is R.Scalar and again["bias"].graph is not graph


def test_pickles_name_ops_of_a_server() -> None:
    def script(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(fake.BATCH)
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        peer.hear(fake.BATCH)
        peer.say(fake.ACK, 7, 2, 0, 0, b"")
        peer.value(7, 5, 42)

    with fake.Server(script) as served:
        graph = R.Graph(url=served.url)
        a, b = R.t(40), R.t(2)
        graph._send([])
        c = R.add(a, b)
        text = pickle.dumps(c)          # not computed yet
        again = pickle.loads(text)
        assert again.graph is graph and again.id == c.id
        assert graph._handle in graph._connection._kept  # type: ignore[union-attr]
        graph._connection._down("test")     # type: ignore[union-attr]


def test_one_warning_for_a_loop_of_waits() -> None:
    count = 60

    def script(peer: fake.Peer) -> None:
        peer.open(7)
        for n in range(1, count + 1):
            op = peer.hear(fake.BATCH)[4][0]
            peer.say(fake.ACK, 7, n, 0, 0, b"")
            peer.value(7, op, 5)

    _hint._told = False
    with fake.Server(script) as served, warnings.catch_warnings(
            record=True) as said:
        warnings.simplefilter("always")
        graph = R.Graph(url=served.url)
        for i in range(count):
            R.t(i)()
        graph._connection._down("test")     # type: ignore[union-attr]
    told = [w for w in said if w.category is R.RavenWarning]
    assert len(told) == 1 and told[0].filename == __file__
    assert "R.compute(a, b, ...)" in str(told[0].message)
    _hint._told = True


def test_html_never_computes(graph: R.Graph) -> None:
    a = R.t([[1, 2]]) + 1
    page = a._repr_html_()
    assert "(1, 2)" in page and "int64" in page and "pending" in page
    assert "16 B" in page and graph._pending
    page = graph._repr_html_()
    assert "test" in page and graph._pending
    named = R.Graph(name="<script>", approach="local")
    assert "<script>" not in named._repr_html_()


def test_a_report_is_one_file(graph: R.Graph, tmp_path: Path) -> None:
    a = R.t([1, 2])
    (a + 1)()
    with pytest.raises(R.OpError):
        (a ** R.t([-1, 1]))()
    graph.report(tmp_path / "run.html")
    page = (tmp_path / "run.html").read_text()
    for word in ("add", "Failures", "negative", __file__, "numpy", "Operators"):
        assert word in page
    assert "http" not in page.replace("http://localhost", "")


def test_negative_powers_of_integers_are_refused_where_they_are() -> None:
    a = R.t([1, 2])
    for wrong in (lambda: a ** -1, lambda: R.pow(a, -2), lambda: R.pow(3, -2)):
        with pytest.raises(R.GraphError, match="Write the power as a float"):
            wrong()
    assert (a ** -1.0)().tolist() == [1, 0.5]
    assert (R.t([2.0]) ** -1)().tolist() == [0.5]


def test_a_large_array_is_refused_with_its_line(
        graph: R.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(R.Graph, "_max_bytes", 4096)    # tensor_bytes' least
    with pytest.raises(R.GraphError, match=f"{__file__}:.*Split it"):
        R.t(np.zeros(513))
    assert R.t(np.zeros(512)).shape == (512,)


def test_too_much_memory_fails_its_batch_only(graph: R.Graph) -> None:
    small = R.t([1, 2])
    huge = R.matmul(R.matmul(np.ones((1, 1)), np.ones((1, 1 << 15))).T,
                    np.ones((1, 1 << 19)))
    huge = huge + huge.sum()
    with pytest.raises(R.OpError, match="this machine has") as info:
        huge()
    assert info.value.code == "memory"
    assert (small + 1)().tolist() == [2, 3]
    assert graph.end() == "Graph failed to compute."


@pytest.mark.parametrize("name", [
    "federated_mean", "federated_variance", "federated_standard_deviation",
    "model", "Model", "pytorch_model", "linear_regression", "kmeans",
    "logistic_regression", "knn_classifier", "knn_regressor", "naive_bayes",
    "svm_svc", "svm_svr", "decision_tree_classifier",
    "decision_tree_regressor", "random_forest_classifier",
    "random_forest_regressor", "forward_pass_dense", "backward_pass_dropout",
    "start_backward_marker", "cross_entropy_loss_gradient",
    "ftp_upload"])
def test_what_is_no_part_of_raven(name: str) -> None:
    with pytest.raises(R.GraphError) as info:
        getattr(R, name)([1], x=2)
    assert str(info.value).startswith(f"R.{name}: ")
    assert str(info.value).count(".") <= 4
    with pytest.raises(R.GraphError):
        R.create_op(name, [1])


def test_federated_graphs() -> None:
    with pytest.raises(R.GraphError, match="federated.*not part of Raven"):
        R.Graph(name="x", approach="federated", algorithm="mean")


def test_functions_of_numpy_that_are_not_here() -> None:
    a = R.t([1.0, 2])
    with pytest.raises(TypeError, match=r"numpy.fft is not available on raven "
                       r"tensors; np.asarray\(x\) computes and downloads"):
        np.fft.fft(a)
    with pytest.raises(TypeError, match="nearest R."):
        np.nanmean(a)
    with pytest.raises(TypeError, match="no out="):
        np.sum(a, out=np.zeros(1))
