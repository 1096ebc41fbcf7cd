"""approach='local': results against NumPy, failures, interrupts."""
from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest

import ravop as R

DTYPES = ("bool", "int32", "int64", "float32", "float64")
SHAPES = ((), (1,), (7,), (3, 4), (2, 3, 4), (0, 3), (1, 5, 1, 2))
BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply,
    "multiply": np.multiply, "div": np.true_divide, "greater": np.greater,
    "greater_equal": np.greater_equal, "less": np.less,
    "less_equal": np.less_equal, "equal": np.equal, "not_equal": np.not_equal,
}
UNARY = {
    "pos": np.positive, "neg": np.negative, "abs": np.absolute,
    "square": np.square, "exp": np.exp, "square_root": np.sqrt,
    "cube_root": np.cbrt,
}
REDUCE = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min,
          "argmax": np.argmax, "argmin": np.argmin}


def sample(rng: np.random.Generator, shape: tuple[int, ...], dtype: str
           ) -> np.ndarray:
    """Values of both signs, with zeros."""
    return np.asarray(rng.integers(-4, 5, shape)).astype(dtype)


def check(op: R.Op, want: np.ndarray, ulp: float = 0) -> None:
    """Value, shape and dtype; ulp 0: the same bits but for zeros' signs."""
    got = op()
    assert (got.shape, op.shape) == (want.shape, want.shape)
    assert got.dtype == op.dtype
    if ulp == 0 and want.dtype == got.dtype:
        np.testing.assert_array_equal(got, want)
        return
    eps = np.finfo(got.dtype).eps if got.dtype.kind == "f" else 0
    np.testing.assert_allclose(got, want, rtol=ulp * float(eps) + 1e-300)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
@pytest.mark.filterwarnings("ignore")
def test_binary(name: str, dtype: str) -> None:
    rng = np.random.default_rng(1)
    if dtype == "bool" and name == "sub":
        with pytest.raises(R.GraphError):
            R.sub([True], [True])
        return
    for shape in SHAPES:
        a, b = sample(rng, shape, dtype), sample(rng, shape, dtype)
        check(R.create_op(name, a, b), BINARY[name](a, b))
    a, b = sample(rng, (3, 1), dtype), sample(rng, (4,), dtype)
    check(R.create_op(name, a, b), BINARY[name](a, b))


@pytest.mark.parametrize("other", DTYPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_promotion(dtype: str, other: str) -> None:
    a, b = np.ones(3, dtype), np.ones(3, other)
    assert (R.t(a) + R.t(b)).dtype == (a + b).dtype or "bool" in (dtype, other)
    check(R.t(a) * R.t(b), a * b)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNARY)
@pytest.mark.filterwarnings("ignore")
def test_unary(name: str, dtype: str) -> None:
    rng = np.random.default_rng(2)
    for shape in SHAPES:
        a = sample(rng, shape, dtype)
        try:
            want = UNARY[name](a)
        except TypeError:
            with pytest.raises(R.GraphError):
                R.create_op(name, a)
            continue
        if want.dtype.kind == "f" and dtype in ("bool", "int32"):
            want = UNARY[name](a.astype("float64"))
        check(R.create_op(name, a), want, ulp=2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", REDUCE)
def test_reductions(name: str, dtype: str) -> None:
    rng = np.random.default_rng(3)
    for shape in ((), (7,), (3, 4), (2, 3, 4)):
        a = sample(rng, shape, dtype)
        for axis in (None, *range(-len(shape), len(shape))):
            for keep in (False, True):
                want = REDUCE[name](a, axis=axis, keepdims=keep)
                if name == "sum" and dtype == "int32":
                    want = want.astype("int64")
                check(R.create_op(name, a, axis=axis, keepdims=keep),
                      np.asarray(want), ulp=2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(dtype: str) -> None:
    rng = np.random.default_rng(4)
    a = sample(rng, (2, 3, 4), dtype)
    t = R.t(a)
    check(t.T, a.T)
    check(t.transpose((1, 0, 2)), a.transpose(1, 0, 2))
    check(t.transpose(2, 0, 1), a.transpose(2, 0, 1))
    check(t.transpose(axes=(-2, -1)), a.swapaxes(-2, -1))
    check(t.reshape(4, -1), a.reshape(4, -1))
    check(t.reshape([6, 4]), a.reshape(6, 4))
    check(t.reshape(shape=R.t([12, 2])), a.reshape(12, 2))
    check(R.expand_dims(t, axis=1), np.expand_dims(a, 1))
    check(R.concat(t, t, axis=-1), np.concatenate([a, a], axis=-1))
    check(R.concat([t, a]), np.concatenate([a, a]))
    check(R.concat(R.t([]), R.t(1.0)), np.array([1.0]))
    check(R.sort(t, axis=1), np.sort(a, axis=1))
    check(R.sort(t, axis=None), np.sort(a, axis=None))


@pytest.mark.parametrize("dtype", DTYPES[1:])
def test_products(dtype: str) -> None:
    rng = np.random.default_rng(5)
    for left, right in (((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)),
                        ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)),
                        ((5, 1, 2, 3), (2, 3, 4))):
        a, b = sample(rng, left, dtype), sample(rng, right, dtype)
        check(R.t(a) @ R.t(b), np.asarray(a @ b))
        check(a @ R.t(b), np.asarray(a @ b))
    a, b = sample(rng, (2, 3), dtype), sample(rng, (3, 4), dtype)
    check(R.dot(a, b), np.dot(a, b))


def test_numpy_on_either_side() -> None:
    a, t = np.array([1.0, 2.0]), R.t([3.0, 4.0])
    for op, want in ((a + t, [4, 6]), (a * t, [3, 8]), (a - t, [-2, -2]),
                     (np.add(t, 1), [4, 5]), (np.exp(t - t), [1, 1]),
                     (np.float64(2) * t, [6, 8]), (a < t, [True, True])):
        assert isinstance(op, R.Op) and op().tolist() == want
    assert np.sum(t)() == 7 and np.concatenate([t, t]).shape == (4,)
    assert np.add.reduce(t)() == 7
    np.testing.assert_array_equal(np.asarray(t), [3, 4])
    with pytest.raises(TypeError, match="np.asarray"):
        np.linalg.eig(t)


def test_python_conversions() -> None:
    assert float(R.t([2.5])) == 2.5 and int(R.t(3)) == 3
    assert bool(R.t(1) == 1) and [10, 20][R.t(1)] == 20
    with pytest.raises(ValueError, match="ambiguous"):
        bool(R.t([1, 2]))
    with pytest.raises(TypeError):
        [1][R.t(0.0)]


def test_the_program_of_2022() -> None:
    a, b = R.t([1, 2, 3] * 10), R.t([5, 22, 7] * 10)
    c = a + b
    e = R.sum(c)
    d = c + e + a
    assert c().tolist() == [6, 24, 10] * 10 and e() == 400
    assert d().tolist() == [407, 426, 413] * 10
    assert R.argmax(d)() == 1 and R.max(d)() == 426
    assert R.sort(d)().tolist() == [407] * 10 + [413] * 10 + [426] * 10


def test_results_are_the_users_own() -> None:
    a = R.t(np.zeros(10000))
    b = a + 1
    first = b()
    first[:] = 9
    assert b()[0] == 1 and (b + 1)()[0] == 2
    assert a()[0] == 0


def test_large_arrays_in_every_batch(graph: R.Graph) -> None:
    total, kept = R.t(0.0), []
    for i in range(20):
        a = R.t(np.full(3000, float(i)))
        kept.append(a)
        total = total + R.sum(a)
        assert total() == 3000 * i * (i + 1) / 2
    assert kept[3]()[0] == 3
    assert len(graph._values) == 21


def test_compute_many() -> None:
    a = R.t([1, 2])
    assert [v.tolist() for v in R.compute(a, a + 1, a)] == [[1, 2], [2, 3],
                                                            [1, 2]]
    assert R.compute() == ()


def test_random_programs() -> None:
    """The same chain of calls on both, by a seed that a failure prints."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        pool = [rng.integers(-3, 4, (3, 3)).astype(float) for _ in range(3)]
        ops = [R.t(a) for a in pool]
        for _ in range(25):
            i, j = rng.integers(0, len(pool), 2)
            kind = rng.integers(0, 6)
            for side in (pool, ops):
                x, y = side[i], side[j]
                side.append([
                    lambda: x + y, lambda: x - 0.5 * y, lambda: abs(x) + 1,
                    lambda: x.T, lambda: (x @ y) * 0.01,
                    lambda: x - x.mean(axis=0, keepdims=True),
                ][kind]())
        for got, want in zip(R.compute(*ops), pool):
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9,
                                       err_msg=f"seed {seed}")


def test_long_graphs_go_in_batches(graph: R.Graph) -> None:
    a = R.t(0)
    for _ in range(25000):
        a = a + 1
    assert a() == 25000 and graph._total > 25000


def test_a_failure_names_the_op_and_its_line(graph: R.Graph) -> None:
    bad = R.t([2, 3]) ** R.t([-1, 2])
    after = bad + 1
    fine = R.t([1]) + 1
    with pytest.raises(R.OpError, match="negative") as info:
        after()
    error = info.value
    assert (error.op, error.operator) == (bad.id, "pow")
    assert error.shapes == ((2,), (2,)) and error.user_file == __file__
    assert f"depends on op {bad.id}" in str(error)
    assert fine()[0] == 2
    assert (bad.status, fine.status) == ("failed", "computed")
    assert bad.output is None and "negative" in str(bad.error)
    later = after * 2
    with pytest.raises(R.OpError):
        later()
    assert graph.get_op_stats()["failed_ops"] == 3


def test_end(graph: R.Graph, capsys: pytest.CaptureFixture[str]) -> None:
    R.t([1]) + 1
    assert graph.end() == "Graph computed successfully!"
    assert capsys.readouterr().out == "\n\nGraph computed successfully!\n"
    assert graph.status == "computed"
    with pytest.raises(R.GraphError, match="has ended"):
        graph._value([1])


def test_end_lists_failures(capsys: pytest.CaptureFixture[str]) -> None:
    graph = R.Graph(approach="local")
    bad = R.t([2]) ** R.t([-1])
    bad + 1
    assert graph.end() == "Graph failed to compute."
    out = capsys.readouterr().out
    assert "Graph failed to compute.\n  op " in out and __file__ in out
    assert out.count("failed:") == 1


def test_context_never_hides_the_users_exception() -> None:
    with pytest.raises(KeyError, match="mine"):
        with R.Graph(approach="local"):
            R.t([2]) ** R.t([-1])
            raise KeyError("mine")


def test_interrupt_and_go_on() -> None:
    a = R.t(np.random.default_rng(0).random((700, 700)))
    b = a
    for _ in range(8):
        b = (b @ a) * 0.003
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        b()
        time.sleep(5)
    assert time.monotonic() - start < 3
    want = a()
    for _ in range(8):
        want = (want @ a()) * 0.003
    np.testing.assert_allclose(b(), want, rtol=1e-9)


def test_threads_ask_one_graph(graph: R.Graph) -> None:
    """The second waits for the first; no input is freed under the executor."""
    noise = np.random.default_rng(3).random((900, 900))
    got: list[object] = []
    product = R.matmul(R.t(noise), R.t(noise))
    first = threading.Thread(target=lambda: got.append(product().shape))
    first.start()
    got.append((R.t([1, 2]) + 1)().tolist())
    first.join()
    assert sorted(map(str, got)) == ["(900, 900)", "[2, 3]"]


def test_a_signal_handler_cannot_ask_the_graph_it_interrupts(graph: R.Graph) -> None:
    """It would free what the executor reads; nothing else is disturbed."""
    noise = np.random.default_rng(4).random((1200, 1200))
    product = R.matmul(R.t(noise), R.t(noise))
    told: list[str] = []

    def ask(number: int, frame: object) -> None:
        try:
            (R.t([1]) + 1)()
        except R.GraphError as err:
            told.append(str(err))

    before = signal.signal(signal.SIGALRM, ask)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        assert product().shape == (1200, 1200)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert told and all("computing already" in text for text in told)


def test_no_op_without_a_graph() -> None:
    """An op is what was recorded; there is no other."""
    for make in (R.Op, lambda: object.__new__(R.Op), lambda: R.Op.__new__(R.Tensor)):
        with pytest.raises(TypeError):
            make()


def test_an_interrupted_batch_forgets_what_it_should(graph: R.Graph) -> None:
    a = R.t(np.random.default_rng(5).random((900, 900)))
    gone = a + 1
    gone()
    number = gone.id
    del gone
    b = a @ a @ a
    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        with pytest.raises(KeyboardInterrupt):
            b()
            time.sleep(5)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert b().shape == (900, 900)
    assert number not in graph._values
