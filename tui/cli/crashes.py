"""Telling of a crash: as it ends the program, and at the next start."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime

from tui.cli.output import cleaned
from tui.state import crash
from tui.state.place import folder


def greeting(environ: Mapping[str, str]) -> str:
    """What the next start says of a crash; empty when there was none."""
    found = crash.untold(folder(environ))
    if found is None:
        return ""
    place = cleaned(str(found))
    return f"The last run ended by a fault of its own. Its report to send: {place}"


def told(error: BaseException, at: datetime, environ: Mapping[str, str]) -> str:
    """What happened, in a line or whole, after the report was written or was not."""
    from tui.cli.version import lines  # noqa: PLC0415 - it looks through all packages

    size = shutil.get_terminal_size()
    where = f"{environ.get('TERM', 'no TERM')} {size.columns}x{size.lines}"
    text = crash.report(error, at, [*lines(), f"  terminal {where}"])
    try:
        path = crash.keep(folder(environ), text, at)
    except OSError as problem:
        why = f"no report could be kept: {problem.strerror or problem}"
        return f"a fault of its own ended it; {why}\n{text}"
    what = crash.scrubbed(f"{type(error).__name__}: {error}")
    return f"a fault of its own ended it: {what}\nThe report to send: {path}"
