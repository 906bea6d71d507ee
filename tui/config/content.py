"""Reads the bytes of a config, and waits for no pipe for ever."""

from __future__ import annotations

import os
import select
import stat
from pathlib import Path

from tui.config.values import ConfigError

_PATIENCE_SECONDS = 10.0
"""A shell's `<(pass show config)` may ask for a key first."""
_PIECE = 65_536


def content(path: Path) -> bytes:
    """All of a file, or of what a shell's `<(...)` gives.

    raise   ConfigError for a device, and for a pipe into which nobody writes; OSError
    """
    # Of a pipe without a writer even the opening would wait.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(file).st_mode
        if stat.S_ISFIFO(mode):
            return _piped(path, file)
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            raise ConfigError(f"{path}: is a device and no file")
        return b"".join(iter(lambda: os.read(file, _PIECE), b""))
    finally:
        os.close(file)


def _piped(path: Path, file: int) -> bytes:
    """What comes until its writer closes it, each piece in time."""
    waiting = select.poll()
    waiting.register(file, select.POLLIN)
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(file, _PIECE)
        except BlockingIOError:
            if waiting.poll(1_000 * _PATIENCE_SECONDS):
                continue
            words = f"a pipe: nothing came for {_PATIENCE_SECONDS:g} s"
            raise ConfigError(f"{path}: {words}") from None
        if not piece:
            break
        pieces.append(piece)
    if not pieces:
        raise ConfigError(f"{path}: a pipe into which nobody writes")
    return b"".join(pieces)
