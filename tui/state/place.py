"""Where remembered things lie, and that nobody else may read them."""

from __future__ import annotations

import getpass
import os
import stat
from collections.abc import Mapping
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def folder(environ: Mapping[str, str]) -> Path:
    """XDG's place; a relative path in the variable is to be ignored."""
    base = Path(environ.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():
        base = Path(environ.get("HOME") or Path.home()) / ".local" / "state"
    return base / "taloscope"


def login(environ: Mapping[str, str]) -> str:
    """The name of the person at the keyboard; a number when they have none."""
    try:
        return environ.get("LOGNAME") or environ.get("USER") or getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def make_private(path: Path) -> None:
    """Make the folder; take away what others may do with it. Blocks.

    raise   OSError
    """
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    if stat.S_IMODE(path.stat().st_mode) & ~PRIVATE_FOLDER:
        path.chmod(PRIVATE_FOLDER)


def append(path: Path, line: str) -> None:
    """Add one line to a private file, whole or not at all, and on the disk. Blocks.

    What is no UTF-8, as a name of the environment may be, is written as an escape.
    raise   OSError
    """
    write(path, f"{line}\n".encode(errors="backslashreplace"))


def write(path: Path, data: bytes) -> None:
    """Put this at the end of a private file, which may be new; as above.

    Two processes may add to one file: it is one write.
    """
    make_private(path.parent)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    file = os.open(path, flags, PRIVATE_FILE)
    try:
        if stat.S_IMODE(os.fstat(file).st_mode) & ~PRIVATE_FILE:
            os.fchmod(file, PRIVATE_FILE)
        written = os.write(file, data)
        if written < len(data):
            _take_back(file, written)
            raise OSError(28, "No space left on device", str(path))
        os.fsync(file)
    finally:
        os.close(file)


def _take_back(file: int, written: int) -> None:
    """Cut off half a line, unless another process has written behind it."""
    end = os.lseek(file, 0, os.SEEK_CUR)
    if os.fstat(file).st_size == end:
        os.ftruncate(file, end - written)
