"""Events: what a graph's connection tells it."""
from __future__ import annotations

from typing import Any

from . import _core, _state
from ._errors import (CancelledError, GraphError, QuotaError, RavenError,
                      sentence)
from ._progress import Counts
from ._view import View


class Events(View):
    """The handlers of a graph."""

    def on_forked(self) -> None:
        """The parent of this process has it, and goes on with it."""
        self._broken = GraphError(
            f"{self!r} is the parent process's, not that of its fork; open "
            "another with R.Graph()."
        )
        self._seal(True)

    def on_opened(self, event: dict[str, Any]) -> None:
        """The server gave the graph its number."""
        self._id = event["g"]

    def on_acked(self, event: dict[str, Any]) -> None:
        """Batches are recorded; the client forgot them already."""

    def on_failed(self, event: dict[str, Any]) -> None:
        """An op has no value."""
        if event["by"]:
            self._by[event["cause"] or event["op"]] = event["by"]
        self._failures[event["op"]] = (
            event["code"], event["cause"] or event["op"], event["text"] or ""
        )

    def on_progress(self, event: dict[str, Any]) -> None:
        """Counts of the ops."""
        counts = self.counts
        for field in ("pending", "computing", "computed", "failed",
                      "participants", "left_ms", "predicted_ms",
                      "believed"):
            setattr(counts, field, event[field])
        _state.report(counts.computed + counts.failed, counts.total)

    def on_planned(self, event: dict[str, Any]) -> None:
        """What recorded ops would take."""
        if self._connection is not None:
            self._connection.answered(event["text"])

    def on_ended(self, event: dict[str, Any]) -> None:
        """All is settled."""
        self._ended = event
        self.counts = Counts(computed=event["computed"],
                             failed=event["failed"])

    def on_refused(self, event: dict[str, Any]) -> None:
        """The server refused the graph or a batch: it cannot go on."""
        name, todo = _core.errors().get(event["code"], ("unknown", ""))
        text = f"{self!r} was refused: {sentence(event['text'] or name, todo)}"
        if name == "graph_ended":
            self._broken = CancelledError(event["text"] or name)
        elif name.startswith("quota") or name in ("too_big", "storage_full"):
            self._broken = QuotaError(text)
        elif event["what"] == "batch":
            self._broken = GraphError(text)
        else:
            self._broken = RavenError(text)
        self._seal(True)
