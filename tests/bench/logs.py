"""`python -m tests.bench.logs`: what a log costs that never rests, without its source.

In our own process, without a terminal: entries are handed to the log as a source does.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import tracemalloc

from textual.app import App, ComposeResult

from tests.bench.run import Measure, say, table
from tui.clock import SystemClock
from tui.model.log import Entry
from tui.present.glyphs import UNICODE
from tui.present.log_lines import EntryTeller, MergedTeller, times
from widgets.log_search import LogFilter
from widgets.log_view import LogView

SECONDS = 5
KEPT = 100_000
LABELS = {"node": "10.10.0.40", "job": "talos-kernel"}
MEASURES = (
    Measure("CPU of log and paint, 10,000 entries/s", "% of a core", 10),
    Measure("CPU of log and paint, 50,000 entries/s", "% of a core"),
    Measure("longest hold-up of the loop, 10,000 entries/s", "ms", 20),
    Measure("longest hold-up of the loop, 50,000 entries/s", "ms", 30),
    Measure("100,000 entries at once, taken in", "ms", 20),
    Measure("longest hold-up while 100,000 are searched", "ms", 20),
    Measure("longest hold-up while 100,000 are filtered by level", "ms", 20),
    Measure("until all 100,000 are filtered by level", "ms"),
    Measure("100,000 plain kernel lines, labels shared", "MB", 25),
    Measure("100,000 kernel lines as json_lines, labels shared", "MB", 25),
)


class LogApp(App[None]):
    """A log and nothing else."""

    def compose(self) -> ComposeResult:
        teller = EntryTeller(UNICODE, {})
        yield LogView(capacity=KEPT, teller=teller, times=times(SystemClock().now))


def entries(start: int, count: int) -> list[Entry]:
    """Numbered kernel lines."""
    return [
        Entry(n * 1000, LABELS, f"lab: numbered line {n:09} of a kernel that talks")
        for n in range(start, start + count)
    ]


class Stopwatch:
    """Looks how late the loop is, again and again."""

    def __init__(self) -> None:
        self.longest_ms = 0.0

    async def run(self) -> None:
        clock = SystemClock()
        while True:
            before = time.process_time()
            await clock.sleep(0.001)
            busy = (time.process_time() - before) * 1000
            self.longest_ms = max(self.longest_ms, busy)


async def flood(log: LogView, rate: int) -> tuple[float, float]:
    """CPU in percent, and the longest hold-up, while so many come each second."""
    clock, watch = SystemClock(), Stopwatch()
    batches = [entries(n * rate // 20, rate // 20) for n in range(SECONDS * 20)]
    task = asyncio.create_task(watch.run())
    idle = time.process_time()
    await clock.sleep(1)
    idle = time.process_time() - idle
    started, used = clock.monotonic(), time.process_time()
    watch.longest_ms = 0.0
    for number, batch in enumerate(batches):
        log.merge(batch)
        await clock.sleep(max(0.0, started + (number + 1) / 20 - clock.monotonic()))
    used = time.process_time() - used - idle * SECONDS
    task.cancel()
    return used / SECONDS * 100, watch.longest_ms


async def read(log: LogView) -> tuple[float, float]:
    """The longest hold-up, and the time until all is read."""
    clock, watch = SystemClock(), Stopwatch()
    task = asyncio.create_task(watch.run())
    started = clock.monotonic()
    while not log._book.is_complete:
        await clock.sleep(0.005)
    task.cancel()
    return watch.longest_ms, (clock.monotonic() - started) * 1000


def weight(*, body: bool) -> float:
    """MB that 100,000 entries take."""
    tracemalloc.start()
    kept = entries(0, KEPT)
    if body:
        fields = {"facility": "kern", "priority": "info", "talos-level": "info"}
        kept = [
            Entry(e.at_ns, LABELS, json.dumps({"clock": n, "msg": e.line, **fields}))
            for n, e in enumerate(kept)
        ]
    log, teller = LogView(capacity=KEPT), MergedTeller({})
    log.append(teller.held(("prod", each) for each in kept))
    del kept
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / 1e6


async def figures() -> list[float | None]:
    """All figures, in the order of MEASURES."""
    app = LogApp()
    async with app.run_test(size=(200, 60)):
        log = app.query_one(LogView)
        slow, slow_lag = await flood(log, 10_000)
        fast, fast_lag = await flood(log, 50_000)
        log.clear()
        burst = entries(0, KEPT)
        before = time.process_time()
        log.append(burst)
        taken = (time.process_time() - before) * 1000
        log.search("9.*1")
        searched, _ = await read(log)
        log.search("")
        log.chosen = LogFilter(level=1)
        filtered, until = await read(log)
    sizes = [weight(body=False), weight(body=True)]
    return [slow, fast, slow_lag, fast_lag, taken, searched, filtered, until, *sizes]


def main() -> int:
    """Measure and print the table."""
    say("measuring logs ...")
    cells = [[each] for each in asyncio.run(figures())]
    sys.stdout.write(f"200x60, {os.cpu_count()} cores\n\n")
    sys.stdout.write(table(MEASURES, ("taloscope",), cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
