"""The table of ratios: what is compared with what, and what is good enough."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .samples import Samples

HEAD = ("workload", "Raven", "compared with", "ratio", "target", "met")


@dataclass(frozen=True)
class Goal:
    """What a figure must reach.

    kind : {'times', 'cost', 'value'}
        `times`: so many times better than the other, at least; `cost`: so
        many times the other's figure, at most; `value`: so much, at most.
    """

    kind: str
    bound: float

    def text(self, unit: str) -> str:
        """For people."""
        if self.kind == "times":
            return f">= {self.bound:g}x"
        if self.kind == "cost":
            return f"<= {self.bound:g}x"
        return f"<= {figure(self.bound, unit)}"

    def met(self, value: float | None, ratio: float | None) -> bool | None:
        """Whether it is reached; None when it was not measured."""
        if self.kind == "value":
            return None if value is None else value <= self.bound
        if ratio is None:
            return None
        return ratio >= self.bound if self.kind == "times" \
            else ratio <= self.bound


def times(bound: float) -> Goal:
    """At least so many times better."""
    return Goal("times", bound)


def cost(bound: float) -> Goal:
    """At most so many times the other's."""
    return Goal("cost", bound)


def most(bound: float) -> Goal:
    """At most so much."""
    return Goal("value", bound)


@dataclass(frozen=True)
class Line:
    """A row of the table: a sample of ours, and of others'."""

    title: str
    ours: str
    theirs: str = ""
    whose: str = "Dask"
    goal: Goal | None = None
    more: bool = False      # a larger figure is better
    costs: bool = False     # the ratio says how many times dearer, not better


def figure(value: float, unit: str) -> str:
    """A number for people, with its unit."""
    if unit == "s" and value < 1:
        if value < 1e-3:
            return f"{value * 1e6:.3g} us"
        return f"{value * 1e3:.3g} ms"
    digits = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".rstrip()


def _ratio(line: Line, samples: Samples) -> float | None:
    if not line.theirs:
        return None
    up, down = line.ours, line.theirs
    dearer = line.costs or (line.goal is not None
                            and line.goal.kind == "cost")
    if not dearer and not line.more:
        up, down = down, up
    return samples.ratio(up, down)


def cells(line: Line, samples: Samples) -> tuple[str, ...] | None:
    """A row's texts; None when ours was not measured."""
    value = samples.median(line.ours)
    if value is None:
        return None
    unit = samples.unit(line.ours)
    other = samples.median(line.theirs) if line.theirs else None
    ratio = _ratio(line, samples)
    met = line.goal.met(value, ratio) if line.goal else None
    return (
        line.title,
        figure(value, unit),
        "" if other is None
        else f"{line.whose} {figure(other, samples.unit(line.theirs))}",
        "" if ratio is None else f"{_short(ratio)}x",
        line.goal.text(unit) if line.goal else "",
        {True: "yes", False: "**no**", None: ""}[met],
    )


def _short(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def render(lines: Sequence[Line], samples: Samples) -> str:
    """The table as Markdown, its columns aligned."""
    rows = [row for line in lines if (row := cells(line, samples))]
    grid = [HEAD, *rows]
    widths = [max(len(row[i]) for row in grid) for i in range(len(HEAD))]
    text = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |"
            for row in grid]
    text.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(text) + "\n"


def missed(lines: Sequence[Line], samples: Samples) -> list[str]:
    """Titles of the rows whose target is not reached."""
    return [row[0] for line in lines
            if (row := cells(line, samples)) and row[5] == "**no**"]
