"""A moment is marked from any screen, and the mark is where one looks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.clock import ManualClock
from tests.judged import NOW
from tests.screens.stage import Stage, on_stage
from tests.screens.test_rewinding import press, quiet
from tui.backend import Backend
from tui.model.bounds import Bounds
from tui.model.taped import Taped, TapeNote
from tui.screens.history import HistoryScreen
from tui.screens.mark import MarkScreen
from tui.screens.wall import WallScreen
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch
from tui.tape.taping import Taping
from tui.tape.writer import Writer

BEFORE = NOW - timedelta(minutes=1)


def taping(live: Backend, folder: Path) -> Backend:
    """A run that records, and was quiet a minute ago."""
    hand = Writer(folder, "run", Bounds(), {})
    hand.write(Taped(BEFORE, quiet(live.fleet)))
    return Switch(live, Taping(live, ManualClock(NOW), hand), Shelf(folder))


async def note(stage: Stage, text: str) -> None:
    """Type a mark, and wait until it is written or refused."""
    await stage.press("m", *("space" if each == " " else each for each in text))
    await stage.press("enter")
    screen = stage.app.screen
    if isinstance(screen, MarkScreen):
        writing = [each for each in stage.app.workers if each.node is screen]
        if writing:  # of none it would wait for all
            await stage.app.workers.wait_for_complete(writing)
    await stage.settle()


def told(stage: Stage) -> list[str]:
    return [each.message for each in stage.app._notifications]


def marks(folder: Path) -> list[TapeNote]:
    return [each for each in Shelf(folder).notes() if each.tone == "mark"]


def on_tape(folder: Path) -> Callable[[Backend], Backend]:
    return partial(taping, folder=folder)


async def test_a_mark_is_in_the_record_with_its_moment_and_author(
    tmp_path: Path,
) -> None:
    async with on_stage(wrap=on_tape(tmp_path)) as stage:
        await note(stage, "disk pulled")
        (mark,) = marks(tmp_path)
        assert (mark.at, mark.text) == (NOW, "disk pulled")
        assert mark.author == stage.app.author


async def test_a_mark_of_the_past_is_of_the_moment_that_is_shown(
    tmp_path: Path,
) -> None:
    async with on_stage(wrap=on_tape(tmp_path)) as stage:
        await press(stage, *["less_than_sign"] * 6)
        await note(stage, "calm yet")
        await press(stage)
        assert [each.at for each in marks(tmp_path)] == [stage.app.clock.now()]
        assert stage.app.is_past


async def test_marks_stand_in_the_history_and_lead_to_their_moment(
    tmp_path: Path,
) -> None:
    async with on_stage((200, 60), wrap=on_tape(tmp_path)) as stage:
        await press(stage, *["less_than_sign"] * 6)
        await note(stage, "calm yet")
        await press(stage, "end", "H")
        assert isinstance(stage.app.screen, HistoryScreen)
        await stage.until("calm yet")
        assert "# marked" in stage.text
        await press(stage, "y")
        assert "marked by" in stage.app.clipboard
        await press(stage, "enter")
        assert stage.app.is_past


async def test_a_mark_is_on_the_bar_of_time(tmp_path: Path) -> None:
    def spread(live: Backend) -> Backend:
        hand = Writer(tmp_path, "run", Bounds(), {})
        for minutes in (-30, -15, 0):
            hand.write(Taped(NOW + timedelta(minutes=minutes), live.fleet))
        hand.note(TapeNote(NOW - timedelta(minutes=20), "mark", "half"), NOW)
        return Switch(live, None, Shelf(tmp_path))

    async with on_stage(wrap=spread) as stage:
        await press(stage, "less_than_sign")
        assert "─#─" in stage.text.splitlines()[-2]


async def test_nothing_is_asked_for_where_nothing_is_recorded(tmp_path: Path) -> None:
    def off(live: Backend) -> Backend:
        return Switch(live, None, Shelf(tmp_path))

    async with on_stage(wrap=off) as stage:
        before = stage.app.screen
        await stage.press("m")
        assert stage.app.screen is before
        assert any("[record] enabled = true" in each for each in told(stage))


async def test_what_the_disk_refuses_stays_typed_and_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    def broken(live: Backend) -> Backend:
        folder = tmp_path / "file"
        hand = Writer(folder, "run", Bounds(), {})
        return Switch(live, Taping(live, ManualClock(NOW), hand), Shelf(folder))

    async with on_stage(wrap=broken) as stage:
        await note(stage, "disk pulled")
        await stage.until("Not marked")
        assert "disk pulled" in stage.text


async def test_nothing_typed_is_no_mark(tmp_path: Path) -> None:
    async with on_stage(wrap=on_tape(tmp_path)) as stage:
        await note(stage, " ")
        assert not isinstance(stage.app.screen, MarkScreen)
        assert marks(tmp_path) == []


async def test_the_wall_can_be_marked_too(tmp_path: Path) -> None:
    async with on_stage(wrap=on_tape(tmp_path)) as stage:
        await stage.press("W")
        assert isinstance(stage.app.screen, WallScreen)
        await note(stage, "seen by all")
        assert [each.text for each in marks(tmp_path)] == ["seen by all"]


async def test_a_mark_of_brackets_and_control_characters_is_text(
    tmp_path: Path,
) -> None:
    async with on_stage((200, 60), wrap=on_tape(tmp_path)) as stage:
        await stage.press("m")
        screen = stage.app.screen
        assert isinstance(screen, MarkScreen)
        screen.query_one("Input").value = "[/bold] \x1b[31mred"  # type: ignore[attr-defined]
        await stage.press("enter", "H")
        await stage.until("[/bold] [31mred")
