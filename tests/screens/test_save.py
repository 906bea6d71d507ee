"""Saving what a log shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.screens.stage import Stage, on_stage
from tui.screens.save import SaveScreen


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def save_as(stage: Stage, name: str) -> None:
    """Ask for the lines of all clusters in a file of that name."""
    await stage.press("L", "s")
    stage.app.screen.query_one(Input).value = name
    await stage.press("enter")


async def gone(stage: Stage) -> None:
    """Wait until it is saved."""
    await stage.until_that(lambda: not isinstance(stage.app.screen, SaveScreen))


async def test_what_is_shown_is_saved_for_its_owner_alone(folder: Path) -> None:
    async with on_stage((120, 36)) as stage:
        await save_as(stage, "out.log")
        await gone(stage)
        file = folder / "out.log"
        assert file.stat().st_mode & 0o777 == 0o600
        lines = file.read_text().splitlines()
        assert any("BTRFS error" in line for line in lines)
        assert all(line[4] == "-" and "Z " in line for line in lines)


async def test_a_file_that_exists_is_kept_until_that_is_confirmed(folder: Path) -> None:
    file = folder / "out.log"
    file.write_text("precious")
    async with on_stage((120, 36)) as stage:
        await save_as(stage, "out.log")
        assert "exists. Overwrite it?" in stage.text
        await stage.press("enter")
        assert file.read_text() == "precious"
        await stage.press("enter", "y")
        await gone(stage)
        assert "BTRFS error" in file.read_text()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "A path is needed."),
        (".", "That is a folder: add a name."),
        ("~no-such-user/x", "Not saved: No such file or directory"),
        ("x" * 300, "Not saved: File name too long"),
        ("none/out.log", "Not saved: No such file or directory"),
    ],
)
async def test_what_cannot_be_saved_says_why(name: str, words: str) -> None:
    async with on_stage((120, 36)) as stage:
        await save_as(stage, name)
        await stage.until(words)
