"""The benchmark's table: ratios, targets, raw figures, and its place."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.keep import BEGIN, END, spliced  # noqa: E402
from bench.samples import Samples, read  # noqa: E402
from bench.table import (  # noqa: E402
    Line, cells, cost, figure, missed, most, render, times,
)


def measured(**figures: list[float]) -> Samples:
    """Samples by name, `a_raven` for a/raven, all in seconds."""
    samples = Samples()
    for name, values in figures.items():
        for value in values:
            samples.add(name.replace("_", "/"), value, "s")
    return samples


def test_ratio_is_that_of_rounds_side_by_side() -> None:
    """The machine slows down by ten, the ratio stays."""
    samples = measured(a_raven=[1, 10, 1], a_dask=[4, 40, 5])
    assert samples.ratio("a/dask", "a/raven") == 4
    assert samples.median("a/raven") == 1


def test_ratio_of_unequal_rounds_is_that_of_medians() -> None:
    """What was not measured side by side cannot be paired."""
    samples = measured(a_raven=[1, 2, 3], a_dask=[8])
    assert samples.ratio("a/dask", "a/raven") == 4
    assert samples.ratio("a/dask", "b/raven") is None


@pytest.mark.parametrize(("line", "ratio", "target", "met"), [
    (Line("w", "a/raven", "a/dask", goal=times(4)), "4x", ">= 4x", "yes"),
    (Line("w", "a/raven", "a/dask", goal=times(5)), "4x", ">= 5x", "**no**"),
    (Line("w", "a/dask", "a/raven", goal=cost(4)), "4x", "<= 4x", "yes"),
    (Line("w", "a/dask", "a/raven", goal=cost(3)), "4x", "<= 3x", "**no**"),
    (Line("w", "a/dask", "a/raven", goal=times(3), more=True), "4x",
     ">= 3x", "yes"),
    (Line("w", "a/raven", goal=most(2e-6)), "", "<= 2 us", "yes"),
    (Line("w", "a/raven", goal=most(1e-7)), "", "<= 0.1 us", "**no**"),
    (Line("w", "a/raven", "a/dask"), "4x", "", ""),
    (Line("w", "a/raven", "b/dask", goal=times(4)), "", ">= 4x", ""),
])
def test_target_says_whether_it_is_met(
        line: Line, ratio: str, target: str, met: str) -> None:
    """Better, cheaper, at most; and nothing where nothing was measured."""
    row = cells(line, measured(a_raven=[1e-6], a_dask=[4e-6]))
    assert row is not None
    assert row[3:] == (ratio, target, met)


def test_row_without_figure_of_ours_is_left_out() -> None:
    """A family that was not run has no rows, and misses nothing."""
    lines = [Line("b", "b/raven", goal=most(1)),
             Line("a", "a/raven", goal=most(1))]
    samples = measured(a_raven=[2])
    assert render(lines, samples).count("\n") == 3
    assert missed(lines, samples) == ["a"]


@pytest.mark.parametrize(("value", "unit", "text"), [
    (2.5e-6, "s", "2.5 us"), (0.0123, "s", "12.3 ms"), (3.14159, "s", "3.14 s"),
    (123456.7, "ops/s", "123,457 ops/s"), (0, "MB", "0 MB"), (5.5, "", "5.5"),
])
def test_figure_has_three_digits(value: float, unit: str, text: str) -> None:
    """For people."""
    assert figure(value, unit) == text


def test_raw_figures_can_be_read_again(tmp_path: Path) -> None:
    """What is kept gives the same table."""
    samples = measured(a_raven=[1, 2], a_dask=[3, 4])
    samples.write(tmp_path / "raw.csv")
    lines = (tmp_path / "raw.csv").read_text().splitlines()
    assert read(lines).rows == samples.rows


def test_table_is_put_between_the_marks() -> None:
    """And only there; without marks there is no place for it."""
    text = f"before\n{BEGIN}old\n{END}after\n"
    assert spliced(text, "new\n") == f"before\n{BEGIN}new\n{END}after\n"
    with pytest.raises(ValueError, match="no place"):
        spliced("nothing", "new\n")
