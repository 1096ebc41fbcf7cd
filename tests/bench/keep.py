"""Where the figures of a run are kept, and on what machine it was."""
from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from .samples import Samples

ROOT = Path(__file__).resolve().parents[2]
RUNS = ROOT / "bench/runs"
BEGIN = "<!-- figures: scripts/bench --write -->\n"
END = "<!-- end of figures -->\n"


def _said(*command: str) -> str:
    """First line a command prints; an empty text if there is none."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, check=False, cwd=ROOT)
    except OSError:
        return ""
    return done.stdout.strip().split("\n")[0]


def processor() -> str:
    """The machine in a few words."""
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.*)", text, re.M)
    name = model[1] if model else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{os.cpu_count()} x {name}, {memory / 2**30:.0f} GiB"


def versions() -> dict[str, str]:
    """What took part, by name."""
    import numpy

    wanted = ["python3-distributed", "libwebsockets-dev", "redis-server",
              "chromium", "gcc"]
    found = {name: _said("dpkg-query", "-W", "-f", "${Version}", name)
             for name in wanted}
    return {
        "raven": _said("git", "describe", "--always", "--dirty"),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "kernel": platform.release(),
        **{name: version for name, version in found.items() if version},
    }


def keep(samples: Samples, table: str, seconds: float, load: float) -> Path:
    """Writes a folder for the run: command, versions, machine, raw, summary."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    folder = RUNS / f"{today}-{platform.node() or 'host'}"
    folder.mkdir(parents=True, exist_ok=True)
    samples.write(folder / "raw.csv")
    (folder / "command").write_text(
        " ".join(["./scripts/bench", *sys.argv[1:]]) + "\n")
    (folder / "machine").write_text(
        f"{processor()}\nload before {load:.2f}\n"
        f"the run took {seconds:.0f} s\n")
    (folder / "versions").write_text(
        "".join(f"{k} {v}\n" for k, v in versions().items()))
    (folder / "summary.md").write_text(table)
    return folder


def spliced(text: str, figures: str) -> str:
    """A text with what stands between the two marks replaced."""
    head, mark, rest = text.partition(BEGIN)
    if not mark or END not in rest:
        raise ValueError(f"no place for the figures: {BEGIN.strip()} and "
                         f"{END.strip()} must stand in the text")
    return head + BEGIN + figures + END + rest.partition(END)[2]


def write(readme: Path, table: str) -> None:
    """Puts the table into a Markdown file, with date and machine."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    figures = f"\n{today}, {processor()}:\n\n{table}\n"
    readme.write_text(spliced(readme.read_text(), figures))
