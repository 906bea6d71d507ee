"""A script's mark is in the record, or it is said why not."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tui.cli import mark
from tui.cli.taped import place
from tui.clock import SystemClock
from tui.model.bounds import Bounds
from tui.model.fleet import Fleet
from tui.model.taped import Taped
from tui.tape.shelf import Shelf
from tui.tape.writer import Writer

CONFIG = """\
[clusters.prod]
prometheus = { url = "http://127.0.0.1:9" }
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return {
        "TALOSCOPE_CONFIG": str(path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "HOME": str(tmp_path),
    }


def test_a_mark_is_noted_with_its_time(environ: dict[str, str]) -> None:
    asked = ["--at", "2026-02-27 03:10", "switch 2\x1b[31m", "rebooted"]
    assert mark.run(asked, None, environ) == 0
    (found,) = Shelf(place(environ)).notes()
    assert (found.tone, found.text) == ("mark", "switch 2 [31m rebooted")
    assert f"{found.at.astimezone(UTC):%F %H:%M}" == "2026-02-27 03:10"


def test_who_has_no_name_on_this_machine_marks_by_number(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 54321")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert mark.run(["hello"], None, environ) == 0
    (found,) = Shelf(place(environ)).notes()
    assert found.author == str(os.getuid())


@pytest.mark.parametrize("at", ["0001-01-01", "-999999999999m"])
def test_a_time_that_no_record_holds_is_refused(
    at: str, environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert mark.run([f"--at={at}", "lost"], None, environ) == 3
    assert "is ten years ago or more" in capsys.readouterr().err


def test_marks_alone_do_not_hide_what_was_recorded(environ: dict[str, str]) -> None:
    early = SystemClock().now() - timedelta(hours=5)
    Writer(place(environ), "run", Bounds(), {}).write(Taped(early, Fleet(())))
    for number in range(4):
        assert mark.run([f"mark {number}"], None, environ) == 0
    shelf = Shelf(place(environ))
    assert shelf.span()[1] - early < timedelta(seconds=1)
    assert shelf.moment(SystemClock().now()).fleet == Fleet(())
    assert len(shelf.notes()) == 4


def test_where_nothing_is_recorded_that_is_said(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(environ["TALOSCOPE_CONFIG"])
    path.write_text(f"{CONFIG}[record]\nenabled = false\n")
    assert mark.run(["lost"], None, environ) == 1
    assert "enabled = true" in capsys.readouterr().err
    assert not place(environ).exists()


def test_a_time_that_is_none_is_said(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert mark.run(["--at", "soon", "x"], None, environ) == 3
    assert "--at: 'soon' is no time" in capsys.readouterr().err


def test_a_disk_that_refuses_is_said(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(environ["XDG_STATE_HOME"]).write_text("in the way")
    assert mark.run(["lost"], None, environ) == 1
    assert "taloscope:" in capsys.readouterr().err
