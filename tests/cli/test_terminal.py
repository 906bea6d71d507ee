"""Who may draw where, tried in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--term", "dumb"), "cannot draw"),
        (("--env", "PYTHONIOENCODING=latin-1"), "is not UTF-8"),
    ],
)
def test_a_terminal_that_cannot_show_it_is_told_so(
    options: tuple[str, ...], told: str, tmp_path: Path
) -> None:
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
