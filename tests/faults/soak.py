"""`python -m tests.faults.soak ROUNDS`: every fault on every kind of source, in turn.

Prints memory and open files as it goes. Nothing may grow once all has failed once.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.engines import until
from tests.faults.behind import SERVED, Harmed, harmed_estate
from tests.faults.matrix import HTTP, feeds, is_live, reading
from tui.clock import SystemClock
from tui.engine.engine import Engine

HARMED = (*SERVED, "kubernetes", "talos")
FAULT_SECONDS = 0.4
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds, all sources being well again."""

    rounds: int
    rss_mib: float
    files: int
    tasks: int


async def rounds(engine: Engine, estate: Harmed, first: int, count: int) -> Held:
    """So many faults, each on all kinds at once; then wait until all is well."""
    clock = SystemClock()
    for number in range(first, first + count):
        for name in HARMED:
            fault = HTTP[number % len(HTTP)].fault
            await asyncio.to_thread(estate.harm, name, fault)
        engine.refresh()
        await clock.sleep(FAULT_SECONDS)
        for name in HARMED:
            await asyncio.to_thread(estate.heal, name)
    engine.refresh()
    await until(engine, lambda fleet: all(is_live(one) for one in feeds(fleet)), 60)
    gc.collect()
    return held(first + count)


def held(count: int) -> Held:
    """What is held now."""
    resident = int(Path("/proc/self/statm").read_text().split()[1])
    return Held(
        count,
        resident * PAGE / 1_048_576,
        len(list(Path("/proc/self/fd").iterdir())),
        len(asyncio.all_tasks()),
    )


async def main(total: int) -> None:
    """Rounds by twenties."""
    with tempfile.TemporaryDirectory() as folder, harmed_estate(Path(folder)) as estate:
        async with reading(estate) as engine:
            print(held(0), flush=True)  # noqa: T201 - it is what it is for
            for first in range(0, total, 20):
                done = await rounds(engine, estate, first, min(20, total - first))
                print(done, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
