"""graph.plan() on real workers: near what comes, and without a trace."""

from __future__ import annotations

import json
from collections.abc import Callable

from harness import BUILD, Server

Start = Callable[..., Server]

PROGRAM = """
import json, subprocess, sys, time
import numpy as np
import ravop as R
graph = R.Graph(name='planned', approach='distributed')
rng = np.random.default_rng(1)
a = R.t(rng.standard_normal((300, 300)))

def record():
    return [R.sum((a + k) @ a) for k in range(120)]

def state():
    said = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True)
    graphs = json.loads(said.stdout)['graphs']
    return [{k: v for k, v in g.items() if k != 'seen'} for g in graphs]

first = record()
want = R.compute(*first)
ratios = []
for _ in range(4):
    ops = record()
    counts = graph._total, graph._pending
    before = state()
    plan = graph.plan(*ops)
    assert state() == before, (before, state())
    assert (graph._total, graph._pending) == counts
    assert plan.participants >= 1 and plan.ops == 3 * 120, plan
    start = time.perf_counter()
    values = R.compute(*ops)
    ratios.append(plan.seconds / (time.perf_counter() - start))
    assert np.array_equal(values, want)
print(json.dumps(ratios))
print(graph.end())
"""


def test_a_plan_leaves_no_trace_and_fits(start_server: Start) -> None:
    """Counts and Redis are as before, values the same, the time is near."""
    server = start_server(workers=2)
    server.wait_participants(2)
    out = server.run(PROGRAM, str(BUILD / "ravenctl"), *server.options, "--json", "graphs")
    ratios = json.loads(out.splitlines()[0])
    assert "Graph computed successfully!" in out
    # The first may teach what plans do not see; a busy machine is no proof.
    assert 1 / 3 < sorted(ratios)[len(ratios) // 2] < 3, ratios


def test_nobody_is_there(start_server: Start) -> None:
    """Without participants there is no time."""
    server = start_server()
    out = server.run("""
import ravop as R
graph = R.Graph(name='alone', approach='distributed')
a = R.t([1.0, 2.0]) + 1
plan = graph.plan(a)
print(plan.seconds, plan.participants, plan)
graph.cancel()
""")
    assert out.startswith("None 0")
    assert "no participant can compute them now" in out
