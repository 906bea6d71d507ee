"""The file that `taloscope init` writes: what was there is neither lost nor half."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

from tui.state.whole import beside, move_to_free, sync

_NEW = 0o666  # the umask says the rest


def write(path: Path, text: str, *, may_replace: bool) -> Path | None:
    """Put the text there, or change nothing. A link stays; its target is written.

    return  where the file that was there is kept; None for none, and for an empty one
    raise   OSError; FileExistsError for one that is there and may not be replaced
    """
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")  # such as /dev/stdout: nothing to lose
        return None
    real = Path(os.path.realpath(path))
    with ExitStack() as halves:
        if not may_replace or not real.exists():
            new = halves.enter_context(beside(real, text.encode(), _NEW))
            move_to_free(new, [real])
            kept = None
        else:
            # Both are on the disk before either has its name: it may be full.
            was, before = real.stat(), real.read_bytes()
            old = halves.enter_context(beside(real, before, _NEW))
            new = halves.enter_context(beside(real, text.encode(), _NEW))
            for each in (old, new):
                _belong(each, was)
            kept = move_to_free(old, _names(real)) if before else None
            new.replace(real)
    with suppress(OSError):  # it is written, if this folder cannot be opened too
        sync(real.parent)
    return kept


def _belong(path: Path, was: os.stat_result) -> None:
    """Give it the owner, as far as we may, and the permissions of another."""
    if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.chown(path, was.st_uid, was.st_gid)
    path.chmod(stat.S_IMODE(was.st_mode))


def _names(path: Path) -> Iterator[Path]:
    """Of what was there: `.bak`, then `.bak.1` and so on."""
    yield path.with_name(f"{path.name}.bak")
    for number in count(1):
        yield path.with_name(f"{path.name}.bak.{number}")
