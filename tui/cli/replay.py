"""`taloscope replay`: the dashboard on what was recorded."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.backend import Backend
from tui.cli import dashboard
from tui.cli.arguments import Parser, add_config
from tui.cli.output import USAGE, complain
from tui.cli.taped import place
from tui.clock import Clock, SystemClock
from tui.config import Config
from tui.present.when import UnreadableTimeError, stretch_of
from tui.state.worker import Worker
from tui.tape.framing import TapeError
from tui.tape.past import PastBackend
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Show what was recorded. Returns the exit code."""
    asked = options_parser(config).parse_args(arguments)
    shelf = Shelf(asked.file or place(environ))
    try:
        first, last = shelf.span()
        now = SystemClock().now()
        at = stretch_of(asked.at, now).since if asked.at else first
        taped = shelf.moment(min(max(at, first), last))
    except UnreadableTimeError as error:
        complain(f"--at: {error}")
        return USAGE
    except TapeError as error:
        complain(error)
        return USAGE

    async def connect(_config: Config, _clock: Clock) -> Backend:
        past = PastBackend(taped, shelf, Worker("replay"), lambda: None)
        switch = Switch(past, None, shelf)
        await switch.rewind(taped.at)
        switch.speed = asked.speed
        return switch

    return dashboard.run(asked.config, environ, connect)


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope replay",
        description="Show what was recorded, on the same screens.",
    )
    add_config(parser, default=config)  # type: ignore[arg-type]  # argparse takes any
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a file or a folder of a record; default: your own",
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        default="",
        help="-2h, 14:05, 2026-02-27 03:10, in UTC (default: its begin)",
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=0.0,
        metavar="N",
        help="seconds that pass in each second of ours (default: 0, it stands)",
    )
    return parser
