"""What was measured: every figure of every round, kept as it came."""
from __future__ import annotations

import csv
import statistics
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Sample(NamedTuple):
    """One figure of one round."""

    name: str       # workload/side, as adds/raven
    round: int
    value: float
    unit: str


@dataclass
class Samples:
    """All figures of a run, in the order they were measured."""

    rows: list[Sample] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str) -> None:
        """Keeps a figure and shows it."""
        number = sum(row.name == name for row in self.rows)
        self.rows.append(Sample(name, number, value, unit))
        print(f"  {name:32} {value:14,.4g} {unit}", file=sys.stderr,
              flush=True)

    def of(self, name: str) -> list[float]:
        """A workload's figures by round."""
        return [row.value for row in self.rows if row.name == name]

    def unit(self, name: str) -> str:
        """The unit of a workload's figures."""
        return next((r.unit for r in self.rows if r.name == name), "")

    def median(self, name: str) -> float | None:
        """The middle of a workload's figures; None if there is none."""
        values = self.of(name)
        return statistics.median(values) if values else None

    def ratio(self, above: str, below: str) -> float | None:
        """How many times one figure is another's.

        Rounds measured side by side are compared with one another, and the
        middle of these ratios taken: the machine's pace changes meanwhile.
        """
        ups, downs = self.of(above), self.of(below)
        if not ups or not downs:
            return None
        if len(ups) != len(downs):
            ups, downs = [statistics.median(ups)], [statistics.median(downs)]
        if not all(downs):
            return None
        return statistics.median(u / d for u, d in zip(ups, downs))

    def write(self, path: Path) -> None:
        """Writes all rows as CSV."""
        with open(path, "w", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(Sample._fields)
            writer.writerows((r.name, r.round, f"{r.value:.9g}", r.unit)
                             for r in self.rows)


def read(lines: Iterable[str]) -> Samples:
    """Samples from the CSV that `Samples.write` made."""
    return Samples([Sample(r["name"], int(r["round"]), float(r["value"]),
                           r["unit"]) for r in csv.DictReader(lines)])
