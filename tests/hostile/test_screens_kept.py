"""The wall, what happened, the past, and what is kept for others, with hostile texts.

All of it over a record whose every text means harm.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from textual.events import Paste
from textual.widgets import Input

from tests.clock import ManualClock
from tests.estate import make_fleet, make_silence
from tests.hostile.test_screens import (
    assert_harmless,
    spoil_backend,
    spoiled_fleet,
)
from tests.hostile.texts import PARTS, spoiled
from tests.judged import NOW
from tests.screens.stage import Stage, on_stage
from tui.backend import Backend
from tui.model.bounds import Bounds
from tui.model.event import Connection, Event, Mark, Turn
from tui.model.fleet import FeedKey, SourceKind
from tui.model.log import Entry, Gap
from tui.model.taped import Taped, TapedLog, TapeNote
from tui.present.glyphs import ASCII, UNICODE, Marks
from tui.present.when import Stretch
from tui.screens.history import HistoryScreen
from tui.screens.logs import LogsScreen
from tui.screens.mark import MarkScreen
from tui.screens.report import ReportScreen
from tui.screens.save import SaveScreen
from tui.screens.wall import WallScreen
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch
from tui.tape.taping import Taping
from tui.tape.writer import Writer
from widgets.confirm import Confirm

SIZE = (80, 24)
HARM = "".join(each for each in PARTS if not "\ud800" <= each <= "\udfff")
"""All harm but lone surrogates, which no decoder lets by: no record can hold them."""
TYPED = HARM.replace("\n", "").replace("/", "")
"""What may be pasted."""
NAME = TYPED.replace("\0", "")[:60]


def recordable(text: str) -> str:
    return f"{HARM}{text}"


def recorded(live: Backend, folder: Path) -> Backend:
    """A run that records, with harm in all that it recorded before."""
    hand = Writer(folder, "run", Bounds(), {})
    entry = Entry(0, {"host": recordable("cp-1")}, recordable("line"))
    log = TapedLog((entry,), (Gap(0, 1, recordable("why")),))
    logs = {each.name: log for each in live.fleet.clusters}
    note = TapeNote(NOW, "mark", recordable("words"), author=recordable("ops"))
    for seconds in (90, 60, 2):
        at = NOW - timedelta(seconds=seconds)
        hand.write(Taped(at, live.fleet, logs=logs), (note,))
    return Switch(live, Taping(live, ManualClock(NOW), hand), Shelf(folder))


def events() -> tuple[Event, ...]:
    """Each kind of thing."""
    finding = make_fleet().clusters[0].findings[0]
    key = FeedKey(SourceKind.LOKI, "http://x", "")
    happened = (
        Event(NOW, Turn.BEGAN, Connection(key, "refused"), "prod"),
        Event(NOW - timedelta(hours=9), Turn.BEGAN, finding, "prod"),
        Event(NOW - timedelta(hours=18), Turn.BEGAN, make_silence(), "prod"),
        Event(NOW - timedelta(hours=27), Turn.BEGAN, Mark("text", "ops"), "prod"),
    )
    ended = Event(NOW, Turn.ENDED, finding, "prod", 90.0)
    return spoiled((*happened, ended), recordable)


@asynccontextmanager
async def on_record(folder: Path, marks: Marks = UNICODE) -> AsyncIterator[Stage]:
    """The app over a hostile fleet, a hostile memory and a hostile record."""
    wrap = partial(recorded, folder=folder)
    fleet = spoiled_fleet(recordable)
    async with on_stage(SIZE, fleet, marks, wrap=wrap) as stage:
        spoil_backend(stage, recordable)
        stage.backend.memory.events = events()
        await stage.settle()
        assert_harmless(stage)
        yield stage
        assert_harmless(stage)
        assert stage.app.is_running
        assert stage.app.return_code in {0, None}


async def press(stage: Stage, *keys: str) -> None:
    """Press keys, and look after each; what it began is waited for."""
    for key in keys:
        await stage.press(key)
        assert_harmless(stage)
        began = [each for each in stage.app.workers if each.group in {"wind", "memory"}]
        if began:
            await stage.app.workers.wait_for_complete(began)
        await stage.settle()
        assert_harmless(stage)


async def paste(stage: Stage, text: str) -> None:
    stage.app.post_message(Paste(text))
    await stage.settle()
    assert_harmless(stage)


async def until(stage: Stage, is_so: Callable[[], bool]) -> None:
    """Wait until what another thread does is done."""
    for _ in range(100):
        assert_harmless(stage)
        if is_so():
            return
        await stage.pilot.pause(0.02)
    raise AssertionError(stage.text)


@pytest.mark.parametrize("marks", [ASCII, UNICODE], ids=["ascii", "unicode"])
async def test_the_wall_shows_every_harm_as_text(tmp_path: Path, marks: Marks) -> None:
    async with on_record(tmp_path, marks) as stage:
        await press(stage, "W")
        assert isinstance(stage.app.screen, WallScreen)
        for _ in range(40):  # it turns its pages by itself
            await stage.clock.advance(1)
            stage.app.show_now()
            await stage.pilot.pause()
            assert_harmless(stage)
        await press(stage, "T", "p", "W")


async def test_what_happened_is_shown_as_text(tmp_path: Path) -> None:
    async with on_record(tmp_path) as stage:
        await press(stage, "H", "tab", "j", "c", "shift+tab")
        assert isinstance(stage.app.screen, HistoryScreen)
        for _ in range(8):  # what each opens, and back
            await press(stage, "c", "enter", "escape")
            if not isinstance(stage.app.screen, HistoryScreen):
                await press(stage, "end", "H")
            await press(stage, "j")


async def test_the_past_is_shown_as_text(tmp_path: Path) -> None:
    async with on_record(tmp_path) as stage:
        await press(stage, *["less_than_sign"] * 4)
        assert "PAST" in stage.top
        await press(stage, "W", "W", "H", "j", "escape", "L", "k", "escape", "end")
        assert "PAST" not in stage.top


async def test_a_mark_of_harm_is_kept_and_shown_as_text(tmp_path: Path) -> None:
    async with on_record(tmp_path) as stage:
        await press(stage, "m")
        assert isinstance(stage.app.screen, MarkScreen)
        await paste(stage, HARM.replace("\n", ""))
        await press(stage, "enter")
        await until(stage, lambda: not isinstance(stage.app.screen, MarkScreen))
        kept = [each for each in Shelf(tmp_path).notes() if each.at == NOW]
        kept = [each for each in kept if each.author == stage.app.author]
        assert len(kept) == 1
        assert all(each.text.isprintable() for each in kept)
        await press(stage, "H", "j")


async def test_why_a_mark_was_not_kept_is_shown_as_text(tmp_path: Path) -> None:
    async def keep(_: str) -> str:
        return HARM

    async with on_record(tmp_path) as stage:
        await stage.app.push_screen(MarkScreen(NOW, keep, UNICODE))
        await press(stage, "a", "enter")
        await until(stage, lambda: "Not marked" in stage.text)


@pytest.mark.parametrize("is_written", [True, False])
async def test_what_became_of_a_report_is_shown_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_written: bool
) -> None:
    async def write(
        _: Stretch | None, folder: Path, say: Callable[[str], None]
    ) -> tuple[Path, ...] | str:
        say(HARM)
        return (folder / HARM,) if is_written else HARM

    folder = tmp_path / NAME
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with on_record(tmp_path / "record") as stage:
        await stage.app.push_screen(ReportScreen(write, NOW, UNICODE))
        await stage.settle()
        assert_harmless(stage)
        await paste(stage, TYPED)
        await press(stage, "enter")
        assert "is no time" in stage.text
        stage.app.screen.query_one(Input).value = ""
        await press(stage, "enter")
        if is_written:
            await until(stage, lambda: not isinstance(stage.app.screen, ReportScreen))
        else:
            await until(stage, lambda: "Not written: " in stage.text)


async def test_a_log_of_harm_is_saved_as_text_under_a_name_of_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with on_record(tmp_path / "record") as stage:
        await press(stage, "L", "s")
        assert isinstance(stage.app.screen, SaveScreen)
        for is_there in (False, True):
            if is_there:
                await press(stage, "s")
            stage.app.screen.query_one(Input).value = ""
            await paste(stage, TYPED)
            await press(stage, "enter")
            if is_there:
                assert isinstance(stage.app.screen, Confirm)
                await press(stage, "y")
            await until(stage, lambda: isinstance(stage.app.screen, LogsScreen))
    assert_only_text(tmp_path)


def assert_only_text(folder: Path) -> None:
    """The one file of a folder is lines without anything that a terminal obeys."""
    (file,) = (each for each in folder.iterdir() if each.is_file())
    lines = file.read_text().splitlines()
    assert len(lines) > 3
    assert all(line.isprintable() for line in lines)
