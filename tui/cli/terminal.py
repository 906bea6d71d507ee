"""The terminal before and around the dashboard: is it one, and who may write on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python itself puts into LC_CTYPE where LANG is C (PEP 538)."""


def trouble(environ: Mapping[str, str]) -> str:
    """Why a dashboard cannot be shown here, and what to do; empty when it can."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream.isatty() for stream in streams):
        return "the dashboard needs a terminal; `taloscope check` works without one"
    if environ.get("TERM", "dumb") == "dumb":
        return "this terminal (TERM) cannot draw; `taloscope check` works without one"
    return ""


def has_only_ascii(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is better given no other characters.

    The font of a Linux console has few.
    """
    return environ.get("TERM") == "linux" or not is_utf8(environ)


def is_utf8(environ: Mapping[str, str]) -> bool:
    """Whether the locale is one of UTF-8.

    One that names no UTF-8 means it, while none at all, as in a container, means
    nothing.
    """
    character = environ.get("LC_CTYPE", "")
    if character in _COERCED:
        character = ""
    named = (environ.get("LC_ALL"), character, environ.get("LANG"))
    locale = next(filter(None, named), "UTF-8")
    return "UTF8" in locale.upper().replace("-", "")


@contextmanager
def screen_of_our_own(environ: Mapping[str, str]) -> Iterator[None]:
    """Keep everybody else's writing off the screen.

    Native code (grpcio's core) writes to file descriptor 2, which is where the screen
    is. It goes to the file that TALOSCOPE_LOG names, else nowhere; Textual draws on
    `sys.__stderr__`, which becomes a copy of the terminal.
    """
    kept = sys.stderr, sys.__stderr__
    log = os.open(
        environ.get("TALOSCOPE_LOG") or os.devnull,
        os.O_WRONLY | os.O_CREAT | os.O_APPEND,
        0o600,
    )
    with os.fdopen(os.dup(2), "w", encoding="utf-8") as screen:
        os.dup2(log, 2)
        os.close(log)
        sys.stderr = sys.__stderr__ = screen  # type: ignore[misc] # Textual reads it
        try:
            yield
        finally:
            os.dup2(screen.fileno(), 2)
            sys.stderr, sys.__stderr__ = kept  # type: ignore[misc] # as it was
