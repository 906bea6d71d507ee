"""`python -m tests.faults.soak ROUNDS`: every fault on every kind of source, in turn.

Prints memory and open files as it goes. Nothing may grow once all has failed once.
Memory is kept and given back as `taloscope` does it: without, glibc has an arena for
each thread, and what answers of 50 MB leave in them is told as memory in use.
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
from tui.cli import thrift
from tui.cli.dashboard import prepare
from tui.clock import SystemClock
from tui.engine.engine import Engine
from tui.model.fleet import Fleet

HARMED = (*SERVED, "kubernetes", "talos")
FAULT_SECONDS = 0.4
PATIENCE_SECONDS = 180
"""On a machine that others use too, answers come late, and are asked for anew."""
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds, all sources being well again.

    peak_mib  the most memory that it had since it was looked at before
    """

    rounds: int
    rss_mib: float
    peak_mib: float
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
    await until(engine, _is_well, PATIENCE_SECONDS)
    gc.collect()
    return held(first + count)


def _is_well(fleet: Fleet) -> bool:
    return all(is_live(one) for one in feeds(fleet))


def held(count: int) -> Held:
    """What is held now."""
    resident = int(Path("/proc/self/statm").read_text().split()[1])
    return Held(
        count,
        resident * PAGE / 1_048_576,
        _peak_mib(),
        len(list(Path("/proc/self/fd").iterdir())),
        len(asyncio.all_tasks()),
    )


def _peak_mib() -> float:
    """The most that was resident since this was asked before."""
    status = Path("/proc/self/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
    Path("/proc/self/clear_refs").write_text("5")  # proc(5): the peak begins anew
    return int(line.split()[1]) / 1024


async def main(total: int) -> None:
    """Rounds by twenties."""
    with tempfile.TemporaryDirectory() as folder, harmed_estate(Path(folder)) as estate:
        thrift.save()
        trimming = asyncio.create_task(thrift.keep_trim(SystemClock()))
        async with reading(estate) as engine:
            print(held(0), flush=True)  # noqa: T201 - it is what it is for
            for first in range(0, total, 20):
                done = await rounds(engine, estate, first, min(20, total - first))
                print(done, flush=True)  # noqa: T201
        trimming.cancel()


if __name__ == "__main__":
    prepare()
    asyncio.run(main(int(sys.argv[1])))
