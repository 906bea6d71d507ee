"""`python -m tests.tape.write_kept FILE`: records the lab's incident for tests/data.

Most of a minute of the story, in which kube-proxy's alert turns real. Write another
file for each format; those there are stay, for later versions must read them.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from tests.e2e.lab_time import START, LabTime
from tests.e2e.labs import running_lab
from tui.cli.taped import place, recorded
from tui.clock import Clock
from tui.config import Config, load
from tui.engine.engine import Engine
from tui.tape.writer import files

SPEED = 2.0
SECONDS = 45.0


async def record(config: Config, clock: Clock, state: Path, seconds: float) -> None:
    """Record an estate for so long after all of it was looked at, as we always do."""
    environ = {"XDG_STATE_HOME": str(state)}
    engine = Engine(config, clock, Random(7))
    task = asyncio.create_task(recorded(engine, config, clock, environ).run())
    await engine.settled()
    await clock.sleep(seconds)
    task.cancel()
    await asyncio.wait([task])


def main(target: Path) -> None:
    """Record, and keep the file."""
    story = ("--at", "3m40s", "--speed", str(SPEED), "--now", START.isoformat())
    with running_lab(*story) as lab, TemporaryDirectory() as state:
        clock = LabTime(SPEED, datetime.fromisoformat(lab.state()["now"]))
        config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
        config = replace(config, refresh_seconds=5.0, timeout_seconds=4.0)
        asyncio.run(record(config, clock, Path(state), SECONDS))
        (written,) = files(place({"XDG_STATE_HOME": state}))
        target.write_bytes(written.read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
