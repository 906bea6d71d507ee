# ruff: noqa: T201 - it prints
"""The incident's story, recorded and played again: does every screen say what it said?

    python -m tests.tape.story --moments 20

The whole app on the real engine and a lab; time is held while screens are read. The
record is played at 60 times its pace, and held at each of those moments. What a record
does not hold is not compared: it is named here, and in docs/incident.md.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

from tests.e2e.lab_pause import PausedTime
from tests.tape.comparing import Way, compared
from tests.tape.seats import NARROW, Page, Reader, Seat, Sight, rest, seated
from tui.clock import SystemClock
from tui.config import Config
from tui.engine import recorder
from tui.engine.engine import Engine
from tui.model.bounds import Bounds
from tui.model.fleet import Fleet
from tui.state.book import FILE, Book
from tui.state.worker import Worker
from tui.tape.past import PastBackend
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch
from tui.tape.taping import MEMORY_SECONDS, Taping
from tui.tape.writer import Writer

SPEED = 20.0
PLAYED = 60.0
APART_SECONDS = 20.0
MOMENTS = 20
BEAT_SECONDS, CALM_BEATS = 0.05, 6
SIGHTS = {
    "fleet": Sight(),
    "cluster": Sight(width=NARROW),
    "alert": Sight(("enter",)),
    "false alert": Sight(("3", "enter")),
    "finding": Sight(("2", "down", "enter")),
    "targets": Sight(("t",)),
    "target": Sight(("t", "enter"), columns=100),
    "nodes": Sight(("N",)),
    "services": Sight(("N", "enter"), columns=100),
    "dmesg": Sight(("N", "enter", "2"), last=4),
    "resources": Sight(("N", "enter", "3"), first=36),
    "etcd": Sight(("N", "enter", "4")),
    "review": Sight(("N", "enter", "5")),
    "logs": Sight(("L",), first=6),
    "logs beside": Sight(("L", "C"), first=6),
    "log findings": Sight(("L", "F"), first=6),
    "pipeline": Sight(("P",)),
    "silences": Sight(("S",)),
    "history": Sight(("H",)),
    "sources": Sight(("o",), columns=100),
    "wall": Sight(("W",), frame=0),
}


@asynccontextmanager
async def running(engine: Engine, taping: Taping) -> AsyncIterator[None]:
    """The engine and its record, until the block ends."""
    tasks = [asyncio.create_task(each.run()) for each in (engine, taping)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def lived(
    config: Config, clock: PausedTime, folder: Path, moments: int
) -> list[Page]:
    """Run the story and read all screens so many times, while it is recorded."""
    # One memory is asked by as many seats, where it is made for one.
    recorder._MOST_WAITING = 5 * len(SIGHTS)
    engine = Engine(config, clock, Random(7), None, Book(folder / FILE, "story"))
    taping = Taping(engine, clock, Writer(folder, "story", Bounds(), {}))
    found = []

    async with running(engine, taping):
        await clock.go(SPEED)
        await engine.settled()
        # Past the moment at which what the lab began with is a day old.
        await clock.sleep(60)
        await clock.go(0)
        shown = await recorded(engine, taping, clock)

        async def seat() -> Switch:
            return Seat(engine, taping, shown)

        async with seated(config, clock, SIGHTS, seat) as readers:
            found += await read(readers, clock, engine, taping)
            for _ in range(moments - 1):
                await clock.go(SPEED)
                await clock.sleep(APART_SECONDS)
                await clock.go(0)
                found += await read(readers, clock, engine, taping)
            # What is written at the end is to be of another moment.
            await clock.go(SPEED)
            await clock.sleep(1)
    return found


async def recorded(engine: Engine, taping: Taping, clock: PausedTime) -> Fleet:
    """Write a moment in which nothing new is known; its fleet."""
    while True:
        await calm(engine)
        clock.step()
        told, fleet = known(engine), engine.fleet
        await written(taping)
        if known(engine) == told:
            return fleet


async def written(taping: Taping) -> None:
    """Have what is known now in the record."""
    # What is remembered is recorded no more often than each five seconds.
    taping._asked_at -= MEMORY_SECONDS
    await taping._beat(10)


async def calm(engine: Engine) -> None:
    """Wait until all that was asked for before time was held has been answered."""
    before, quiet = known(engine), 0
    while quiet < CALM_BEATS:
        await SystemClock().sleep(BEAT_SECONDS)
        after = known(engine)
        quiet = quiet + 1 if after == before else 0
        before = after


def known(engine: Engine) -> tuple[object, ...]:
    """What screens show, and a record holds: the same while nothing new is known."""
    fleet = engine.fleet
    logs = [engine.entries(each.name) for each in fleet.clusters]
    news = [(len(log), *log[-1:]) for log in logs]
    lost = [len(engine.gaps(each.name)) for each in fleet.clusters]
    return id(fleet), engine.memory.stamp, news, lost


async def read(
    readers: list[Reader], clock: PausedTime, engine: Engine, taping: Taping
) -> list[Page]:
    """A page of each screen, all of one fleet, which is written to the record."""
    while True:
        await calm(engine)
        told = known(engine)
        for each in readers:
            assert isinstance(each.seat, Seat)
            each.seat.tell()
        await rest(readers)
        clock.step()
        for each in readers:
            each.app.call_later(each.app.show_now)
        await rest(readers)
        before = [each.page(clock.now()) for each in readers]
        await written(taping)
        pages = [each.page(clock.now()) for each in readers]
        asking = any("… asking" in line for each in pages for line in each.lines)
        if known(engine) == told and pages == before and not asking:
            return pages


async def replayed(
    config: Config, clock: PausedTime, folder: Path, pages: list[Page]
) -> list[Page]:
    """Play the record, and read the same screens at the same moments."""
    shelf, worker = Shelf(folder), Worker("replay")
    moments = sorted({each.at for each in pages})
    first = shelf.moment(pages[0].opened_at)
    found = []

    async def seat() -> Switch:
        switch = Switch(PastBackend(first, shelf, worker, lambda: None), None, shelf)
        switch._worker = worker  # so that all read one shelf
        await switch.rewind(first.at)
        return switch

    async with seated(config, clock, SIGHTS, seat, is_past=True) as readers:
        for at in moments:
            for each in readers:
                left = at - each.app.clock.now() + timedelta(milliseconds=1)
                each.seat.speed = PLAYED
                each.app.play(left.total_seconds() / PLAYED)
                each.seat.speed = 0.0
            async with asyncio.timeout(600):
                while any(each.app.clock.now() != at for each in readers):
                    await SystemClock().sleep(0.02)
            await rest(readers)
            found += [each.page(at) for each in readers]
    return found


PLAYED_ON = Way(lived, replayed, timeout_seconds=4.5 * SPEED)


def main() -> int:
    """Run it from the command line; it fails when any page differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=MOMENTS)
    parser.add_argument("--at", default="1m", help="of the story (default: 1m)")
    asked = parser.parse_args()
    found = asyncio.run(compared(PLAYED_ON, asked.moments, asked.at))
    wrong = [(page, lines) for page, lines in found if lines]
    for page, lines in wrong:
        print(f"{page.name} at {page.at:%H:%M:%S}", *lines, sep="\n")
    span = found[-1][0].at - found[0][0].at
    print(f"{len(found)} pages in {span} of the story, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
