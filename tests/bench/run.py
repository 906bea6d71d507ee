"""`make bench`: what a person at the terminal notices, as a Markdown table.

Everything is measured through a pseudo-terminal by `ptybench.py`, which knows nothing
of us: our dashboard on a running lab and, in the same run, its neighbours.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.cli.demo import running_lab
from tui.clock import SystemClock

HERE = Path(__file__).parent
STARTS = 10
PRESSES = 200
IDLE_SECONDS = 20
SIZE = "200x60"


@dataclass(frozen=True, slots=True)
class Program:
    """One program and how to look at it."""

    name: str
    command: tuple[str, ...]
    text: str
    """On screen when there is something to see."""
    data: str
    """On screen when what it is for is there."""
    keys: str
    on: str
    """What only these keys change, in ptybench's words."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table."""

    name: str
    unit: str
    budget: float | None = None
    worst: float | None = None
    """Above the budget but not above this is tolerable."""

    def verdict(self, ours: float | None) -> str:
        """Whether our figure keeps the budget."""
        if self.budget is None:
            return ""
        if ours is None:
            return "not measured"
        if ours <= self.budget:
            return "ok"
        return "tolerable" if ours <= (self.worst or 0) else "over"


MEASURES = (
    Measure("start to first text, p50", "ms"),
    Measure("start to first text, p90", "ms", 250),
    Measure("start to data, p50", "ms"),
    Measure("start to data, p90", "ms", 1000),
    Measure("key to screen, p50", "ms"),
    Measure("key to screen, p90", "ms"),
    Measure("key to screen, p99", "ms", 20, 30),
    Measure("CPU, hands off", "% of a core", 2),
    Measure("memory (RSS)", "MB", 90),
)


def programs(config: str, log: Path) -> Iterator[Program]:
    """Ours first; neighbours only where they are installed."""
    yield Program(
        "taloscope",
        (sys.executable, "-m", "tui", "--config", config),
        "taloscope",
        "talos-cp-1|TargetDown",
        "j,k",
        r"regex:▌\S* ?\S+ +(\S+)",
    )
    bare = (sys.executable, str(HERE / "bare.py"))
    yield Program("bare Textual", bare, "READY", "READY", "j,k", "any")
    if lnav := shutil.which("lnav"):
        yield Program("lnav", (lnav, str(log)), "L0", "line 1999", "k,j", "any")
    if htop := shutil.which("htop"):
        rows = "rows:8--2"
        yield Program("htop", (htop,), "PID", "htop", "down,up", rows)


def measured(program: Program) -> list[float | None]:
    """The figures of one program's column, in the order of MEASURES."""
    starts = ptybenched(
        program, "--runs", str(STARTS), "--warmup", "1", "--ready", program.data
    )
    use = ptybenched(
        program,
        *("--ready", program.data, "--settle", "300", "--on", program.on),
        *("--latency", program.keys, "--presses", str(PRESSES)),
        *("--sample", str(IDLE_SECONDS)),
    )
    first = sorted(run["ready_ms"][0] for run in starts["runs"] if run["ready_ms"])
    data = sorted(run["ready_ms"][-1] for run in starts["runs"] if run["ready_ms"])
    run = use["runs"][0]
    keys = run["latency"][0]["first_ms"] if "latency" in run else {}
    idle = run["sample"][0] if "sample" in run else {}
    return [
        quantile(first, 0.5),
        quantile(first, 0.9),
        quantile(data, 0.5),
        quantile(data, 0.9),
        keys.get("p50"),
        keys.get("p90"),
        keys.get("p99"),
        idle.get("cpu_percent"),
        idle.get("rss_mb", {}).get("max"),
    ]


def ptybenched(program: Program, *options: str) -> Mapping[str, Any]:
    """Run ptybench on a program; what it reports.

    What ours remembers of alerts is its own for each call, and not the operator's.
    """
    with tempfile.TemporaryDirectory() as state:
        done = subprocess.run(
            [
                *(sys.executable, str(HERE / "ptybench.py"), "--size", SIZE),
                *("--quit", "q", "--env", f"XDG_STATE_HOME={state}"),
                *("--env", "PYTHONDONTWRITEBYTECODE", "--env", "LC_ALL=C.UTF-8"),
                *("--ready", program.text, *options, "--", *program.command),
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    report: Mapping[str, Any] = json.loads(done.stdout)
    for failure in report.get("failures", ()):
        say(f"{program.name}: {failure}")
    return report


def quantile(ordered: list[float], share: float) -> float | None:
    """The value below which that share lies; None when there is nothing."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def shown(value: float | None) -> str:
    """A figure of a table."""
    return "-" if value is None else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def table(
    measures: Sequence[Measure],
    columns: Sequence[str],
    figures: Sequence[list[float | None]],
) -> str:
    """A Markdown table: a row a measure, a column a program; ours is the first."""
    rows = [
        ["", "budget", "verdict", *columns],
        ["---"] * (len(columns) + 3),
        *(_row(each, cells) for each, cells in zip(measures, figures, strict=True)),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(measure: Measure, figures: list[float | None]) -> list[str]:
    """One row of the table; our figure is the first."""
    budget = "" if measure.budget is None else f"{measure.budget:g}"
    if measure.worst is not None:
        budget += f" ({measure.worst:g} at worst)"
    title = f"{measure.name}, {measure.unit}"
    return [title, budget, measure.verdict(figures[0]), *map(shown, figures)]


def say(line: str) -> None:
    """A word on the way; the table alone is on standard output."""
    sys.stderr.write(f"{line}\n")


def main() -> int:
    """Measure all and print the table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(("--at", "1m"), SystemClock()) as variables,
    ):
        log = Path(folder) / "lines.log"
        log.write_text("".join(f"L0 line {number}\n" for number in range(2_000)))
        columns = {}
        for program in programs(variables["TALOSCOPE_CONFIG"], log):
            say(f"measuring {program.name} ...")
            columns[program.name] = measured(program)
    figures = [list(cells) for cells in zip(*columns.values(), strict=True)]
    sys.stdout.write(f"{SIZE}, {os.cpu_count()} cores, {STARTS} starts\n\n")
    sys.stdout.write(table(MEASURES, tuple(columns), figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
