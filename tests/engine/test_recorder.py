"""The recorder between the fleets that pass and a disk that may do as it likes."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.chronicle.scenes import at, fleet, judged, silence
from tests.clock import ManualClock
from tests.judged import NOW
from tests.state.books import ALERT
from tui.chronicle.happenings import Happenings
from tui.chronicle.watcher import Watcher
from tui.engine import recorder as module
from tui.engine.recorder import BATCH_SECONDS, HEARTBEAT_SECONDS, Recorder
from tui.model.alert import Surprise, Verdict
from tui.model.fleet import Fleet
from tui.state.book import FILE, Book

FALSE, REAL = Verdict.FALSE_POSITIVE, Verdict.REAL


class Hand:
    """A recorder that runs, its clock, and what it was told."""

    def __init__(self, book: Book | None) -> None:
        self.clock = ManualClock(NOW)
        self.told = asyncio.Event()
        self.watcher = Watcher()
        self.happenings = Happenings()
        self.recorder = Recorder(self.clock, self.watcher, book, self.told.set)

    def notice(self, seconds: float, shown: Fleet) -> Fleet:
        """What the engine does with each fleet."""
        seen = self.watcher.look(shown, at(seconds))
        self.recorder.note(seen, self.happenings.look(seen.fleet, at(seconds)))
        return seen.fleet

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, and the disk do what it was asked for."""
        await self.clock.advance(seconds)
        await self.recorder._worker.do(lambda: None)
        await self.clock.advance(0)


@asynccontextmanager
async def running(book: Book | None) -> AsyncIterator[Hand]:
    hand = Hand(book)
    task = asyncio.create_task(hand.recorder.run())
    if book is not None:
        async with asyncio.timeout(10):
            await hand.told.wait()
    await hand.clock.advance(0)
    try:
        yield hand
    finally:
        task.cancel()
        await asyncio.wait([task])


def a_book(tmp_path: Path, name: str = "one") -> Book:
    return Book(tmp_path / FILE, name)


async def test_what_happened_is_on_the_disk_a_moment_later(tmp_path: Path) -> None:
    async with running(a_book(tmp_path)) as hand:
        hand.notice(0, fleet([judged()], 0))
        await hand.pass_by(BATCH_SECONDS)
        assert len(a_book(tmp_path, "other").changes()) == 1
        assert hand.recorder.stamp == 1
        assert hand.recorder.trouble == ""


async def test_what_happens_in_one_moment_is_written_at_once(tmp_path: Path) -> None:
    made = silence(made=at(9))
    async with running(a_book(tmp_path)) as hand:
        hand.notice(0, fleet([judged()], 0))
        await hand.pass_by(BATCH_SECONDS)
        hand.notice(10, fleet([judged(silenced_by=("s1",))], 10, [made]))
        turned = judged(REAL, silenced_by=("s1",))
        hand.notice(10.5, fleet([turned], 10.5, [made]))
        await hand.pass_by(BATCH_SECONDS)
        assert len(await hand.recorder.changes()) == 3
        (event,) = hand.recorder.events
        assert event.about == made
        assert hand.recorder.stamp == 3, "two writes, and an event"


async def test_without_news_it_still_tells_until_when_it_looked(tmp_path: Path) -> None:
    async with running(a_book(tmp_path)) as hand:
        hand.notice(0, fleet([judged()], 0))
        await hand.pass_by(BATCH_SECONDS)
        hand.notice(25, fleet([judged()], 25))
        await hand.pass_by(HEARTBEAT_SECONDS + BATCH_SECONDS)
        (watch,) = a_book(tmp_path, "other").known(at(60)).watches.values()
        assert watch.until == at(25)


async def test_what_was_not_written_yet_is_written_when_it_ends(tmp_path: Path) -> None:
    async with running(a_book(tmp_path)) as hand:
        hand.notice(0, fleet([judged()], 0))
    assert len(a_book(tmp_path, "other").changes()) == 1


async def test_it_marks_nothing_before_it_knows_what_was(tmp_path: Path) -> None:
    made = silence(comment="false positive")
    shown = fleet([judged(REAL, silenced_by=("s1",))], 0, [made])
    hand = Hand(a_book(tmp_path))
    assert hand.notice(0, shown) is shown
    assert not hand.recorder.is_ready


async def test_a_run_knows_what_was_false_in_the_one_before(tmp_path: Path) -> None:
    short = silence(made=at(-60), hours=4)
    quiet = judged(silenced_by=("s1",))
    async with running(a_book(tmp_path)) as hand:
        hand.notice(0, fleet([quiet], 0, [short]))
    async with running(a_book(tmp_path, "two")) as hand:
        turned = judged(REAL, silenced_by=("s1",))
        marked = hand.notice(600, fleet([turned], 600, [short]))
        (alert,) = marked.clusters[0].alerts or ()
        assert alert.concealed is not None
        assert alert.concealed.surprise is Surprise.TURNED
        assert (alert.concealed.after, alert.concealed.since) == (at(0), at(600))


async def test_without_a_book_this_run_is_remembered() -> None:
    async with running(None) as hand:
        hand.notice(0, fleet([judged()], 0))
        hand.notice(10, fleet([judged(REAL)], 10))
        newest, oldest = await hand.recorder.changes()
        assert newest.at > oldest.at
        (episode,) = await hand.recorder.episodes(ALERT)
        assert episode.changes == (oldest, newest)
        assert (await hand.recorder.habits()).habits == ()
        assert hand.recorder.trouble == ""


async def test_a_disk_that_cannot_be_written_is_told_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    async with running(Book(tmp_path / "file" / FILE, "one")) as hand:
        assert "history.sqlite3" in hand.recorder.trouble
        made = silence(comment="false positive")
        shown = fleet([judged(REAL, silenced_by=("s1",))], 0, [made])
        (alert,) = hand.notice(0, shown).clusters[0].alerts or ()
        assert alert.concealed is not None
        await hand.pass_by(BATCH_SECONDS)
        assert len(await hand.recorder.changes()) == 2


async def test_a_disk_that_recovers_is_written_again(tmp_path: Path) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("")
    async with running(Book(blocked / FILE, "one")) as hand:
        hand.notice(0, fleet([judged()], 0))
        await hand.pass_by(BATCH_SECONDS)
        assert hand.recorder.trouble
        blocked.unlink()
        await hand.pass_by(HEARTBEAT_SECONDS + BATCH_SECONDS)
        assert hand.recorder.trouble == ""
        assert len(a_book(blocked).changes()) == 1


async def test_a_disk_that_hangs_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("READ_SECONDS", "WRITE_SECONDS", "LEAVE_SECONDS"):
        monkeypatch.setattr(module, name, 0.05)
    go = threading.Event()
    monkeypatch.setattr(Book, "known", lambda *_: go.wait(20))
    try:
        async with running(a_book(tmp_path)) as hand:
            assert "no answer within 0.05 s" in hand.recorder.trouble
            hand.notice(0, fleet([judged()], 0))
            assert len(await hand.recorder.changes()) == 1
            for _ in range(20):
                await hand.recorder.habits()
            assert "does not answer" in hand.recorder.trouble
    finally:
        go.set()


async def test_what_cannot_be_read_is_told_until_it_can_be_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.state.book_file.BUSY_SECONDS", 0.05)
    async with running(a_book(tmp_path)) as hand:
        hand.notice(0, fleet([judged()], 0))
        await hand.pass_by(BATCH_SECONDS)
    async with running(Book(tmp_path / FILE, "viewer", writes=False)) as hand:
        assert await hand.recorder.changes() != ()
        assert hand.recorder.unread == ""
        with sqlite3.connect(tmp_path / FILE, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert await hand.recorder.changes() == ()
            assert "another program holds it: wait" in hand.recorder.unread
            assert hand.recorder.trouble == hand.recorder.unread
            before = hand.recorder.stamp
            await hand.pass_by(HEARTBEAT_SECONDS)
            assert hand.recorder.stamp != before, "whoever looks asks again"
            other.execute("ROLLBACK")
        other.close()
        assert await hand.recorder.changes() != ()
        assert hand.recorder.unread == hand.recorder.trouble == ""


async def test_a_file_of_somebody_else_is_told_with_what_to_do(tmp_path: Path) -> None:
    def refused() -> None:
        raise PermissionError(13, "Permission denied")

    async with running(a_book(tmp_path)) as hand:
        book = hand.recorder._book
        assert book is not None
        book.close()
        monkey = pytest.MonkeyPatch()
        monkey.setattr("tui.state.book_file.make_private", lambda _: refused())
        try:
            assert await hand.recorder.changes() == ()
        finally:
            monkey.undo()
        assert "permission denied: let this user read and write" in hand.recorder.unread
        assert await hand.recorder.changes() == ()
        assert hand.recorder.unread == ""


async def test_who_only_reads_a_damaged_file_says_who_mends_it(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"nothing that we wrote" * 100)
    async with running(Book(tmp_path / FILE, "viewer", writes=False)) as hand:
        assert await hand.recorder.changes() == ()
        assert "is damaged: the next run that writes puts it" in hand.recorder.unread
    assert (tmp_path / FILE).exists()


async def test_one_who_only_reads_writes_nothing(tmp_path: Path) -> None:
    async with running(Book(tmp_path / FILE, "check", writes=False)) as hand:
        hand.notice(0, fleet([judged()], 0))
    assert not (tmp_path / FILE).exists()
