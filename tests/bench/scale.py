"""`python -m tests.bench.scale [--quick]`: a large estate, and ten times it.

The first column is 20,000 targets with 80 labels each before relabelling, 2,000 alerts
and 500 silences; beside it a tenth of that and, unless `--quick`, ten times the
targets: of alerts and silences the lab cannot serve as many, it holds each against
each. It is another process: its work is in no figure. Steps of the loop are of a run
of their own: to time each of them takes 0.2 to 0.3 % of a core.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.run import Measure, Program, ptybenched, say, table
from tui.cli.demo import running_lab
from tui.clock import SystemClock

IDLE_SECONDS = 30
LOADED_SECONDS = 15
LATER_SECONDS = 180
"""Many readings of all targets later: what is left behind by each shows in memory."""
WATCHED_SECONDS = 100
PRESSES = 100
STALL_MS = 10
COMPLETE = r"\d[\d,]*/\d[\d,]* up"
# A key is answered when the name under the cursor changes.
KEYS_CHANGE = r"regex:▌\S* ?\S+ +(\S+)"


@dataclass(frozen=True, slots=True)
class Size:
    """How large an estate."""

    targets: int
    alerts: int
    silences: int

    @property
    def title(self) -> str:
        """As a column says it."""
        return f"{self.targets:,} / {self.alerts:,} / {self.silences:,}"

    @property
    def options(self) -> tuple[str, ...]:
        """The lab's."""
        wanted = {
            "--targets": self.targets,
            "--alerts": self.alerts,
            "--silences": self.silences,
        }
        return tuple(text for name, n in wanted.items() for text in (name, str(n)))


SIZES = (Size(20_000, 2_000, 500), Size(2_000, 200, 50))
LARGEST = Size(200_000, 2_000, 500)
MEASURES = (
    Measure("start to all targets and alerts, first try", "ms"),
    Measure("CPU, hands off, refresh every 10 s", "% of a core", 5),
    Measure(f"the same, the first {IDLE_SECONDS} s of it", "% of a core"),
    Measure("key to screen, p50", "ms"),
    Measure("key to screen, p99", "ms", 20, 30),
    Measure("longest step of the loop, CPU", "ms", STALL_MS),
    Measure(f"steps of the loop over {STALL_MS} ms of CPU, a minute", "", 0),
    Measure("longest step of the loop, by the clock", "ms"),
    Measure("memory (RSS)", "MB"),
    Measure(f"memory (RSS), {LATER_SECONDS // 60} minutes later", "MB"),
)


def measured(size: Size) -> list[float | None]:
    """One column."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(("--at", "1m", *size.options), SystemClock()) as variables,
    ):
        config, steps = variables["TALOSCOPE_CONFIG"], Path(folder) / "steps.jsonl"
        run = _run(("-m", "tui"), config, IDLE_SECONDS, LATER_SECONDS)
        timed = ("-m", "tests.bench.stalls", str(steps))
        watched = _run(timed, config, WATCHED_SECONDS)
        lines = steps.read_text().splitlines() if steps.exists() else []
    keys = (run.get("latency") or [{}])[0].get("first_ms", {})
    sample, later = (*run.get("sample", ()), {}, {})[:2]
    ready, first = (each.get("ready_ms") or [None] for each in (run, watched))
    return [
        ready[-1] if len(ready) > 1 else None,
        _mean([sample, later]),
        sample.get("cpu_percent"),
        keys.get("p50"),
        keys.get("p99"),
        *_stalls([json.loads(line) for line in lines], first[0], watched),
        sample.get("rss_mb", {}).get("max"),
        later.get("rss_mb", {}).get("max"),
    ]


def _mean(samples: Sequence[Mapping[str, Any]]) -> float | None:
    """The CPU of all of them; None unless all were taken.

    20,000 targets are read each 33 s: a half minute has one such reading, or none.
    """
    if not all(samples):
        return None
    seconds = [each["seconds"] for each in samples]
    spent = [each["cpu_percent"] * each["seconds"] for each in samples]
    return float(sum(spent) / sum(seconds))


def _run(command: Sequence[str], config: str, *samples: int) -> Mapping[str, Any]:
    """The dashboard: keys at first, then hands off for so many seconds each."""
    program = Program(
        "taloscope",
        (sys.executable, *command, "--config", config),
        "taloscope",
        COMPLETE,
        "j,k",
        "any",
    )
    report = ptybenched(
        program,
        *("--timeout", "120", "--ready", program.data),
        *("--step", f"sleep:{LOADED_SECONDS}"),
        *("--on", KEYS_CHANGE, "--presses", str(PRESSES)),
        *("--step", f"latency:{program.keys}"),
        *(text for each in samples for text in ("--step", f"sample:{each}")),
    )
    run: Mapping[str, Any] = report["runs"][0]
    return run


def _stalls(
    steps: list[Mapping[str, Any]],
    first_text_ms: float | None,
    run: Mapping[str, Any],
) -> list[float | None]:
    """The longest by CPU, those over the limit a minute, the longest by the clock.

    Steps count from the first second of text on: what came before it was the start.
    They count until the program is told to quit: it waits for its threads then.
    """
    quit_ms = run.get("exit", {}).get("quit_ms")
    if not steps or first_text_ms is None or quit_ms is None:
        return [None, None, None]
    begin = first_text_ms / 1000 + 1
    end = steps[-1]["at_seconds"] - quit_ms / 1000
    counted = [step for step in steps if begin < step["at_seconds"] < end]
    over = sum(step["cpu_ms"] > STALL_MS for step in counted)
    return [
        max((step["cpu_ms"] for step in counted), default=0.0),
        over / ((end - begin) / 60),
        max((step["wall_ms"] for step in counted), default=0.0),
    ]


def main() -> int:
    """Measure and print the table."""
    sizes = SIZES if "--quick" in sys.argv[1:] else (*SIZES, LARGEST)
    columns = []
    for size in sizes:
        say(f"measuring {size.title} ...")
        columns.append(measured(size))
    figures = [list(cells) for cells in zip(*columns, strict=True)]
    sys.stdout.write(f"{os.cpu_count()} cores; targets / alerts / silences\n\n")
    sys.stdout.write(table(MEASURES, tuple(size.title for size in sizes), figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
