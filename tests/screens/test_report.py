"""A report is asked for from any screen, and written while that goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_replay import KEPT
from tests.judged import NOW
from tests.screens.stage import Stage, on_stage
from tui.backend import Backend
from tui.present.glyphs import UNICODE
from tui.present.when import Stretch
from tui.screens.report import ReportScreen
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch


def taped(live: Backend) -> Backend:
    return Switch(live, None, Shelf(KEPT))


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir())


async def written(stage: Stage) -> None:
    writing = [
        each for each in stage.app.workers if isinstance(each.node, ReportScreen)
    ]
    if writing:  # of none it would wait for all
        await stage.app.workers.wait_for_complete(writing)
    await stage.settle()


async def type_in(stage: Stage, text: str) -> None:
    for each in text:
        await stage.pilot.press(
            {" ": "space", "-": "minus", ":": "colon"}.get(each, each)
        )
    await stage.press("enter")
    await written(stage)


async def test_it_is_written_where_one_is_and_its_files_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    async with on_stage(wrap=taped) as stage:
        await stage.press("ctrl+r")
        assert "the last incident" in stage.text
        await stage.press("enter")
        await written(stage)
        assert not isinstance(stage.app.screen, ReportScreen)
        told = [each.message for each in stage.app._notifications]
    assert files(tmp_path) == [".html", ".md"]
    assert any("Written: " in each for each in told)


async def test_what_is_typed_is_explained_and_what_fails_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    async with on_stage(wrap=taped) as stage:
        await stage.press("ctrl+r")
        await type_in(stage, "soon")
        assert "'soon' is no time" in stage.text
        await stage.press("ctrl+u", *["backspace"] * 4)
        await type_in(stage, "-30m")
        await stage.until("Not written")
        assert files(tmp_path) == []


async def test_where_nothing_is_recorded_nothing_is_asked() -> None:
    async with on_stage() as stage:
        before = stage.app.screen
        await stage.press("ctrl+r")
        assert stage.app.screen is before


async def test_a_view_that_only_looks_writes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def looking(live: Backend) -> Backend:
        return Switch(live, None, Shelf(KEPT), writes=False)

    async with on_stage(wrap=looking) as stage:
        before = stage.app.screen
        await stage.press("ctrl+r")
        assert stage.app.screen is before
        told = [each.message for each in stage.app._notifications]
    assert any("No report can be written" in each for each in told)
    assert files(tmp_path) == []


async def test_how_far_it_is_is_shown_and_esc_gives_it_up() -> None:
    given_up = asyncio.Event()

    async def write(
        _: Stretch | None, folder: Path, say: Callable[[str], None]
    ) -> tuple[Path, ...] | str:
        say("reading the record: 7%")
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        return (folder,)

    async with on_stage() as stage:
        await stage.app.push_screen(ReportScreen(write, NOW, UNICODE))
        await stage.press("enter")
        await stage.until("reading the record: 7%")
        await stage.press("escape")
        assert not isinstance(stage.app.screen, ReportScreen)
        async with asyncio.timeout(10):
            await given_up.wait()
