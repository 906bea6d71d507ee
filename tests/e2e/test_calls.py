"""Somebody is called: what a terminal is sent, and what the operator's command gets."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tui.clock import SystemClock

pytestmark = pytest.mark.terminal
KEEP = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"
SECONDS = 40.0


class Terminal:
    """The dashboard in a pseudo-terminal, and every byte that it sent."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.sent = b""
        self._master = master

    def until(self, pattern: bytes) -> re.Match[bytes]:
        """Read until the bytes match; fails in time."""
        clock = SystemClock()
        deadline = clock.monotonic() + SECONDS
        while (found := re.search(pattern, self.sent)) is None:
            left = deadline - clock.monotonic()
            assert left > 0, (pattern, self.sent[-2000:])
            if select.select([self._master], [], [], left)[0]:
                self.sent += self._read()
        return found

    def judged(self) -> None:
        """Go to the first cluster, and read until its alerts are judged: where not all
        have room, the worst one is in view."""
        self.until(b"agentic")
        os.write(self._master, b"1")
        self.until(b"Cilium replaces it, 4/4")

    def until_true(self, is_so: Callable[[], bool]) -> None:
        """Read until something outside is so; fails in time."""
        clock = SystemClock()
        deadline = clock.monotonic() + SECONDS
        while not is_so():
            assert clock.monotonic() < deadline
            if select.select([self._master], [], [], 0.05)[0]:
                self.sent += self._read()

    def _read(self) -> bytes:
        try:
            return os.read(self._master, 65536)
        except OSError as error:
            raise AssertionError(f"it ended: {self.sent!r}") from error


@contextmanager
def dashboard(environ: dict[str, str]) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "tui"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, **environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        os.close(master)


@pytest.fixture
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as running:
        yield running


def move(lab: RunningLab, at: str) -> None:
    request = urllib.request.Request(
        lab.environment["LAB_CONTROL_URL"] + "/story",
        json.dumps({"at": at, "speed": 0}).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).read()


def real_in(kept: Path) -> list[dict[str, Any]]:
    lines = kept.read_text().splitlines() if kept.exists() else []
    return [each for line in lines for each in json.loads(line)["real"]]


def names_in(kept: Path) -> list[str]:
    return [each["name"] for each in real_in(kept)]


def calling(lab: RunningLab, kept: Path) -> dict[str, str]:
    """The lab's environment with a command that keeps what it is told."""
    known = Path(lab.environment["TALOSCOPE_CONFIG"])
    config = known.with_name("calling.toml")
    command = json.dumps([sys.executable, "-c", KEEP, str(kept)])
    table = f"[attention]\non_real = {command}\non_real_every = '0s'\n"
    config.write_text(f"{known.read_text()}\n{table}")
    environ = {**lab.environment, "TALOSCOPE_CONFIG": str(config)}
    environ.pop("TMUX", None)
    return environ


def test_what_turns_real_calls_through_the_terminal_and_the_command(
    lab: RunningLab, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    environ = calling(lab, kept)
    with dashboard(environ) as terminal:
        terminal.judged()
        begun = len(terminal.sent)
        move(lab, "4m40s")
        terminal.until(rb"\x1b\]9;taloscope: [^\x07]*prod: [^\x07]*\x07")
        terminal.until(rb"\x1b\]2;taloscope: [^\x07]*real in [^\x07]*prod")
        assert re.search(rb"\x1b\[[^\x1b]*\x07", terminal.sent[begun:]), "a bell"
        terminal.until_true(lambda: "KubeProxyDown" in names_in(kept))
        told = [each for each in real_in(kept) if each["name"] == "KubeProxyDown"]
        (proxy,) = told
        assert (proxy["cluster"], proxy["kind"]) == ("prod", "alert")
        assert proxy["evidence"]
