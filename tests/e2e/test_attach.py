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
