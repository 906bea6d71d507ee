"""The product, and at its consumer's end the numbers of the entries that arrive.

They go to standard output, four bytes each; GAP for a gap. It is a process of its own.
"""

from __future__ import annotations

import asyncio
import os
import sys
from array import array
from pathlib import Path
from random import Random

from tui.clock import SystemClock
from tui.config import load
from tui.engine.engine import Engine
from tui.model.log import LogBatch

GAP = 0xFFFF_FFFF
READY = GAP - 1
MARK = "soak "


def numbers(batch: LogBatch) -> array[int]:
    """What a batch tells: the numbers of its entries, and its gaps."""
    found = (e.line[len(MARK) :] for e in batch.entries if e.line.startswith(MARK))
    return array("I", [*map(int, found), *(GAP for _ in batch.gaps)])


async def main(config: Path) -> None:
    """Run the engine until killed."""
    engine = Engine(load(config), SystemClock(), Random(7))

    def heard(cluster: str, batch: LogBatch) -> None:
        if cluster == "prod":
            os.write(sys.stdout.fileno(), numbers(batch).tobytes())

    engine.subscribe_logs(heard)
    async with asyncio.TaskGroup() as group:
        group.create_task(engine.run())
        await engine.settled()
        os.write(sys.stdout.fileno(), array("I", [READY]).tobytes())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
