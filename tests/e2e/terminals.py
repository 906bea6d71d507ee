"""The program in a pseudo-terminal of its own, whose output somebody reads away."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress


@contextmanager
def in_terminal(
    *arguments: str, environ: Mapping[str, str], size: tuple[int, int] = (120, 36)
) -> Iterator[subprocess.Popen[bytes]]:
    """`taloscope` with these arguments; it is killed with the end of the block."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size[::-1], 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environ},
        start_new_session=True,
    )
    os.close(slave)
    reader = threading.Thread(target=_read_away, args=(master,))
    reader.start()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        reader.join()
        os.close(master)


def _read_away(master: int) -> None:
    """Until nobody has the terminal any more."""
    with suppress(OSError):
        while os.read(master, 65_536):
            pass
