"""How the command line is read."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from tui.cli.output import USAGE

N = TypeVar("N", int, float)

_TIME_AGO = re.compile(r"-\d")


class Parser(argparse.ArgumentParser):
    """argparse leaves with 2, which is an answer of `check` here."""

    def __init__(self, *args: Any, **wishes: Any) -> None:
        """As argparse has it, but a time such as `-2h` is a value, as `-2` is."""
        super().__init__(*args, **wishes)
        self._negative_number_matcher = _TIME_AGO

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def add_config(
    parser: argparse.ArgumentParser, default: Path | str | None = argparse.SUPPRESS
) -> None:
    """The option may stand before and after the verb.

    default   what was given before the verb, or None; without it nothing is set
    """
    parser.add_argument(
        "--config",
        type=Path,
        default=default,
        metavar="FILE",
        help="default: $TALOSCOPE_CONFIG, else ~/.config/taloscope/config.toml",
    )


def add_record(parser: argparse.ArgumentParser) -> None:
    """Which record to read."""
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a file or a folder of a record; default: your own",
    )


def seconds(text: str) -> float:
    """A deadline; argparse says `invalid seconds value` of anything else."""
    value = float(text.removesuffix("s"))
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def between(least: int, most: int, kind: type[N]) -> Callable[[str], N]:
    """What reads a number within bounds, and says them of anything else."""

    def number(text: str) -> N:
        with suppress(ValueError):
            if least <= (value := kind(text)) <= most:
                return value
        words = f"must be between {least} and {most}, not {text!r}"
        raise argparse.ArgumentTypeError(words)

    return number


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """The deadline for a look at everything."""
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="report what is known after so long (default: 10)",
    )


def add_output(parser: argparse.ArgumentParser, *flags: str) -> None:
    """Text for people, or JSON."""
    parser.add_argument(
        *flags,
        "--output",
        choices=("text", "json"),
        default="text",
        help="default: text",
    )
