"""Who may draw where, tried in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli.terminal import has_only_ascii

PTYBENCH = Path(__file__).parents[1] / "bench" / "ptybench.py"

NOISE = """
import os, sys
from tui.cli.terminal import screen_of_our_own
with screen_of_our_own(dict(os.environ)):
    os.write(2, b"noise")
    sys.__stderr__.write("drawn ")
os.write(2, b"again ")
sys.stderr.write("ours")
"""


def after_noise(**environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", NOISE],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env=environ,
    )
    return done.stderr


def test_what_libraries_write_does_not_reach_the_screen() -> None:
    assert after_noise() == "drawn again ours"


def test_what_libraries_write_can_be_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert after_noise(TALOSCOPE_LOG=str(log)) == "drawn again ours"
    assert log.read_text() == "noise"
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.terminal
def test_a_terminal_that_cannot_show_it_is_told_so(tmp_path: Path) -> None:
    options, told = ("--term", "dumb"), "cannot draw"
    path = tmp_path / "config.toml"
    path.write_text("[clusters.prod]\ncontext = 'prod'\n")
    taloscope = (sys.executable, "-m", "tui", "--config", str(path))
    done = subprocess.run(
        [sys.executable, str(PTYBENCH), *options, "--ready", told, "--", *taloscope],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("environ", "is_ascii"),
    [
        ({}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "de_DE.utf8", "TERM": "tmux-256color"}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "TERM": "linux"}, True),
    ],
)
def test_ascii_is_drawn_where_the_locale_or_the_console_has_no_more(
    environ: dict[str, str], *, is_ascii: bool
) -> None:
    assert has_only_ascii(environ) is is_ascii
