# ruff: noqa: T201 - it prints
"""The wall, or the dashboard, for days of a lab whose time is fast: does anything grow?

    python -m tests.soak.days --hours 24 --speed 60 --wall

The whole app without a terminal, on the real engine, with a history and a record, and
with memory kept and given back as `taloscope` does it: without, what glibc holds in an
arena for each thread grew by 2 MiB an hour. Every hour of the lab's it prints what this
process holds, and in the end whether memory was flat in the last half. Fails when it
was not, or when tasks or files have grown by more than a few from the second quarter.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import tempfile
from asyncio import Task
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakSet

from msgspec.structs import replace

from tests.e2e.lab_time import START, LabTime
from tests.e2e.labs import RunningLab, running_lab
from tests.soak.verdict import trend
from tests.widgets.screen import screen_text
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.cli import garbage, thrift
from tui.cli.dashboard import prepare, watched
from tui.clock import SystemClock
from tui.config import load
from tui.engine import recorder
from tui.state import book_pages

PAGE = os.sysconf("SC_PAGE_SIZE")
REFRESH_SECONDS = 60.0
MORE = 10
LOG_ENTRIES = 1_500
"""So few that the log is full within an hour: it grows until then, on purpose."""
KEPT = 50
"""Changes and other things that happened, for the same reason: the lab makes 80 and 40
an hour, so that 1,000 of each would grow by half a MiB an hour for a day, and end."""
LATE_MINUTES = 10
"""Of the lab's time, which pass in a few of our seconds."""
PATIENCE_SECONDS = 60
READINGS, READING_SECONDS = 8, 0.2
"""Together longer than a refresh of the lab's minute takes us."""


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds, and what it has spent."""

    hours: float
    rss_mib: float
    tasks: int
    """Those that were there an hour ago: a call under way is none of them."""
    files: int
    cpu_seconds: float

    def __str__(self) -> str:
        return (
            f"{self.hours:5.1f} h  {self.rss_mib:6.1f} MiB  {self.tasks:4} old tasks  "
            f"{self.files:3} files  {self.cpu_seconds:6.1f} s CPU"
        )


async def calmest(hours: float, before: WeakSet[Task[Any]]) -> Held:
    """The least of each of a few readings: between them, calls under way end.

    before  all tasks of an hour ago
    """
    gc.collect()
    found = [held(hours, before)]
    while len(found) < READINGS:
        await SystemClock().sleep(READING_SECONDS)
        found.append(held(hours, before))
    return Held(
        hours,
        min(each.rss_mib for each in found),
        min(each.tasks for each in found),
        min(each.files for each in found),
        found[-1].cpu_seconds,
    )


def held(hours: float, before: WeakSet[Task[Any]]) -> Held:
    """What is held now."""
    resident = int(Path("/proc/self/statm").read_text().split()[1])
    times = os.times()
    return Held(
        hours,
        resident * PAGE / 1_048_576,
        len(before & asyncio.all_tasks()),
        len(list(Path("/proc/self/fd").iterdir())),
        times.user + times.system,
    )


async def looked_at(
    lab: RunningLab, state: str, clock: LabTime, hours: float, *, is_wall: bool
) -> list[Held]:
    """Run the app for so many hours of the lab's time; what it held in each."""
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    config = replace(
        config,
        refresh_seconds=REFRESH_SECONDS,
        timeout_seconds=600.0,
        log_entries=LOG_ENTRIES,
    )
    found: list[Held] = []
    trimming: list[asyncio.Task[None]] = []

    async def connect() -> Backend:
        recorder.KEPT = book_pages.NEWEST_CHANGES = KEPT
        thrift.save()
        trimming.append(asyncio.create_task(thrift.keep_trim(clock)))
        quiet = garbage.collect_when_quiet(clock, lambda: app.touches)
        trimming.append(asyncio.create_task(quiet))
        return await watched(config, clock, {"XDG_STATE_HOME": state})

    app = TaloscopeApp(config, clock, connect, is_wall=is_wall)
    async with app.run_test(size=(200, 60)):
        while app.fleet is None:
            await SystemClock().sleep(0.1)
        began = clock.monotonic()
        step = min(1.0, hours / 8)
        before = WeakSet[Task[Any]]()
        for number in range(int(hours / step) + 1):
            await _until(clock, began + number * step * 3600)
            found.append(await calmest(number * step, before))
            before = WeakSet(asyncio.all_tasks())
            print(found[-1], flush=True)
            if number:
                await _check(app)
    return found


async def _until(clock: LabTime, monotonic: float) -> None:
    while (left := monotonic - clock.monotonic()) > 0:
        await clock.sleep(left)


async def _check(app: TaloscopeApp) -> None:
    """It still draws: its clock is the lab's. On a busy machine it may be late."""
    for _ in range(PATIENCE_SECONDS):
        if _is_drawn(app):
            return
        await SystemClock().sleep(1)
    raise AssertionError(screen_text(app))


def _is_drawn(app: TaloscopeApp) -> bool:
    text = screen_text(app)
    minutes = (app.clock.now() - timedelta(minutes=ago) for ago in range(LATE_MINUTES))
    return any(f"{each:%H:%M}" in text for each in minutes)


def grown(found: list[Held]) -> list[str]:
    """What of tasks and files is more: the last quarter held against the second.

    What comes and goes, as connections do, is judged by the least that there was.
    """
    quarter = max(1, len(found) // 4)
    early = found[quarter : 2 * quarter + 1]
    late = found[-quarter:]
    told = []
    tasks = [min(one.tasks for one in each) for each in (early, late)]
    if tasks[1] > tasks[0] + MORE:
        told.append("tasks: {} to {}".format(*tasks))
    files = [min(one.files for one in each) for each in (early, late)]
    if files[1] > files[0] + MORE:
        told.append("open files: {} to {}".format(*files))
    return told


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--wall", action="store_true", help="the wall, else the fleet")
    asked = parser.parse_args()
    prepare()
    story = ("--at", "1m", "--speed", str(asked.speed), "--now", START.isoformat())
    with running_lab(*story) as lab, tempfile.TemporaryDirectory() as state:
        clock = LabTime(asked.speed, datetime.fromisoformat(lab.state()["now"]))
        work = looked_at(lab, state, clock, asked.hours, is_wall=asked.wall)
        found = asyncio.run(work)
    memory, told = trend([(one.hours, one.rss_mib) for one in found]), grown(found)
    print(memory)
    print(f"grown: {', '.join(told)}" if told else "no more tasks, no more open files")
    return 1 if told or not memory.is_flat else 0


if __name__ == "__main__":
    sys.exit(main())
