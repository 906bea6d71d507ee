"""However it ends, the terminal is as it was, and nothing is left running."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tui.clock import SystemClock

pytestmark = pytest.mark.terminal
CLOCK = SystemClock()
CONFIG = """
[clusters.prod]
prometheus = { url = "http://127.0.0.1:1" }
alertmanager = { urls = ["http://127.0.0.1:1"] }
"""
SHOWN = b"prod"
ROOT = Path(__file__).parents[2]
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""The other screen left, the cursor shown, the mouse and pasting given back."""


@dataclass
class Terminal:
    """A pseudo-terminal with the program in it, as its session's leader."""

    pid: int
    master: int
    before: list[Any]
    heard: bytearray = field(default_factory=bytearray)
    status: int | None = None

    def listen(self, words: bytes = b"", seconds: float = 30) -> None:
        """Read until the words have come; without words, until the program ends."""
        deadline = CLOCK.monotonic() + seconds
        while not words or words not in self.heard:
            assert CLOCK.monotonic() < deadline, bytes(self.heard[-2000:])
            if select.select([self.master], [], [], 0.1)[0]:
                with suppress(OSError):
                    self.heard += os.read(self.master, 65_536)
            if not words and self.has_ended():
                return

    def has_ended(self) -> bool:
        """Whether the program is gone; keeps its exit status."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def resize(self, columns: int, rows: int) -> None:
        """As a window that is dragged."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def check(self) -> None:
        """As it was before, and nobody left in the session."""
        assert termios.tcgetattr(self.master) == self.before
        told = bytes(self.heard)
        for sequence in RESTORED:
            off = sequence
            on = sequence[:-1] + (b"h" if off.endswith(b"l") else b"l")
            assert told.rfind(off) > told.rfind(on), off
        assert members(self.pid) == []


def members(session: int) -> list[int]:
    """Processes of a session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(after[3]) == session and after[0] != "Z":
                found.append(int(folder.name))
    return found


def opened(
    folder: Path,
    environ: Mapping[str, str],
    program: Sequence[str] = ("-m", "tui"),
) -> Terminal:
    """The program on a config whose servers refuse."""
    path = folder / "config.toml"
    path.write_text(CONFIG)
    ours = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environ}
    ours = {name: value for name, value in ours.items() if value}
    reading, writing = os.pipe()
    pid, master = pty.fork()
    if pid == 0:
        os.read(reading, 1)
        command = [sys.executable, *program, "--config", str(path)]
        os.execve(sys.executable, command, ours)
    terminal = Terminal(pid, master, termios.tcgetattr(master))
    terminal.resize(120, 36)
    os.write(writing, b"x")
    os.close(reading)
    os.close(writing)
    return terminal


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_with_the_terminal_restored(
    tmp_path: Path, sent: signal.Signals
) -> None:
    # Whoever runs us in the background may ignore it, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    terminal = opened(tmp_path, {})
    terminal.listen(SHOWN)
    os.kill(terminal.pid, sent)
    terminal.listen()
    terminal.check()


@pytest.mark.parametrize(
    "environ",
    [
        {"TERM": "screen-256color"},
        {"TERM": "tmux-256color"},
        {"TERM": "linux"},
        {"NO_COLOR": "1"},
        {"HOME": "", "XDG_STATE_HOME": ""},
        {"HOME": "/proc", "XDG_STATE_HOME": ""},
        {"XDG_STATE_HOME": "/dev/full"},
    ],
    ids=lambda each: " ".join(f"{k}={v}" for k, v in each.items()),
)
def test_it_opens_and_leaves_any_terminal_and_home(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    terminal = opened(tmp_path, environ)
    terminal.listen(SHOWN)
    os.write(terminal.master, b"q")
    terminal.listen()
    assert terminal.status == 0
    terminal.check()


def test_a_storm_of_resizes_is_survived(tmp_path: Path) -> None:
    terminal = opened(tmp_path, {})
    terminal.listen(SHOWN)
    for number in range(300):
        terminal.resize(20 + number * 7 % 200, 5 + number * 3 % 60)
    terminal.resize(120, 36)
    os.write(terminal.master, b"q")
    terminal.listen()
    assert terminal.status == 0
    terminal.check()


def test_a_stopped_program_goes_on(tmp_path: Path) -> None:
    terminal = opened(tmp_path, {})
    terminal.listen(SHOWN)
    os.kill(terminal.pid, signal.SIGSTOP)
    os.kill(terminal.pid, signal.SIGCONT)
    os.write(terminal.master, b"q")
    terminal.listen()
    assert terminal.status == 0
    terminal.check()


def test_a_terminal_that_is_closed_ends_it(tmp_path: Path) -> None:
    terminal = opened(tmp_path, {})
    terminal.listen(SHOWN)
    os.close(terminal.master)
    deadline = CLOCK.monotonic() + 20
    while not terminal.has_ended():
        assert CLOCK.monotonic() < deadline
        select.select([], [], [], 0.05)
    assert members(terminal.pid) == []


CRASHING = """
import sys
from tui.cli.main import main
from tui.engine.engine import Engine

async def run(self):
    secret = "hunter2-in-a-variable"
    raise RuntimeError("no way to http://me:hunter2@loki, token=hunter2 \\x1b[31m")

Engine.run = run
sys.exit(main())
"""


def test_a_crash_leaves_a_report_without_secrets_and_the_next_start_says_so(
    tmp_path: Path,
) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    script = tmp_path / "crashing.py"
    script.write_text(CRASHING)
    terminal = opened(tmp_path, {**state, "PYTHONPATH": str(ROOT)}, [str(script)])
    terminal.listen()
    assert terminal.status == 1
    terminal.check()
    (report,) = (tmp_path / "state" / "taloscope").glob("crash-*.new.txt")
    text = report.read_text()
    assert "RuntimeError: no way to http://***@loki, token=***" in text, text
    assert "textual" in text
    assert report.stat().st_mode & 0o077 == 0
    assert str(report).encode() in bytes(terminal.heard)
    assert b"hunter2" not in terminal.heard
    assert "hunter2" not in text
    again = opened(tmp_path, state)
    again.listen(b"crash-")
    os.write(again.master, b"q")
    again.listen()
    assert not report.exists()
    assert report.with_name(report.name.replace(".new", "")).exists()
