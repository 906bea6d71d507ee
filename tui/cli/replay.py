"""`taloscope replay`: the dashboard on what was recorded."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from tui.backend import Backend
from tui.cli import dashboard, taped
from tui.cli.arguments import Parser, add_config, add_record
from tui.cli.output import USAGE, complain
from tui.clock import Clock
from tui.config import ClusterConfig, Config, ConfigError, find, load
from tui.model.labels import NO_LABELS
from tui.model.taped import Taped
from tui.state.worker import Worker
from tui.tape.past import PastBackend
from tui.tape.switch import Switch

FASTEST = 86_400.0


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Show what was recorded. Returns the exit code."""
    asked = options_parser(config).parse_args(arguments)
    try:
        shelf = taped.shelf(asked.file, environ)
        first, last = shelf.span()
        at = taped.time_in("--at", asked.at, last) if asked.at else first
        moment = shelf.moment(min(max(at, first), last))
    except taped.UNOPENED as error:
        return taped.refused(error)

    async def connect(_config: Config, _clock: Clock) -> Backend:
        past = PastBackend(moment, shelf, Worker("replay"), lambda: None)
        switch = Switch(past, None, shelf)
        await switch.rewind(moment.at)
        switch.speed = asked.speed
        return switch

    try:
        wishes = shown_with(load(find(asked.config, environ), environ), moment)
    except ConfigError as error:
        if asked.config:
            complain(error)
            return USAGE
        wishes = shown_with(Config(Path(), ()), moment)
    return dashboard.opened(wishes, environ, connect)


def shown_with(config: Config, moment: Taped) -> Config:
    """The operator's config with the clusters of the record: it may be another's."""
    names = [each.name for each in moment.fleet.clusters]
    own = {each.name: each for each in config.clusters}
    clusters = (own.get(name) or ClusterConfig(name, NO_LABELS) for name in names)
    return replace(config, clusters=tuple(clusters))


def speed(text: str) -> float:
    """A pace; argparse says `invalid speed value` of anything else."""
    value = float(text)
    if not abs(value) <= FASTEST:
        raise ValueError
    return value


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope replay",
        description="Show what was recorded, on the same screens.",
    )
    add_config(parser, default=config)
    add_record(parser)
    parser.add_argument(
        "--at",
        metavar="TIME",
        default="",
        help="14:05, 2026-02-27 03:10 (UTC), -2h from its end (default: its begin)",
    )
    parser.add_argument(
        "--speed",
        type=speed,
        default=0.0,
        metavar="N",
        help="seconds that pass in each second of ours (default: 0, it stands)",
    )
    return parser
