"""A new user's first minutes: a kubeconfig, a talosconfig, `init`, the dashboard."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.labs import furnish, running_lab
from tests.e2e.test_calls import dashboard
from tui.clock import SystemClock

pytestmark = pytest.mark.terminal
CLOCK = SystemClock()
MOST_SECONDS = 300.0
"""From install to a true picture, by any machine."""


def test_from_an_empty_home_to_the_first_screen(tmp_path: Path) -> None:
    with running_lab("--at", "3m", "--speed", "0") as lab:
        furnish(tmp_path, lab)
        environ = {"HOME": str(tmp_path), "LANG": "C.UTF-8", "TMUX": ""}
        begun = CLOCK.monotonic()
        subprocess.run(
            [sys.executable, "-m", "tui", "init", "--yes"],
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            check=True,
            timeout=120,
        )
        with dashboard(environ) as terminal:
            terminal.until(b"BTRFSCorruptionDetected")
            terminal.until(b"4 false")  # as everything in it was judged
            terminal.until(b"12/12 up")
        assert CLOCK.monotonic() - begun < MOST_SECONDS
    assert (tmp_path / ".config/taloscope/config.toml").exists()
