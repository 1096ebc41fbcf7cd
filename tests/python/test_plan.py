"""Plans: what is asked, what is said, and that nothing changes."""
from __future__ import annotations

from pathlib import Path

import fake
import numpy as np
import pytest

import ravop as R
from ravop._html import graph_html
from ravop._pace import Pace
from ravop._plan import Member, Plan
from ravop._progress import span

PLAN, PLANNED, PLAN_SUBJECT = 36, 37, 8
RUN, MODEL = 1, 2


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine."""
    for name in ("RAVEN_URL", "RAVENVERSE_URL", "RAVEN_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_of_a_local_graph(graph: R.Graph) -> None:
    a = R.t(np.ones((100, 10)))
    b = a + 1
    c = R.sum(b)
    plan = graph.plan()
    assert (plan.approach, plan.ops, plan.seconds) == ("local", 2, None)
    assert plan.memory_bytes == 8 * (1000 + 1000 + 1 + 1)
    assert repr(plan) == "Plan(ops=2, computed here)"
    assert "15.6 KiB of values" in str(plan) and not plan.believed
    assert c() == 2000
    assert graph.plan().ops == 0 and b.shape == (100, 10)


def planned(basis: int = RUN, **more: object) -> list[object]:
    """A PLANNED of graph 7."""
    said: dict[str, object] = {
        "g": 7, "basis": basis, "ops": 2, "groups": 1, "team": 2,
        "members": [["native", 2, 0.75], ["browser", 4, 0.25]],
        "sent": 2048, "returned": 8, "fetched": 8, "us": 1.8e6,
        "spread": 0.1, "believed": True,
        "classes": [["elementwise", 2, 1500.0], ["matmul", 0, 0.0]]}
    said.update(more)
    return [PLANNED, *said.values()]


def test_nothing_is_sent_or_changed() -> None:
    seen = []

    def serve(peer: fake.Peer) -> None:
        peer.open(7)
        seen.append(peer.hear(PLAN))
        peer.say(*planned())
        seen.append(peer.hear(PLAN))
        peer.say(*planned(believed=False))
        seen.append(peer.hear(fake.BATCH))
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        peer.value(7, 3, 42)
        peer.hear(fake.END)
        peer.say(fake.ENDED, 7, 3, 3, 0, 0, [])

    with fake.Server(serve) as server:
        graph = R.Graph(name="p", url=server.url)
        a = R.t(1) + 1
        before = graph._total, graph._pending
        plan = graph.plan(a)
        assert (graph._total, graph._pending) == before
        assert graph._connection is not None
        assert graph._connection.client.stats["batches"] == 0
        assert (plan.ops, plan.groups, plan.participants) == (2, 1, 2)
        assert plan.team == (Member("native", 2, 0.75),
                             Member("browser", 4, 0.25))
        assert plan.seconds == pytest.approx(1.8, rel=0.05)
        assert plan.error == pytest.approx(0.18, rel=0.05)
        assert plan.time == "1.8 s +- 180 ms"
        assert plan.classes == {"elementwise": 0.0015}
        assert repr(plan) == ("Plan(ops=2, groups=1, participants=2, "
                              "1.8 s +- 180 ms)")
        assert "1 native (75 % of the work)" in str(plan)
        assert "<table>" in plan._repr_html_()
        plan = graph.plan()
        assert plan.time == "estimating (about 1.8 s +- 180 ms)"
        assert a() == 42
        graph.end()
    # What is planned is what is sent then; without names, sinks are wanted.
    assert seen[0][1] == seen[1][1] == 7
    assert seen[0][2] == seen[2][3]
    assert (seen[0][3], seen[0][4]) == ([a.id], False)
    assert (seen[1][3], seen[1][4]) == ([], True)


def test_nobody_and_too_many() -> None:
    def serve(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(PLAN)
        peer.say(*planned(basis=0, groups=0, team=0, members=[], us=0.0))
        peer.hear(PLAN)
        peer.say(*planned(basis=MODEL, groups=0, team=0, members=[],
                          believed=False))
        peer.hear(PLAN)
        peer.say(*planned(ops=0, groups=0, team=0, members=[]))

    with fake.Server(serve) as server:
        graph = R.Graph(name="p", url=server.url)
        op = R.t(1) + 1
        plan = graph.plan()
        assert plan.seconds is None and plan.error is None
        assert plan.time == "no prediction"
        assert repr(plan) == "Plan(ops=2, no participant can compute them)"
        assert "no participant can compute them now" in str(plan)
        plan = graph.plan(op)
        assert plan.estimated and not plan.believed
        assert "too many ops to plan one by one" in str(plan)
        assert repr(plan).startswith("Plan(ops=2, estimating (about")
        assert repr(graph.plan()) == "Plan(ops=0, nothing to compute)"
        # The gateway would take no such message, however often it is sent.
        with pytest.raises(R.GraphError, match="65,537 values are named"):
            graph.plan(*[op] * 65537)


def test_refused() -> None:
    def serve(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(PLAN)
        peer.say(fake.REFUSE, PLAN_SUBJECT, 7, 0, 0, 24, "Too many.", 0, 0)
        peer.hear(fake.BATCH)
        peer.say(fake.ACK, 7, 1, 0, 0, b"")
        peer.value(7, 3, 5)

    with fake.Server(serve) as server:
        graph = R.Graph(name="p", url=server.url)
        op = R.t(1) + 1
        with pytest.raises(R.GraphError, match="cannot be planned: Too many"):
            graph.plan()
        assert op() == 5        # the graph goes on


def test_asked_again_in_a_new_connection() -> None:
    def lose(peer: fake.Peer) -> None:
        peer.open(7)
        peer.hear(PLAN)

    def serve(peer: fake.Peer) -> None:
        peer.welcome(7)
        peer.hear(PLAN)
        peer.say(*planned())

    with fake.Server(lose, serve) as server:
        graph = R.Graph(name="p", url=server.url)
        op = R.t(1) + 1
        assert graph.plan(op).ops == 2


def test_html_of_a_graph_that_computes(graph: R.Graph) -> None:
    graph.counts.computing = 1
    assert "estimating" in graph_html(graph)
    graph.counts.believed = True
    graph.counts.predicted_ms, graph.counts.left_ms = 12000, 1500
    assert "predicted 12 s, 1.5 s left" in graph_html(graph)
    graph._took_s = 1.84
    assert "1.8 s for the last values" in graph_html(graph)


def test_spans() -> None:
    assert [span(s) for s in (0.0000123, 0.00999, 0.25, 1.84, 14.6, 150)] == [
        "12 us", "10 ms", "250 ms", "1.8 s", "15 s", "2 min 30 s"]


def test_pace_follows_what_is_seen() -> None:
    pace = Pace()
    pace.round_trip(1e-3)
    rng = np.random.default_rng(1)
    for _ in range(200):
        up, down = (int(n) for n in rng.integers(0, 10**7, 2))
        parts = pace.parts(up, down)
        pace.learn(parts, 0.1 + 2e-3 + 1e-8 * up + 2e-9 * down, 0.1)
    for up, down in ((10**7, 0), (0, 10**7)):
        expected = 2e-3 + 1e-8 * up + 2e-9 * down
        assert pace.seconds(pace.parts(up, down)) == pytest.approx(
            expected, rel=0.15)
    before = pace.seconds(pace.parts(10**6, 0))
    pace.learn(pace.parts(10**6, 0), 60.0, 0.1)     # a stall
    assert pace.seconds(pace.parts(10**6, 0)) < 3 * before


def test_plan_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Plan("local", 1).ops = 2    # type: ignore[misc]
