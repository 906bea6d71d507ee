"""Starts `taloscope serve` and counts what belongs to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from tests.e2e.labs import RunningLab
from tui.clock import SystemClock

CLOCK = SystemClock()
_BEAT = Event()
CHANGE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    process: subprocess.Popen[str]
    url: str
    """As it printed it, with the token."""
    state: Path
    """Where it remembers."""

    @property
    def address(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc

    def viewers(self) -> list[int]:
        """The processes that it has started and that still run."""
        return children(self.process.pid)

    def wait_for_viewers(self, number: int, seconds: float = CHANGE_SECONDS) -> None:
        """Until so many run."""
        deadline = CLOCK.monotonic() + seconds
        while len(found := self.viewers()) != number:
            assert CLOCK.monotonic() < deadline, found
            _BEAT.wait(0.05)


def children(pid: int) -> list[int]:
    """Viewers that a server has started and that run.

    Beside them it runs what kubeconfigs name to get a token, as the dashboard does.
    """
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after = (folder / "stat").read_text().rpartition(")")[2].split()
            is_viewer = b"tui.cli.viewer" in (folder / "cmdline").read_bytes()
            if int(after[1]) == pid and after[0] != "Z" and is_viewer:
                found.append(int(folder.name))
    return sorted(found)


def is_running(pid: int) -> bool:
    """Whether there is such a process, and not only its remains."""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] != "Z"
    return False


def wait_for_end(pids: list[int], seconds: float = CHANGE_SECONDS) -> None:
    """Until none of them runs."""
    deadline = CLOCK.monotonic() + seconds
    while left := [pid for pid in pids if is_running(pid)]:
        assert CLOCK.monotonic() < deadline, left
        _BEAT.wait(0.05)


@contextmanager
def serving(lab: RunningLab, state: Path, *options: str) -> Iterator[Served]:
    """`taloscope serve` on a free port until the block ends; it must end well then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "serve", "--port", "0", *options],
        env={**os.environ, **lab.environment, "XDG_STATE_HOME": str(state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url, "it did not start"
        yield Served(process, url, state)
    finally:
        left = children(process.pid)
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
        status = process.wait(30)
        wait_for_end(left)
        assert status in {0, -signal.SIGKILL}
