"""What is left of a crash: a private file without secrets, for whoever will mend it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tui.model.secrecy import without_secrets
from tui.state.place import write

MOST = 5
"""So many reports are kept."""
_NEW, _OLD = ".new.txt", ".txt"


def report(error: BaseException, at: datetime, about: Iterable[str]) -> str:
    """What happened, without the values of variables, which may be secrets.

    about   versions and the like, a line each
    """
    told = "".join(traceback.format_exception(error))
    lines = [
        f"taloscope ended by a fault of its own at {at:%Y-%m-%d %H:%M:%S %Z}.",
        "Send this file to those who mend taloscope. What looks like a secret was",
        "taken out of it; read it before you send it all the same.",
        "",
        *about,
        "",
        told,
    ]
    return scrubbed("\n".join(lines))


def scrubbed(text: str) -> str:
    """Without what looks like a secret, and without what a terminal obeys."""
    told = without_secrets(text)
    return "".join(each if each.isprintable() or each == "\n" else " " for each in told)


def keep(folder: Path, text: str, at: datetime) -> Path:
    """Write a report; the oldest go. Blocks.

    raise   OSError
    """
    path = folder / f"crash-{at:%Y%m%dT%H%M%S}-{os.getpid()}{_NEW}"
    write(path, text.encode())
    for old in sorted(folder.glob(f"crash-*{_OLD}"))[:-MOST]:
        old.unlink(missing_ok=True)
    return path


def untold(folder: Path) -> Path | None:
    """The newest report that no start has told of yet; from now on all are told.

    Blocks for a look into one folder. None too where nothing can be read.
    """
    newest = None
    try:
        for path in sorted(folder.glob(f"crash-*{_NEW}")):
            newest = path.with_name(path.name.removesuffix(_NEW) + _OLD)
            path.replace(newest)
    except OSError:
        return newest
    return newest


def newest(folder: Path) -> Path | None:
    """The newest report that is kept, told or not; None too where nothing can be read.

    Blocks for a look into one folder.
    """
    try:
        return max(folder.glob(f"crash-*{_OLD}"), default=None)
    except OSError:
        return None
