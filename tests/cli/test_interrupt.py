"""Ctrl+c in processes of their own: no traceback, and the exit code shells know."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = """
import atexit, signal, sys, tui.cli.main

def interrupt(*_):
    signal.raise_signal(signal.SIGINT)

class Importing:
    def find_spec(self, name, path, target=None):
        if name == "tui.cli.config":
            interrupt()

class Nowhere:
    __del__ = interrupt

def put(run):
    import tui.cli.config
    tui.cli.config.run = run

match sys.argv.pop(1):
    case "an import":
        sys.meta_path.insert(0, Importing())
    case "a verb":
        put(interrupt)
    case "a place where nothing can be raised":
        put(lambda *_: Nowhere() and 0)
    case "the end":
        atexit.register(interrupt)
sys.exit(tui.cli.main.main())
"""
PLACES = ["an import", "a verb", "a place where nothing can be raised", "the end"]


def ended_in(place: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, place, "config", "path"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Children hear ctrl+c, also where the suite itself runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[tuple[socket.socket, Path]]:
    """A server that takes connections and tells nothing, and a config that has it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        path = tmp_path / "config.toml"
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        path.write_text(f"[clusters.prod]\nprometheus.url = '{url}'\n")
        yield server, path


@pytest.mark.parametrize("place", PLACES)
def test_ctrl_c_ends_it_without_a_word_wherever_it_is(place: str) -> None:
    done = ended_in(place)
    assert done.stderr == ""
    assert done.returncode == 130


def test_who_is_told_to_ignore_ctrl_c_ignores_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as for a job behind `&`
    try:
        done = ended_in("the end")
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("verb", ["check", "doctor"])
def test_ctrl_c_ends_a_verb_that_waits_for_a_server(
    verb: str, silent: tuple[socket.socket, Path]
) -> None:
    server, path = silent
    with subprocess.Popen(
        [sys.executable, "-m", "tui", verb, "--config", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        asked, _ = server.accept()
        with asked:
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=30)
    assert said == ("", "")
    assert process.returncode == 130
