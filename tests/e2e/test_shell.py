"""In a real shell, and where terminal, locale or disk have less than one hopes for."""

from __future__ import annotations

import os
import pty
import sys
import termios
from pathlib import Path

import pytest

from tests.e2e.test_process import CONFIG, RESTORED, SHOWN, Terminal, members, opened

pytestmark = pytest.mark.terminal
ROOT = Path(__file__).parents[2]
ENTERED = b"\x1b[?1049h"


def in_bash(folder: Path) -> Terminal:
    """A shell with job control, which has the program to start."""
    (folder / "config.toml").write_text(CONFIG)
    environ = {
        **os.environ,
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
        "PS1": "ready> ",
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(folder / "state"),
    }
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe("bash", ["bash", "--norc", "--noediting", "-i"], environ)
    terminal = Terminal(pid, master, [])
    terminal.listen(b"ready> ")
    terminal.before = termios.tcgetattr(master)
    terminal.resize(120, 36)
    return terminal


def say(terminal: Terminal, words: str) -> None:
    terminal.heard.clear()
    os.write(terminal.master, words.encode())


def test_ctrl_z_gives_the_shell_its_terminal_and_fg_draws_anew(tmp_path: Path) -> None:
    terminal = in_bash(tmp_path)
    run = f"{sys.executable} -m tui --config {tmp_path}/config.toml\r"
    say(terminal, run)
    terminal.listen(SHOWN)
    say(terminal, "\x1a")
    terminal.listen(b"Stopped")
    assert termios.tcgetattr(terminal.master) == terminal.before
    assert all(sequence in terminal.heard for sequence in RESTORED)
    say(terminal, "fg\r")
    terminal.listen(ENTERED)
    terminal.listen(SHOWN)
    say(terminal, "\x1a")
    terminal.listen(b"Stopped")
    say(terminal, "fg\r")
    terminal.listen(SHOWN)
    say(terminal, "q")
    terminal.listen(b"ready> ")
    assert termios.tcgetattr(terminal.master) == terminal.before
    say(terminal, "exit\r")
    terminal.listen()
    assert members(terminal.pid) == []


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "TERM": "screen"},
        {"LC_ALL": "", "LANG": "de_DE.ISO-8859-1", "PYTHONIOENCODING": "latin-1"},
        {"TERM": "linux"},
    ],
    ids=lambda each: " ".join(f"{k}={v}" for k, v in each.items()),
)
def test_where_there_is_no_unicode_everything_is_ascii(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    terminal = opened(tmp_path, environ)
    terminal.listen(SHOWN)
    os.write(terminal.master, b"\xff\xfe\x80")  # no UTF-8: what an old locale sends
    os.write(terminal.master, b"q")
    terminal.listen()
    assert terminal.status == 0
    assert bytes(terminal.heard).isascii()
    terminal.check()
