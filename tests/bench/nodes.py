"""`python -m tests.bench.nodes`: a hundred nodes, and a kernel log that never rests."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from tests.bench.run import IDLE_SECONDS, Measure, Program, ptybenched, say, table
from tui.cli.demo import running_lab
from tui.clock import SystemClock

NODES = 100
RATE = 2000
COMPLETE = rf"(?:9\d|{NODES})/{NODES} well"
DMESG_SECONDS = 10
TALKERS = ("talos-wk-1", "talos-wk-2", "talos-wk-3")
"""All of one apid: their logs come over one connection."""
FLEET = (
    Measure(f"all {NODES} nodes in the table, first try", "ms", 2000),
    Measure(f"CPU with {NODES} nodes, hands off", "% of a core", 5),
    Measure(f"memory (RSS) with {NODES} nodes", "MB", 120),
)
DMESG = (
    Measure(f"CPU with {RATE} dmesg lines/s of 3 nodes followed", "% of a core", 10),
    Measure(f"key to screen with {RATE} dmesg lines/s of 3 nodes, p99", "ms", 20, 30),
)


def ours(config: str) -> Program:
    """The dashboard on a lab."""
    command = (sys.executable, "-m", "tui", "--config", config)
    return Program("taloscope", command, "taloscope", "taloscope", "", "any")


def fleet() -> list[float | None]:
    """Open the table of a hundred nodes, then let it be."""
    with running_lab(("--nodes", str(NODES)), SystemClock()) as variables:
        report = ptybenched(
            ours(variables["TALOSCOPE_CONFIG"]),
            *("--step", "press:N", "--step", f"wait:{COMPLETE}"),
            *("--step", "sleep:10", "--step", f"sample:{IDLE_SECONDS}"),
        )
    run = report["runs"][0]
    steps = [step for step in run["steps"] if step["step"] == "wait"]
    sample = sampled(run)
    waited: float | None = steps[0]["ms"] if steps else None
    return [waited, sample.get("cpu_percent"), sample.get("rss_mb", {}).get("max")]


def dmesg() -> list[float | None]:
    """Follow three nodes that print thousands of lines a second; hold and let go."""
    faults = [
        word
        for name in TALKERS
        for word in ("--fault", f"numbered-dmesg:{name}:{RATE // len(TALKERS)}")
    ]
    with running_lab(("--at", "1m", *faults), SystemClock()) as variables:
        report = ptybenched(
            ours(variables["TALOSCOPE_CONFIG"]),
            *("--step", "wait:talos-wk-1", "--step", "press:N"),
            *("--step", "wait:nodes of all clusters", "--step", "wait:talos-cp-1"),
            *("--step", "press:/", "--step", "wait:enter keep"),
            *("--step", "type:talos-wk", "--step", "gone:talos-cp-1"),
            *("--step", "press:enter", "--step", "gone:enter keep"),
            *("--step", "press:d"),
            *("--step", "wait:dmesg of 3 nodes", "--step", "wait:numbered line"),
            *("--step", "sleep:5", "--step", f"sample:{DMESG_SECONDS}"),
            *("--on", "regex:following|paused", "--presses", "80"),
            *("--step", "latency:f"),
        )
    run = report["runs"][0]
    keys: dict[str, Any] = (run.get("latency") or [{}])[0].get("first_ms", {})
    return [sampled(run).get("cpu_percent"), keys.get("p99")]


def sampled(run: Mapping[str, Any]) -> dict[str, Any]:
    """The first sample of a run, if it came so far."""
    found: dict[str, Any] = (run.get("sample") or [{}])[0]
    return found


def main() -> int:
    """Measure and print the table."""
    say(f"measuring {NODES} nodes ...")
    figures = fleet()
    say(f"measuring {RATE} dmesg lines a second ...")
    figures += dmesg()
    cells = [[each] for each in figures]
    sys.stdout.write(f"{os.cpu_count()} cores\n\n")
    sys.stdout.write(table(FLEET + DMESG, ("taloscope",), cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
