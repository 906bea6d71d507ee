"""`taloscope check`: the engine once, without a screen."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal

from tui.cli.check_report import exit_code, report
from tui.cli.output import USAGE, complain
from tui.cli.text import page_on, summary
from tui.clock import Clock, SystemClock
from tui.config import Config, ConfigError, find, load
from tui.model.fleet import Fleet

if TYPE_CHECKING:
    from tui.engine.engine import Engine
    from tui.state.audit import AuditLog


def run(explicit: Path | None, output: Literal["text", "json"], timeout: float) -> int:
    """Look once, print what is known after `timeout` seconds at most."""
    try:
        config = load(find(explicit, os.environ))
    except ConfigError as error:
        complain(error)
        return USAGE
    clock = SystemClock()
    engine = make_engine(config, clock)
    fleet = asyncio.run(look(engine, timeout))
    now, memory = clock.now(), engine.memory
    unread = memory.unread or ("" if memory.is_ready else "no answer in time")
    if output == "json":
        print(json.dumps(report(fleet, now, unread), indent=2))
    else:
        page = page_on(sys.stdout, os.environ)
        print("\n".join(summary(fleet, now, page, unread)))
    return exit_code(fleet, now)


def make_engine(config: Config, clock: Clock, audit: AuditLog | None = None) -> Engine:
    """An engine that has asked nothing yet."""
    # The C core of gRPC would write on our standard error; it looks when imported.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from tui.cli.remember import book  # noqa: PLC0415 - after the line above
    from tui.engine.engine import Engine  # noqa: PLC0415 - after the line above

    kept = book(os.environ, clock, writes=False)
    return Engine(config, clock, Random(), audit, kept)  # noqa: S311 - it spreads retries


async def look(engine: Engine, timeout: float) -> Fleet:  # noqa: ASYNC109 - it reports, it does not fail
    """What is known when everything was tried once, or when the time is up."""
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await engine.settled()
        running.cancel()
    return engine.fleet
