"""`taloscope replay` as a person has it: a record that somebody sent, and no estate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tui.cli.output import USAGE
from tui.cli.taped import NOT_DONE

ROOT = Path(__file__).parents[1]
HARNESS = ROOT / "bench" / "ptybench.py"
KEPT = ROOT / "data" / "tape" / "format-1.tape"
"""From 02:13:47 to 02:14:36; KubeProxyDown of prod turns real at 02:14:12."""


def nowhere(folder: Path) -> dict[str, str]:
    """A home without a config and without a record."""
    ours = {"HOME": str(folder), "XDG_STATE_HOME": str(folder), "LC_ALL": "C.UTF-8"}
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("XDG")
    }
    kept.pop("TALOSCOPE_CONFIG", None)
    return {**kept, **ours}


def replayed(folder: Path, arguments: list[str], *steps: str) -> dict[str, Any]:
    """Run it in a terminal and take the steps; fails where a step fails."""
    command = [sys.executable, str(HARNESS), "--size", "160x50", "--timeout", "20"]
    for step in steps:
        command += ["--step", step]
    ours = [sys.executable, "-m", "tui", "replay", *arguments]
    done = subprocess.run(
        [*command, "--quit", "q", "--", *ours],
        env=nowhere(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0, (result["runs"], done.stderr)
    return result


def refused(folder: Path, *arguments: str, code: int = USAGE) -> str:
    """What it says when it cannot."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", "replay", *arguments],
        env=nowhere(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.terminal
def test_a_record_is_shown_without_a_config_from_its_begin(tmp_path: Path) -> None:
    replayed(
        tmp_path,
        [str(KEPT)],
        r"wait:PAST.*02:13:4\d.*replay",
        "wait:agentic",
        "wait:monit",
        "press:end",
        "wait:PAST.*02:14:36",
        "wait:REAL +KubeProxyDown",
        "press:{",
        "wait:PAST.*02:13:4",
        "gone:REAL +KubeProxyDown",
        "press:ctrl+n",
        "wait:nothing can be changed",
    )


@pytest.mark.terminal
def test_a_time_without_its_date_is_one_of_the_record(tmp_path: Path) -> None:
    steps = ("wait:PAST.*02:14:2", "wait:REAL +KubeProxyDown")
    replayed(tmp_path, [str(KEPT), "--at", "02:14:30"], *steps)
    replayed(tmp_path, [str(KEPT), "--at", "2026-02-27 02:14:30"], *steps)
    replayed(tmp_path, [str(KEPT), "--at=-8s"], *steps)


@pytest.mark.terminal
def test_time_passes_as_fast_as_it_is_told_to_and_ends_at_the_end(
    tmp_path: Path,
) -> None:
    replayed(
        tmp_path,
        [str(KEPT), "--speed", "10"],
        "wait:PAST.*02:13:5",
        "wait:PAST.*02:14:1",
        "wait:REAL +KubeProxyDown",
        "wait:PAST.*02:14:36",
        "sleep:2",
        "expect:PAST.*02:14:36",
    )


def test_what_is_no_record_is_refused_with_a_sentence(tmp_path: Path) -> None:
    absent, foreign = tmp_path / "absent.tape", tmp_path / "foreign.tape"
    later, cut = tmp_path / "later.tape", tmp_path / "cut.tape"
    foreign.write_bytes(b"\x7fELF" + bytes(100))
    later.write_bytes(b"taloscope tape 9\n{}\n")
    cut.write_bytes(KEPT.read_bytes()[:200])
    (tmp_path / "empty").mkdir()
    assert "there is no such file" in refused(tmp_path, str(absent))
    unread = partial(refused, tmp_path, code=NOT_DONE)
    assert "foreign.tape is no record" in unread(str(foreign))
    assert "written by a later taloscope" in unread(str(later))
    assert "no moment in" in unread(str(cut))
    assert "nothing is recorded in" in unread(str(tmp_path / "empty"))
    assert "nothing is recorded in" in unread()


def test_a_time_that_is_none_is_refused_with_examples(tmp_path: Path) -> None:
    assert "is no time. Type -2h" in refused(tmp_path, str(KEPT), "--at", "noonish")


@pytest.mark.parametrize("typed", ["nan", "inf", "fast", "1e9"])
def test_a_speed_that_is_none_is_refused(typed: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "replay", str(KEPT), "--speed", typed],
        env=nowhere(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == USAGE
    assert f"invalid speed value: '{typed}'" in done.stderr
