"""What is remembered of an alert is recorded for as long as its page may stay open."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from tests.clock import ManualClock
from tests.estate import make_fleet
from tests.fakes import FakeBackend, FakeMemory
from tests.judged import NOW
from tests.remembered import EPISODE, FALSE, PROXY, change
from tui.model.bounds import Bounds
from tui.model.change import AlertName, Ended, When, key_of
from tui.model.fleet import Fleet
from tui.model.memory import Episode
from tui.tape.shelf import Shelf
from tui.tape.taping import MEMORY_SECONDS, Taping
from tui.tape.writer import Writer

NAME = key_of(PROXY).name
ENDED = change(PROXY, NOW, Ended(FALSE))
OVER = replace(EPISODE, ended=When(NOW), changes=(*EPISODE.changes, ENDED))


class Asked(FakeMemory):
    """A memory that counts how often it was asked of an alert."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    async def episodes(self, name: AlertName) -> tuple[Episode, ...]:
        self.times += name == NAME
        return await super().episodes(name)


class Stage:
    """An estate that is recorded look by look."""

    def __init__(self, folder: Path) -> None:
        self.backend, self.clock = FakeBackend(fleet(is_firing=True)), ManualClock(NOW)
        self.memory = self.backend.memory = Asked()
        self.memory.known = {NAME: (EPISODE,)}
        self._folder = folder
        writer = Writer(folder, "run", Bounds(), {})
        self._taping = Taping(self.backend, self.clock, writer)

    async def look(self) -> tuple[Episode, ...]:
        """What the record of this moment has of the alert."""
        await self.clock.advance(MEMORY_SECONDS)
        self.memory.stamp += 1
        await self._taping._beat(10)
        taped = Shelf(self._folder).moment(self.clock.now())
        return taped.memory.episodes.get(NAME, ())


def fleet(*, is_firing: bool) -> Fleet:
    found = make_fleet()
    first = replace(found.clusters[0], alerts=(PROXY,) if is_firing else ())
    return replace(found, clusters=(first, *found.clusters[1:]))


async def test_an_alert_that_is_missing_is_remembered_until_it_has_ended(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path)
    assert await stage.look() == (EPISODE,)
    stage.backend.publish(fleet(is_firing=False))
    later = replace(EPISODE, seen_at=NOW + timedelta(seconds=9))
    stage.memory.known = {NAME: (later,)}
    assert await stage.look() == (later,)


async def test_one_that_has_ended_is_asked_for_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.backend.publish(fleet(is_firing=False))
    stage.memory.happened = (ENDED,)
    stage.memory.known = {NAME: (OVER,)}
    for _ in range(3):
        assert await stage.look() == (OVER,)
    assert stage.memory.times == 1


async def test_one_that_fires_again_is_asked_for_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.memory.happened = (ENDED,)
    again = replace(EPISODE, seen_at=NOW)
    for known in ((OVER,), (again, OVER)):
        stage.memory.known = {NAME: known}
        assert await stage.look() == known


async def test_one_that_the_history_no_longer_lists_is_let_go(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.backend.publish(fleet(is_firing=False))
    stage.memory.happened = (ENDED,)
    stage.memory.known = {NAME: (OVER,)}
    assert await stage.look() == (OVER,)
    stage.memory.happened = ()
    assert await stage.look() == ()
