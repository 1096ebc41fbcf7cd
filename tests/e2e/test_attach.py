"""Graphs that outlive their program, and go on in another."""

from __future__ import annotations

import signal
from collections.abc import Callable

from harness import Server

Start = Callable[..., Server]

FIRST = """
import numpy as np
import ravop as R
graph = R.Graph(name='kept', approach='distributed', rules='none')
a = R.t(np.arange(6.0).reshape(2, 3))
b = (a * 2).persist(name='twice')
print(b().sum(), flush=True)
c = R.sum(b, axis=0)
c.persist()
print('graph', graph.id, b.id, c.id)
"""

SECOND = """
import sys
import ravop as R
graph = R.Graph(id=int(sys.argv[1]))
b, c = graph.op(int(sys.argv[2])), graph.op(int(sys.argv[3]))
assert graph.name == 'kept' and graph.options == {'rules': 'none'}
assert b.shape == (2, 3) and c.inputs == [b.id] and c.operator == 'matrix_sum'
assert c().tolist() == [6, 10, 14]
d = b + c
assert d().tolist() == [[6, 12, 18], [12, 18, 24]]
assert R.Graph(id=graph.id) is graph
rows = R.get_my_graphs()
assert [row['id'] for row in rows] == [graph.id], rows
print(graph.end())
try:
    R.Graph(id=graph.id)
except R.GraphError as error:
    print('refused:', error)
"""

WAITS = """
import ravop as R
graph = R.Graph(name='waits', approach='distributed')
a = R.t([1, 2, 3]) + 1
print('asks', graph.id, a.id, flush=True)
a()
"""

LATER = """
import sys
import ravop as R
graph = R.Graph(id=int(sys.argv[1]))
print(graph.op(int(sys.argv[2]))().tolist())
graph.end()
"""


def test_a_graph_goes_on_in_another_program(start_server: Start) -> None:
    server = start_server(workers=1)
    out = server.run(FIRST).split("graph")[1].split()
    said = server.run(SECOND, *out)
    assert "Graph computed successfully!" in said
    assert "has ended" in said
    none = server.run("import ravop as R\ntry:\n R.Graph(id=999)\nexcept R.GraphError as e: print(e)\n")
    assert "no such graph of yours" in none


def test_ctrl_c_leaves_the_graph(start_server: Start) -> None:
    server = start_server(workers=0)
    program = server.program(WAITS)
    assert program.stdout
    _, number, op = program.stdout.readline().split()
    assert program.stderr
    while "waiting for participants" not in program.stderr.readline():
        pass
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=30)
    assert f"come back with R.Graph(id={number})" in err
    assert "ravop/ravop" not in err and "line 6" in err and err.rstrip().endswith("KeyboardInterrupt")
    server.settings["workers"] = 1
    server.stop()
    server.start()
    assert "[2, 3, 4]" in server.run(LATER, number, op)


CONVENTIONS = """
import asyncio
import pickle
from concurrent.futures import as_completed
import ravop as R
graph = R.Graph(name='conventions', approach='distributed')
ops = [R.t(float(i)) * 2 for i in range(40)]
made = {op.future(): i for i, op in enumerate(ops)}
assert all(done.result() == 2 * made[done] for done in as_completed(made, 60))

async def main():
    return [float(await (R.t(float(i)) + 1)) for i in range(3)]

assert asyncio.run(main()) == [1, 2, 3]
pending = R.t([1.0, 2.0]) - 1
assert pickle.loads(pickle.dumps(pending)) is not pending
assert pickle.loads(pickle.dumps(pending))().tolist() == [0, 1]
bad = R.t([2]) ** R.t([-1])
try:
    bad()
except R.OpError as error:
    print(error.code, error.participant, error.user_line)
assert bad.status == 'failed' and 'negative' in bad.message
graph.report('/dev/stdout')
graph.end()
"""

STATIC = """
import sys
import ravop as R
R.initialize('anybody')
R.flush()
graph = R.Graph(name='static', algorithm='sum', approach='distributed')
w = R.t([1.0, 2.0, 3.0]) * 2
w.persist_op(name='w')
total = R.sum(w)
total.persist_op(name='total')
R.activate()
R.execute(participants=1)
if len(sys.argv) > 1:
    print('graph', graph.id, w.id)
else:
    R.track_progress()
    print(R.fetch_persisting_op(op_name='w').detach().numpy(), R.fetch_persisting_op(op_name='total'))
    graph.end()
    R.get_my_graphs()
"""

FETCH = """
import sys
import ravop as R
R.initialize('anybody')
graph = R.Graph(id=int(sys.argv[1]))
print(graph.op(int(sys.argv[2]))())
print(graph.end())
"""


def test_futures_pickles_and_failures(start_server: Start) -> None:
    server = start_server(workers=1)
    out = server.run(CONVENTIONS)
    assert "negative_power native-0 18" in out
    assert "<title>Graph conventions</title>" in out and "Failures" in out


def test_the_static_style(start_server: Start) -> None:
    server = start_server(workers=1)
    out = server.run(STATIC)
    assert "[2. 4. 6.]" in out and "Progress: 100 %" in out
    assert "static" in out.split("Progress")[1] and "computed" in out.split("Progress")[1]
    said = server.run(STATIC, "leave").split("graph")[1].split()
    assert "[2. 4. 6.]" in server.run(FETCH, *said)
