"""The terminal before and around the dashboard: is it one, and who may write on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


def trouble(environ: Mapping[str, str]) -> str:
    """Why a dashboard cannot be shown here, and what to do; empty when it can."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream.isatty() for stream in streams):
        return "the dashboard needs a terminal; `taloscope check` works without one"
    if environ.get("TERM", "dumb") == "dumb":
        return "this terminal (TERM) cannot draw; `taloscope check` works without one"
    if sys.stderr.encoding.lower() not in {"utf-8", "utf8"}:
        return "the locale is not UTF-8: set LC_ALL=C.UTF-8"
    return ""


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
