"""What all verbs write with: complaints, colours, and outside text made safe."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO

from tui.present.units import plain

USAGE = 3
"""Exit code for a wrong command line or a config that cannot be used."""


def complain(message: object) -> None:
    """Tell standard error; whether that can be written shows when all is done."""
    with suppress(OSError):
        print(f"taloscope: {message}", file=sys.stderr)


def print_file(text: str) -> None:
    """Print what is UTF-8 by its kind, as TOML is, whatever the locale.

    A terminal gets what it can show.
    """
    if sys.stdout.isatty():
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode(errors="backslashreplace"))


def is_coloured(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether colours help: on a terminal, unless NO_COLOR is set or it is dumb."""
    is_bare = environ.get("NO_COLOR") or environ.get("TERM") == "dumb"
    return stream.isatty() and not is_bare


def cleaned(text: str) -> str:
    """Text from outside on one line, without anything that a terminal obeys."""
    return " ".join(plain(text).split())
