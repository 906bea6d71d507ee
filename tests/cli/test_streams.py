"""Output that cannot be written, or not in these letters, in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LATIN = {"LC_ALL": "de_DE.ISO-8859-1", "PYTHONIOENCODING": "latin-1"}
"""What Python makes of such a locale, where it is installed."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text("[clusters.prod]\nprometheus.url = 'http://127.0.0.1:9'\n")
    return path


def shell(command: str, config: Path, **environ: str) -> tuple[int, str, bytes]:
    """The exit code, standard error, and standard output."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m tui {command}"],
        capture_output=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
        env={"TALOSCOPE_CONFIG": str(config), "HOME": str(config.parent), **environ},
    )
    return done.returncode, done.stderr.decode(), done.stdout


@pytest.mark.parametrize("verb", ["check", "doctor", "pipeline"])
@pytest.mark.parametrize("environ", [LATIN, {"LC_ALL": "C"}])
def test_where_the_locale_is_not_utf_8_everything_is_told_in_ascii(
    verb: str, environ: dict[str, str], config: Path
) -> None:
    code, told, text = shell(verb, config, **environ)
    assert "Traceback" not in told
    assert text.isascii()
    assert code in {1, 2}


def test_the_signs_of_a_locale_without_utf_8_are_those_of_the_dashboard(
    config: Path,
) -> None:
    _, _, text = shell("doctor", config, LC_ALL="C")
    assert b"X prod: Prometheus" in text
    assert b"\n  + dns" in text


def test_a_locale_of_utf_8_has_its_signs(config: Path) -> None:
    _, _, text = shell("doctor", config, LC_ALL="C.UTF-8")
    assert "✖ prod: Prometheus" in text.decode()


def test_a_name_that_is_no_text_is_told_all_the_same(config: Path) -> None:
    code, _, text = shell("config path --config /$'\\xff'", config, LC_ALL="C.UTF-8")
    assert text == b"/\\udcff\n"
    assert code == 0


FULL = "taloscope: could not write: No space left on device\n"
CLOSED = "taloscope: could not write: standard output is closed\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("--version >/dev/full", FULL),
        ("--help >/dev/full", FULL),
        ("man >/dev/full", FULL),
        ("config path >/dev/full", FULL),
        ("doctor --output json >/dev/full", FULL),
        ("--version >&-", CLOSED),
        ("check >&-", CLOSED),
        ("--version >&- 2>&-", ""),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(
    command: str, told: str, unbuffered: str, config: Path
) -> None:
    code, said, _ = shell(command, config, PYTHONUNBUFFERED=unbuffered)
    assert said == told
    assert code == 5


@pytest.mark.parametrize("command", ["man", "check", "config path"])
def test_whoever_closes_the_pipe_of_both_gets_141(command: str, config: Path) -> None:
    code, _, _ = shell(f"{command} 2>&1 | :", config)
    assert code == 141


@pytest.mark.parametrize("stream", ["/dev/full", "&-"])
def test_a_complaint_that_nobody_can_hear_changes_no_exit_code(
    stream: str, config: Path
) -> None:
    code, _, _ = shell(f"nonsense 2>{stream}", config)
    assert code == 3


def test_without_any_stream_there_is_no_dashboard(config: Path) -> None:
    code, _, _ = shell("<&- >&- 2>&-", config)
    assert code == 3
