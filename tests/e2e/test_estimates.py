"""What the scheduler learns of a participant outlives its session."""

from __future__ import annotations

from harness import Server, until

PROGRAM = """
import numpy as np
import ravop as R

x = R.t(np.random.default_rng(0).random((512, 512)))
for i in range(4):
    R.sum((x * (i + 1.5)) @ x)()
"""


def results(server: Server) -> int:
    """How many results the speed of products follows."""
    rows = server.ravenctl("participants")["estimates"]
    return sum(row["results"] for row in rows if (row["class"], row["dtype"]) == ("matmul", "float64"))


def test_returns_with_its_speed() -> None:
    server = Server(workers=1)
    try:
        server.wait_participants(1)
        server.run(PROGRAM)
        until("results are learnt from", lambda: results(server) >= 4)
        server.kill("workerd")
        server.wait_participants(1)
        assert results(server) >= 4
        server.run(PROGRAM)
        until("they are added to", lambda: results(server) >= 8)
        row = server.ravenctl("participants")["participants"][0]
        assert row["group_us"] > 0 and 0 < row["error"] < 2 and row["down"] > 0
    finally:
        server.close()
