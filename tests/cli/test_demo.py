"""The lab beside the dashboard: it is there in time, and it never stays behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tui.cli.demo import LabError, running_lab
from tui.clock import SystemClock
from tui.config import load

PTYBENCH = Path(__file__).parents[1] / "bench" / "ptybench.py"

ORPHAN = """
import os
from tui.cli.demo import running_lab
from tui.clock import SystemClock
with running_lab((), SystemClock()) as variables:
    print(variables["TALOSCOPE_CONFIG"], flush=True)
    os._exit(0)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the lab keeps its files, so that a test can see them go."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def left_in(folder: Path) -> list[Path]:
    return list(folder.glob("taloscope-lab-*"))


def test_the_lab_is_there_for_the_block_and_gone_after_it(folder: Path) -> None:
    with running_lab(("--at", "1m"), SystemClock()) as variables:
        config = load(Path(variables["TALOSCOPE_CONFIG"]))
        names = [cluster.name for cluster in config.clusters]
        assert names == ["prod", "monit", "agentic"]
        assert left_in(folder)
    assert left_in(folder) == []


def test_a_lab_that_cannot_start_is_an_error(folder: Path) -> None:
    with (
        pytest.raises(LabError, match="did not start"),
        running_lab(("--fault", "nonsense"), SystemClock()),
    ):
        pass
    assert left_in(folder) == []


def test_the_lab_ends_when_nobody_is_left_to_end_it(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout.startswith(str(folder))
    deadline = SystemClock().monotonic() + 20
    while left_in(folder) and SystemClock().monotonic() < deadline:
        Event().wait(0.1)
    assert left_in(folder) == []


@pytest.mark.terminal
def test_the_demo_opens_shows_the_estate_and_leaves_nothing_behind(
    folder: Path,
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, str(PTYBENCH), "--size", "120x36", "--quit", "q"),
            *("--env", "LC_ALL=C.UTF-8", "--ready", "talos-cp-1"),
            *("--", sys.executable, "-m", "tui", "demo", "--at", "1m", "--speed", "0"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    (run,) = report["runs"]
    assert run["exit"]["status"] == 0
    assert run["exit"]["left_behind"] == []
    assert left_in(folder) == []
