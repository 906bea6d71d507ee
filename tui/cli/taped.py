"""Where this run records what is known, and how a verb opens a record."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tui.backend import Backend
from tui.cli.output import USAGE, complain
from tui.clock import Clock
from tui.config import Config
from tui.present.when import UnreadableTimeError, stretch_of
from tui.state.place import folder
from tui.tape.framing import TapeError
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch
from tui.tape.taping import Taping
from tui.tape.writer import Writer

FOLDER = "tape"
NOT_DONE = 1


class NoFileError(Exception):
    """What was named is not there."""


UNOPENED = (NoFileError, TapeError, UnreadableTimeError)
"""What stands in the way of a record, or of the time in it that was asked for."""


def place(environ: Mapping[str, str]) -> Path:
    """The folder of the record."""
    return folder(environ) / FOLDER


def shelf(file: Path | None, environ: Mapping[str, str]) -> Shelf:
    """The record that was named, else this user's own; nothing of it is read yet.

    raise   NoFileError
    """
    if file and not file.exists():
        raise NoFileError(f"{file}: there is no such file or folder")
    return Shelf(file or place(environ))


def time_in(option: str, typed: str, end: datetime) -> datetime:
    """A time that was typed, of a record that ends then.

    raise   UnreadableTimeError
    """
    try:
        # A time without its date is one of the record, however old that is.
        return stretch_of(typed, end).since
    except UnreadableTimeError as error:
        raise UnreadableTimeError(f"{option}: {error}") from error


def refused(error: Exception) -> int:
    """Say why a record is not opened. Returns the exit code."""
    complain(error)
    return NOT_DONE if isinstance(error, TapeError) else USAGE


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
