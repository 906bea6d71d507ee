"""Which verb, which config. What a verb needs is imported for it alone."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any, TypeAlias

from tui.cli.arguments import Parser, add_config, add_output, add_timeout

VERBS = """\
without a verb, the dashboard opens on your config

exit codes
  0    done; for check: nothing real
  1    for check and pipeline: something is real; else: it was not done
  2    for these two: something could not be judged; else: unknown whether it was done
  3    the command line or the config is wrong
  4    for silence and undo: it was not confirmed
  5    what it had to tell could not be written, as on a full disk
  130  ended with ctrl+c; what it was about to change may be changed
  141  whoever was to read the output closed the pipe
"""

CHECK = """\
exit codes
  0    nothing real, and every source answered
  1    something real
  2    nothing real is known, but something could not be judged
  3    the command line or the config is wrong
  5    the report could not be written
"""
CONFIG = """\
check  read the config, and tell of each mistake with its line
path   print where the config is, or should be

exit codes
  0    done; for check: it is fine
  3    the command line or the config is wrong
"""

Verb: TypeAlias = Callable[[], int]
"""Runs, and returns the exit code."""


OWN_OPTIONS = frozenset(
    {
        "completion",
        "demo",
        "doctor",
        "init",
        "lab",
        "man",
        "mark",
        "pipeline",
        "replay",
        "report",
        "serve",
        "silence",
        "undo",
    }
)


def chosen(arguments: Sequence[str] | None) -> Verb:
    """The verb that is asked for, imported and not yet run.

    raise   SystemExit when the command line is wrong, or was a question for help
    """
    parser = _parser()
    asked, rest = parser.parse_known_args(arguments)
    # These read their own options: they must not be imported only to know them.
    if rest and asked.verb not in OWN_OPTIONS:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if asked.version:
        return _print_version
    return _imported(asked, rest)


def _imported(asked: argparse.Namespace, rest: Sequence[str]) -> Verb:
    match asked.verb:
        case "check":
            from tui.cli import check  # noqa: PLC0415 - heavy: httpx and grpc

            return partial(check.run, asked.config, asked.output, asked.timeout)
        case "config":
            from tui.cli import config  # noqa: PLC0415

            return partial(config.run, asked.config, asked.action)
        case "demo" | "lab":
            return partial(import_module(f"tui.cli.{asked.verb}").run, rest)
        case (
            "doctor"
            | "init"
            | "mark"
            | "pipeline"
            | "replay"
            | "report"
            | "serve"
            | "silence"
            | "undo"
        ):
            verb = import_module(f"tui.cli.{asked.verb}")
            return partial(verb.run, rest, asked.config, os.environ)
        case "completion" | "man":
            from tui.cli import manual  # noqa: PLC0415 - it imports every verb

            return partial(manual.run, asked.verb, rest, _parser())
        case _:
            from tui.cli import dashboard  # noqa: PLC0415 - heavy: Textual

            is_wall = asked.verb == "wall"
            return partial(dashboard.run, asked.config, os.environ, is_wall=is_wall)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="taloscope",
        description="A terminal war room for several Talos Linux clusters.",
        epilog=VERBS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    add_config(parser, default=None)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    look = "look once, report, and set the exit code"
    check = verbs.add_parser("check", help=look, **_told(look, CHECK))
    add_config(check)
    add_output(check)
    add_timeout(check)
    where = "check the config, or say where it is"
    config = verbs.add_parser("config", help=where, **_told(where, CONFIG))
    add_config(config)
    config.add_argument("action", choices=("check", "path"), help="see below")
    wall = verbs.add_parser("wall", help="the fleet for a display that nobody touches")
    add_config(wall)
    for verb, text in (
        ("demo", "open the dashboard on a lab; options as for lab"),
        ("doctor", "try every connection, say what to do; see doctor --help"),
        ("init", "find your clusters and write a config; see init --help"),
        ("mark", "note something in the record; see mark --help"),
        ("pipeline", "where the way of the logs breaks; see pipeline --help"),
        ("replay", "show what was recorded; see replay --help"),
        ("report", "what was recorded, for a post-mortem; see report --help"),
        ("serve", "the dashboard in browsers; see serve --help"),
        ("silence", "add, list or expire silences; see silence --help"),
        ("undo", "put back what was deleted from here; see undo --help"),
        ("lab", "serve the demonstration estate on loopback; see lab --help"),
        ("completion", "print what completes these words: bash, zsh or fish"),
        ("man", "print the manual page, for man -l -"),
    ):
        verbs.add_parser(verb, help=text, add_help=False)
    return parser


def _told(what: str, more: str) -> dict[str, Any]:
    """How a parser tells what a verb does, and more below its options."""
    return {
        "description": f"{what[0].upper()}{what[1:]}.",
        "epilog": more,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }


def _print_version() -> int:
    from tui.cli import version  # noqa: PLC0415 - 20 ms that only this option pays

    print("\n".join(version.lines()))
    return 0
