"""`taloscope silence`: add, list and expire silences, as the dashboard does."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.cli.arguments import Parser, add_config, add_output, add_timeout
from tui.cli.output import USAGE, complain
from tui.clock import SystemClock
from tui.config import ConfigError, find, load
from tui.silencing.grammar import WordingError

CODES = """\
exit codes
  0    done; with --dry-run: it would be
  1    not done: Alertmanager refused it, or did not answer
  2    unknown whether it was done: list before you repeat it
  3    the command line or the config is wrong
  4    not confirmed: nobody was asked, or the answer was no
"""
MATCHERS = """\
matchers are written as for amtool: name=value, name!=value, name=~regex, name!~regex,
each one argument; a first argument without an operator is the name of an alert
"""


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Run `add`, `list` or `expire`; returns the exit code."""
    asked = options_parser(config).parse_args(arguments)
    clock = SystemClock()
    try:
        loaded = load(find(asked.config, environ), environ)
        match asked.verb:
            case "add":
                from tui.cli import silence_add  # noqa: PLC0415 - heavy: the engine

                return silence_add.run(asked, loaded, environ, clock)
            case "list":
                from tui.cli import silence_list  # noqa: PLC0415 - heavy: httpx

                return silence_list.run(asked, loaded, clock)
            case _:
                from tui.cli import silence_expire  # noqa: PLC0415 - heavy: the engine

                return silence_expire.run(asked, loaded, environ, clock)
    except (ConfigError, WordingError) as error:
        complain(error)
        return USAGE


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope silence",
        description="Silences: what they would hide is told before they are made.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser, default=config)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add(_verb(verbs, "add", "make a silence"))
    _list(_verb(verbs, "list", "list silences"))
    _expire(_verb(verbs, "expire", "end silences now"))
    return parser


def _verb(
    verbs: argparse._SubParsersAction[Parser], name: str, text: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(
        name,
        help=text,
        description=f"{text.capitalize()}.",
        epilog=f"{MATCHERS}\n{CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    add_output(parser, "-o")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--cluster", default="", metavar="NAME", help="the Alertmanager of a cluster"
    )
    where.add_argument(
        "--alertmanager",
        default="",
        metavar="URL",
        help="one of those in the config; needed only if there are several",
    )
    return parser


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("matchers", nargs="*", metavar="MATCHER")
    parser.add_argument(
        "--template",
        default="",
        metavar="NAME",
        help="one of the config's",
    )
    end = parser.add_mutually_exclusive_group()
    end.add_argument(
        "-d",
        "--duration",
        default="",
        metavar="SPAN",
        help="30m, 4h, 1d12h, 1w, 1y; default: 1h",
    )
    end.add_argument(
        "--until",
        default="",
        metavar="END",
        help='"2026-11-21 08:00" in your time zone, "monday 08:00", "for good" (8760h)',
    )
    parser.add_argument("-c", "--comment", default="", help="why; must be said")
    parser.add_argument(
        "-a", "--author", default="", help="default: the config's, else your login"
    )
    parser.add_argument(
        "-n", "--dry-run", action="store_true", help="tell what it would hide, no more"
    )
    parser.add_argument(
        "--extend",
        action="store_true",
        help="let a silence with the same matchers last longer, if there is one",
    )
    parser.add_argument(
        "--yes-hide-real",
        action="store_true",
        help="do not ask when real alerts would be hidden",
    )
    add_timeout(parser)


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "matchers", nargs="*", metavar="MATCHER", help="one that the silence has"
    )
    parser.add_argument(
        "--state",
        action="append",
        choices=("active", "pending", "expired", "all"),
        help="may be repeated; default: active and pending",
    )
    parser.add_argument(
        "--expiring", default="", metavar="SPAN", help="active, and ends within 24h"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="ids alone")


def _expire(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="+",
        metavar="ID|MATCHER",
        help="ids, or matchers that the silences have",
    )
    parser.add_argument(
        "-n", "--dry-run", action="store_true", help="tell what comes back, no more"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    add_timeout(parser)
