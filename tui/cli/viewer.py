"""What `taloscope serve` starts for each browser: the dashboard, without a terminal.

It records nothing and runs no `on_real`: the server does both, once for all viewers.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from msgspec.structs import replace

from tui.backend import Backend
from tui.cli import dashboard
from tui.cli.arguments import Parser, add_config
from tui.cli.output import USAGE, complain
from tui.cli.terminal import screen_of_our_own
from tui.clock import Clock, SystemClock
from tui.config import Config, ConfigError, load

_NO_MARKS = "A browser's view takes no marks: `taloscope mark TEXT` does."


def command(
    config: Path, *, is_wall: bool, writes: bool, refresh_seconds: float
) -> list[str]:
    """How the server starts one."""
    flags = [*["--wall"] * is_wall, *["--allow-writes"] * writes]
    flags += ["--refresh", f"{refresh_seconds:g}"]
    return [sys.executable, "-m", "tui.cli.viewer", "--config", str(config), *flags]


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the dashboard to a browser until either ends; returns the exit code."""
    parser = Parser(prog="taloscope viewer")
    add_config(parser, default=None)
    parser.add_argument("--wall", action="store_true")
    parser.add_argument("--allow-writes", action="store_true")
    parser.add_argument("--refresh", type=float, default=0.0)
    asked = parser.parse_args(arguments)
    try:
        config = load(asked.config, os.environ)
    except ConfigError as error:
        complain(error)
        return USAGE
    config = spared(config, asked.refresh)
    dashboard.prepare()
    with screen_of_our_own(os.environ):
        return _show(config, is_wall=asked.wall, writes=asked.allow_writes)


def spared(config: Config, refresh_seconds: float) -> Config:
    """The same, read no more often than this; a server's own pace is never hurried."""
    slower = max(config.refresh_seconds, refresh_seconds)
    return replace(config, refresh_seconds=slower)


def _show(config: Config, *, is_wall: bool, writes: bool) -> int:
    from tui.app.served import ServedApp  # noqa: PLC0415 - it reads the knobs

    clock = SystemClock()

    async def connect() -> Backend:
        return await connected(config, clock, os.environ, writes=writes)

    app = ServedApp(config, clock, connect, is_wall=is_wall)
    app.looks_only = not writes
    app.run()
    return dashboard.ended(app, clock, os.environ)


async def connected(
    config: Config, clock: Clock, environ: Mapping[str, str], *, writes: bool
) -> Backend:
    """The estate, and the record that the server makes."""
    engine = await asyncio.to_thread(dashboard.import_engine)
    from tui.cli.remember import book  # noqa: PLC0415 - after the first frame
    from tui.cli.taped import place  # noqa: PLC0415 - after the first frame
    from tui.state.audit import audit_log  # noqa: PLC0415 - after the first frame
    from tui.state.undo import undo_folder  # noqa: PLC0415 - after the first frame
    from tui.tape.shelf import Shelf  # noqa: PLC0415 - after the first frame
    from tui.tape.switch import Switch  # noqa: PLC0415 - after the first frame

    config = replace(config, attention=replace(config.attention, on_real=()))
    audit, undo = (audit_log(environ), undo_folder(environ)) if writes else (None, None)
    past = book(environ, clock, writes=False)
    live: Backend = engine.Engine(config, clock, Random(), audit, past, undo)  # noqa: S311 - it spreads retries
    shelf = Shelf(place(environ))
    return Switch(live, None, shelf, writes=writes, no_marks=_NO_MARKS)


if __name__ == "__main__":
    sys.exit(main())
