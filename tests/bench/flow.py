"""`python -m tests.bench.flow`: a log that never rests, followed through a terminal.

A Loki that talks (`flood_loki.py`) beside a lab for all the rest; lnav and toolong tail
the same lines from a file in the same run. All are looked at from outside: by their own
CPU time, and by the stamps in the lines on the screen.

`TOOLONG=/path/to/tl` names toolong where it is not on the PATH.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.run import SIZE, Measure, Program, ptybenched, say, shown, table
from tui.cli.demo import running_lab
from tui.clock import SystemClock

SAMPLE_SECONDS = 6
PRESSES = 40
BURST = 110_000
"""More than a log keeps: only then its frame tells of how many."""
_KEPT = re.compile(r"kept [\d,]+ of ([\d,]+)")
MEASURES = (
    Measure("CPU at 10,000 entries/s", "% of a core", 10),
    Measure("key to screen at 10,000/s, p99", "ms", 20),
    Measure("push to screen at 10,000/s, p99", "ms", 1000),
    Measure("CPU at 50,000 entries/s", "% of a core"),
    Measure("key to screen at 50,000/s, p99", "ms", 30),
    Measure("push to screen at 50,000/s, p99", "ms", 1000),
    Measure("not counted 12 s after 10,000/s", "entries", 0),
    Measure("not counted 12 s after 50,000/s", "entries", 0),
    Measure("not counted 12 s after 110,000 in 1 s", "entries", 0),
    Measure("memory (RSS) with all that", "MB"),
)


@dataclass(frozen=True, slots=True)
class Flow:
    """The server that talks, and what it is asked."""

    url: str
    file: Path

    def order(self, path: str) -> str:
        """A step of ptybench: tell the server something."""
        program = f"import urllib.request as u; u.urlopen('{self.url}/{path}')"
        return f'sh:{sys.executable} -c "{program}"'

    def pushed(self) -> int:
        """How many entries there are."""
        with urllib.request.urlopen(f"{self.url}/pushed", timeout=10) as answer:
            return int(answer.read())


@contextmanager
def flowing(folder: Path) -> Iterator[Flow]:
    """A server in a process of its own, and its file."""
    file = folder / "lines.log"
    command = [sys.executable, "-m", "tests.bench.flood_loki", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield Flow(server.stdout.readline().strip(), file)
        finally:
            server.terminate()


def watched(
    program: Program, flow: Flow, path: str, *, is_read: bool = True
) -> tuple[Mapping[str, Any], int]:
    """One run, and how many entries the program had to take.

    path     what the server is told once the program is there
    is_read  whether keys and CPU are measured while it flows
    """
    steps = ["settle:300", *(f"press:{key}" for key in program.text.split())]
    steps += ["sleep:2", flow.order(path), "sleep:3"]
    if is_read:
        steps += [f"sample:{SAMPLE_SECONDS}", f"latency:{program.keys}"]
    before = flow.pushed()
    opened = Program(program.name, program.command, program.data, "", "", "")
    done = ptybenched(
        opened,
        *("--lag-regex", r"t=([0-9.]+)", "--on", program.on),
        *("--presses", str(PRESSES)),
        *(part for step in steps for part in ("--step", step)),
        *("--step", flow.order("flow?rate=0"), "--step", "sleep:12"),
        *("--step", "dump:-"),
    )
    return done["runs"][0], flow.pushed() - before


def missing(run: Mapping[str, Any], pushed: int) -> float | None:
    """Entries that the log does not count; less than none are doubles."""
    said = _KEPT.search(json.dumps(run.get("dump", ""), ensure_ascii=False))
    return None if said is None else pushed - int(said[1].replace(",", ""))


def column(name: str) -> list[float | None]:
    """The figures of one program, in the order of MEASURES; each run has its server."""
    found: list[float | None] = []
    gone: list[float | None] = []
    memory = None
    for rate in (10_000, 50_000):
        with stage(name) as (program, flow):
            run, pushed = watched(program, flow, f"flow?rate={rate}")
        sample = run.get("sample", [{}])[0]
        keys = run.get("latency", [{}])[0].get("first_ms", {})
        lag = sample.get("lag_ms", {})
        found += [sample.get("cpu_percent"), keys.get("p99"), lag.get("p99")]
        gone.append(missing(run, pushed))
        memory = sample.get("rss_mb", {}).get("max")
    if name == "taloscope":
        with stage(name) as (program, flow):
            burst = f"burst?count={BURST}"
            gone.append(missing(*watched(program, flow, burst, is_read=False)))
    else:
        gone.append(None)
    return [*found, *gone, memory]


@contextmanager
def stage(name: str) -> Iterator[tuple[Program, Flow]]:
    """A program, and all that it looks at."""
    with (
        tempfile.TemporaryDirectory() as folder,
        flowing(Path(folder)) as flow,
        running_lab(("--at", "1m"), SystemClock()) as variables,
    ):
        known = Path(variables["TALOSCOPE_CONFIG"])
        config = known.with_name("flow.toml")
        config.write_text(known.read_text().replace(variables["LOKI_URL"], flow.url))
        config.chmod(0o600)
        flow.file.write_text("L0 line\n")
        yield programs(str(config), flow.file)[name], flow


def programs(config: str, file: Path) -> dict[str, Program]:
    """Ours, and those that are there; `text` are the keys to begin with."""
    ours = (sys.executable, "-m", "tui", "--config", config)
    title = "regex:(follow|paused)"
    found = [Program("taloscope", ours, "L", "talos-cp-1|TargetDown", "f", title)]
    rows = "rows:2--3"
    if lnav := shutil.which("lnav"):
        found.append(Program("lnav", (lnav, str(file)), "G", "L0", "up", rows))
    if toolong := os.environ.get("TOOLONG") or shutil.which("tl"):
        command = (toolong, str(file))
        found.append(Program("toolong", command, "end", "line", "up", rows))
    return {each.name: each for each in found}


def main() -> int:
    """Measure all and print the table."""
    there = programs("", Path())
    if "toolong" not in there:
        say("toolong is not installed: pip install toolong, or set TOOLONG")
    columns: dict[str, list[float | None]] = {}
    for name in there:
        say(f"measuring {name} ...")
        columns[name] = column(name)
        say(f"{name}: {', '.join(map(shown, columns[name]))}")
    figures = [list(cells) for cells in zip(*columns.values(), strict=True)]
    sys.stdout.write(f"{SIZE}, {os.cpu_count()} cores\n\n")
    sys.stdout.write(table(MEASURES, tuple(columns), figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
