"""Where this run records what is known, and where it can go back to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tui.backend import Backend
from tui.clock import Clock
from tui.config import Config
from tui.state.place import folder
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch
from tui.tape.taping import Taping
from tui.tape.writer import Writer

FOLDER = "tape"


def place(environ: Mapping[str, str]) -> Path:
    """The folder of the record."""
    return folder(environ) / FOLDER


def writer(config: Config, environ: Mapping[str, str]) -> Writer:
    """A hand of this run's own in the folder of the record; it writes nothing yet."""
    run = f"{os.getpid():x}{os.urandom(3).hex()}"
    about = {"clusters": [each.name for each in config.clusters]}
    return Writer(place(environ), run, config.record, about)


def recorded(
    backend: Backend, config: Config, clock: Clock, environ: Mapping[str, str]
) -> Switch:
    """The backend, recorded unless the config forbids it."""
    taping = None
    if config.record.is_on:
        taping = Taping(backend, clock, writer(config, environ))
    return Switch(backend, taping, Shelf(place(environ)))
