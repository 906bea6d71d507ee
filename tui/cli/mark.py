"""`taloscope mark`: notes something in the record, from a script or by hand."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tui.cli.arguments import Parser, add_config
from tui.cli.output import USAGE, cleaned, complain
from tui.cli.taped import NOT_DONE, place, time_in, writer
from tui.clock import SystemClock
from tui.config import ConfigError, find, load
from tui.model.taped import TapeNote
from tui.present.units import moment
from tui.present.when import UnreadableTimeError
from tui.state.place import login

_OLDEST = timedelta(days=3_650)


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Write one mark. Returns the exit code."""
    asked = options_parser(config).parse_args(arguments)
    now = SystemClock().now()
    text = cleaned(" ".join(asked.text))
    if not text:
        complain("mark: say what happened: taloscope mark TEXT")
        return USAGE
    try:
        known = load(find(asked.config, environ), environ)
        at = _time(asked.at, now)
    except (ConfigError, UnreadableTimeError) as error:
        complain(error)
        return USAGE
    if not known.record.is_on:
        complain("nothing is recorded: set [record] enabled = true in the config")
        return NOT_DONE
    author = known.silences.author or login(environ)
    hand = writer(known, environ)
    try:
        hand.note(TapeNote(at, "mark", text, author=author), now)
        hand.close()
    except OSError as error:
        complain(f"{place(environ)}: {error.strerror or error}")
        return NOT_DONE
    print(f"marked {moment(at)} UTC: {text}")
    return 0


def _time(typed: str, now: datetime) -> datetime:
    """When it happened.

    raise   UnreadableTimeError, also for what a record cannot hold: it would be lost
    """
    at = time_in("--at", typed, now) if typed else now
    if now - at >= _OLDEST:
        raise UnreadableTimeError(f"--at: {typed!r} is ten years ago or more.")
    return at


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope mark",
        description="Note something in the record: replay and report show it.",
    )
    add_config(parser, default=config)
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what happened")
    parser.add_argument(
        "--at",
        metavar="TIME",
        default="",
        help="-10m, 14:05, 2026-02-27 03:10, in UTC (default: now)",
    )
    return parser
