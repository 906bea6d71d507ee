"""Where this run remembers what happened to alerts."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

from tui.clock import Clock
from tui.state.book import FILE, Book
from tui.state.place import folder


def book(environ: Mapping[str, str], clock: Clock, *, writes: bool = True) -> Book:
    """The history file, and a name for this run that no other has."""
    run = f"{platform.node()} {os.getpid()} {clock.now().isoformat()}"
    return Book(folder(environ) / FILE, run, writes=writes)
