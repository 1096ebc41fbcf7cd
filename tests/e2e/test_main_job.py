"""The main job, end to end, on real processes, a real Redis and real tabs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from harness import ROOT, Server, until

Start = Callable[..., Server]

# Many rounds, each checked against NumPy; says where it is after each.
ROUNDS = """
import sys
import numpy as np
import ravop as R
graph = R.Graph(name='rounds', approach='distributed')
rng = np.random.default_rng(1)
total = R.t(np.zeros((40, 40)))
expected = np.zeros((40, 40))
for i in range(int(sys.argv[1])):
    a = rng.integers(-9, 9, (40, 40)).astype(float)
    total = total * 0.5 + R.t(a) @ R.t(a.T)
    expected = expected * 0.5 + a @ a.T
    value = total()
    assert np.array_equal(value, expected), i
    print('round', i, flush=True)
print(graph.end())
"""

# One wait over work of several seconds.
LONG = """
import numpy as np
import ravop as R
graph = R.Graph(name='long', approach='distributed')
rng = np.random.default_rng(2)
a = [rng.standard_normal((256, 256)) for _ in range(8)]
t = [R.t(x) for x in a]
print('start', flush=True)
products = []
for k in range(24):
    c = t[k % 8]
    for j in range(6):
        c = (c @ t[(k + j + 1) % 8]) * 0.05
    products.append(c.sum())
values = R.compute(*products)
for k, value in enumerate(values):
    c = a[k % 8]
    for j in range(6):
        c = (c @ a[(k + j + 1) % 8]) * 0.05
    assert np.isclose(value, c.sum(), rtol=1e-9), k
print(graph.end())
"""


def test_two_tabs_compute_the_first_graph(start_server: Start) -> None:
    server = start_server()
    server.open_tab("tab-1")
    server.open_tab("tab-2")
    server.wait_participants(2)
    out = server.run(str(ROOT / "examples/first_graph.py"))
    assert "c:  [ 6 24 10]" in out
    assert "Graph computed successfully!" in out
    cids = {row["cid"] for row in server.participants()}
    assert cids == {"tab-1", "tab-2"}
    graph = server.ravenctl("graph", "1")
    assert {by for group in graph["groups"] for by in [group["participant"]]} <= cids


def test_examples_on_native_workers(start_server: Start) -> None:
    server = start_server(workers=2)
    server.wait_participants(2)
    out = server.run(str(ROOT / "examples/distributed_test.py"))
    assert "426" in out and "Graph computed successfully!" in out
    out = server.run(str(ROOT / "examples/sums.py"))
    assert "Graph computed successfully!" in out and "differs" not in out


def test_same_bits_on_tab_and_worker(start_server: Start) -> None:
    """Local, native and browser results are equal to the last bit."""
    source = """
import numpy as np
import sys
import ravop as R
graph = R.Graph(name='bits', approach=sys.argv[1])
rng = np.random.default_rng(3)
x = R.t(rng.standard_normal((33, 70)))
y = ((x @ x.transpose()).exp() / 3).sum(axis=0).square_root().natlog() + x.mean(axis=1).cube_root()
print(y().tobytes().hex())
graph.end()
"""
    native = start_server(workers=1)
    local = native.run(source, "local")
    by_worker = native.run(source, "distributed")
    tabs = start_server()
    tabs.open_tab("tab")
    by_tab = tabs.run(source, "distributed")
    assert local.split()[0] == by_worker.split()[0] == by_tab.split()[0]


def test_waits_for_a_participant(start_server: Start) -> None:
    server = start_server(workers=0)
    program = server.program(str(ROOT / "examples/first_graph.py"))
    assert program.stderr and program.stdout
    said = ""
    while "waiting for participants" not in said.lower():
        line = program.stderr.readline()
        assert line, f"ended without saying that it waits: {said}"
        said += line
    assert server.url.rstrip("/") in said
    server.open_tab("late")
    out, _ = program.communicate(timeout=60)
    assert "c:  [ 6 24 10]" in out


def test_a_tab_closed_in_the_middle(start_server: Start) -> None:
    server = start_server()
    first = server.open_tab("leaves")
    server.open_tab("stays")
    server.wait_participants(2)
    program = server.program(LONG)
    until("both compute", lambda: sum(row["status"] == "computing" for row in server.participants()) == 2)
    os.killpg(first.pid, signal.SIGKILL)
    out, err = program.communicate(timeout=120)
    assert program.returncode == 0, f"{out}\n{err}\n{server.log()[-3000:]}"
    assert "Graph computed successfully!" in out


SMALL_UPLOADS = """
import numpy as np
import ravop as R
graph = R.Graph(name='uploads', approach='distributed')
rng = np.random.default_rng(3)
arrays = [rng.random(900) for _ in range(1500)]
total = R.concat(*[R.t(x) for x in arrays]).sum()
assert np.isclose(total(), sum(x.sum() for x in arrays)), total()
graph.end()
"""


def test_many_small_uploads_in_one_connection(start_server: Start) -> None:
    server = start_server(workers=1)
    program = server.program(SMALL_UPLOADS)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, f"{out}\n{err}"
    assert "connection lost" not in err
    assert "too many uploads" not in server.log()


SINGULAR = """
import numpy as np
import ravop as R
graph = R.Graph(name='singular', approach='distributed')
try:
    R.solve(R.t(np.zeros((2, 2))), R.t(np.ones(2)))()
except R.OpError as error:
    print(error)
"""


def test_what_the_data_did_wrong_is_said(start_server: Start) -> None:
    server = start_server(workers=1)
    program = server.program(SINGULAR)
    out, err = program.communicate(timeout=60)
    assert "is singular" in out, f"{out}\n{err}"
    assert "internal" not in out


@pytest.mark.parametrize("role", ["gatewayd", "schedulerd", "redis-server", "workerd"])
def test_killed_in_the_middle(start_server: Start, role: str) -> None:
    server = start_server(workers=2, fsync="always")
    server.wait_participants(2)
    program = server.program(ROUNDS, "60")
    assert program.stdout
    for line in program.stdout:
        if line.strip() in ("round 10", "round 30"):
            server.kill(role)
        if line.strip() == "round 59":
            break
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, f"{out}\n{err}\n{server.log()[-5000:]}"
    assert "Graph computed successfully!" in out
    if role == "schedulerd":                    # its sessions wait until it has reached Redis
        assert "Redis does not answer" not in server.log()


def test_everything_killed_and_started_again(start_server: Start) -> None:
    """The record in Redis alone brings a graph back."""
    server = start_server(workers=2, fsync="always")
    program = server.program(ROUNDS, "40")
    assert program.stdout
    for line in program.stdout:
        if line.strip() == "round 10":
            break
    server.broker.kill()
    server.broker.wait()
    until("the children have gone", lambda: not server.pid("redis-server"))
    server.start()
    out, err = program.communicate(timeout=90)
    assert program.returncode == 0, f"{out}\n{err}\n{server.log()[-5000:]}"
    assert "Graph computed successfully!" in out


def test_participants_are_invited_by_the_error_without_a_server() -> None:
    import subprocess

    from harness import BUILD, PYTHON

    env = {**os.environ, "RAVEN_URL": "http://127.0.0.1:9/", "PYTHONPATH": str(BUILD / "ravop")}
    done = subprocess.run([PYTHON, str(ROOT / "examples/first_graph.py")], env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "NoServerError" in done.stderr and "http://127.0.0.1:9" in done.stderr and "brokerd" in done.stderr
