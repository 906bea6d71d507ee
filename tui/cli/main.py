"""The command line: which verb, which config. It imports what the verb needs, late."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tui.cli.output import USAGE

VERBS = """\
without a verb, the dashboard opens on your config

exit codes
  0    done; for check: nothing real
  1    for check: something is real
  2    for check: something could not be judged
  3    the command line or the config is wrong
"""


class _Parser(argparse.ArgumentParser):
    """argparse leaves with 2, which is an answer of `check` here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    parser = _parser()
    asked, rest = parser.parse_known_args(arguments)
    # The lab reads its own options: it must not be imported only to know them.
    if rest and asked.verb not in {"lab", "demo"}:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if asked.version:
        return _print_version()
    match asked.verb:
        case "check":
            from tui.cli import check  # noqa: PLC0415 - heavy: httpx and grpc

            return check.run(asked.config, asked.output, asked.timeout)
        case "config":
            from tui.cli import config  # noqa: PLC0415

            return config.run(asked.config, asked.action)
        case "demo":
            from tui.cli import demo  # noqa: PLC0415

            return demo.run(rest)
        case "lab":
            from tui.cli import lab  # noqa: PLC0415

            return lab.run(rest)
        case _:
            from tui.cli import dashboard  # noqa: PLC0415 - heavy: Textual

            return dashboard.run(asked.config, os.environ)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="taloscope",
        description="A terminal war room for several Talos Linux clusters.",
        epilog=VERBS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    _add_config(parser, default=None)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    check = verbs.add_parser("check", help="look once, report, and set the exit code")
    _add_config(check)
    check.add_argument(
        "--output", choices=("text", "json"), default="text", help="default: text"
    )
    check.add_argument(
        "--timeout",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="report what is known after so long (default: 10)",
    )
    config = verbs.add_parser("config", help="check the config, or say where it is")
    _add_config(config)
    config.add_argument("action", choices=("check", "path"))
    for verb, text in (
        ("demo", "open the dashboard on a lab; options as for lab"),
        ("lab", "serve the demonstration estate on loopback; see lab --help"),
    ):
        verbs.add_parser(verb, help=text, add_help=False)
    return parser


def _add_config(
    parser: argparse.ArgumentParser, default: str | None = argparse.SUPPRESS
) -> None:
    """The option may stand before and after the verb."""
    parser.add_argument(
        "--config",
        type=Path,
        default=default,
        metavar="FILE",
        help="default: $TALOSCOPE_CONFIG, else ~/.config/taloscope/config.toml",
    )


def seconds(text: str) -> float:
    """A deadline; argparse says `invalid seconds value` of anything else."""
    value = float(text.removesuffix("s"))
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def _print_version() -> int:
    # 20 ms that only this option pays.
    from importlib.metadata import version  # noqa: PLC0415

    print(f"taloscope {version('taloscope')}")
    return 0
