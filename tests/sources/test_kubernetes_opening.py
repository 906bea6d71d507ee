"""How often a kubeconfig is read that cannot be used, and who is told what of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clock import ManualClock, turns
from tui.config import Endpoint
from tui.model.fault import Fault, FaultKind
from tui.sources.base import SourceError
from tui.sources.http import HttpSession
from tui.sources.kubernetes_access import Access
from tui.sources.kubernetes_opening import (
    HELD_SECONDS,
    LONGEST_HELD_SECONDS,
    Opening,
)
from tui.sources.server_clock import ServerClock

URL = "https://api.test"


class Kubeconfig:
    """A file, and what reads it: in vain while `is_wrong`, and not before it may."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.readings = self.cut = 0
        self.is_wrong = True
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def read(self) -> Access:
        self.readings += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cut += 1
            raise
        if self.is_wrong:
            raise SourceError(Fault(FaultKind.CONFIG, f"wrong, says {self.readings}"))
        return Access(HttpSession(Endpoint(urls=(URL,)), URL, 5.0), {})


class Seat:
    """An opening with a clock that stands, and its kubeconfig."""

    def __init__(self, path: Path) -> None:
        self.clock = ManualClock()
        self.kubeconfig = Kubeconfig(path)
        ours = ServerClock(self.clock, lambda _ahead: None)
        self.opening = Opening("prod", (str(path),), self.kubeconfig.read, ours)

    async def fault(self) -> Fault:
        with pytest.raises(SourceError) as caught:
            await self.opening.take()
        return caught.value.fault


@pytest.fixture
async def seat(tmp_path: Path) -> AsyncIterator[Seat]:
    path = tmp_path / "kubeconfig"
    path.write_text("wrong")
    found = Seat(path)
    yield found
    await found.opening.aclose()


async def test_all_who_ask_share_one_reading_and_its_failure(seat: Seat) -> None:
    told = await asyncio.gather(*(seat.fault() for _ in range(20)))
    assert {each.summary for each in told} == {"wrong, says 1"}
    assert seat.kubeconfig.readings == 1


async def test_a_failure_holds_longer_when_it_comes_again(seat: Seat) -> None:
    waits = [(await seat.fault()).retry_after_seconds]
    for _ in range(3):
        for _ in range(4):
            await seat.fault()
        await seat.clock.advance(waits[-1] or 0.0)
        waits.append((await seat.fault()).retry_after_seconds)
    longest = LONGEST_HELD_SECONDS
    assert waits == [HELD_SECONDS, longest, longest, longest]
    assert seat.kubeconfig.readings == len(waits)


async def test_who_asks_while_it_holds_is_told_when_it_ends(seat: Seat) -> None:
    await seat.fault()
    await seat.clock.advance(2.0)
    assert (await seat.fault()).retry_after_seconds == HELD_SECONDS - 2.0


async def test_what_can_be_used_again_is_used_when_the_failure_ends(seat: Seat) -> None:
    await seat.fault()
    seat.kubeconfig.is_wrong = False
    await seat.clock.advance(HELD_SECONDS)
    found = await asyncio.gather(*(seat.opening.take() for _ in range(3)))
    assert found[0] is found[1] is found[2]
    assert seat.kubeconfig.readings == 2


async def test_a_file_that_was_changed_is_read_at_once(seat: Seat) -> None:
    await seat.fault()
    seat.kubeconfig.path.write_text("better")
    seat.kubeconfig.is_wrong = False
    await seat.opening.take()


async def test_a_file_that_has_come_is_read_at_once(seat: Seat) -> None:
    seat.kubeconfig.path.unlink()
    await seat.fault()
    seat.kubeconfig.path.touch()
    seat.kubeconfig.is_wrong = False
    await seat.opening.take()


async def test_who_wants_all_read_anew_gets_it_at_once(seat: Seat) -> None:
    await seat.fault()
    seat.opening.retry()
    assert (await seat.fault()).summary == "wrong, says 2"


async def test_who_gives_up_does_not_end_it_for_the_others(seat: Seat) -> None:
    kubeconfig = seat.kubeconfig
    kubeconfig.may_end.clear()
    kubeconfig.is_wrong = False
    asking = [asyncio.create_task(seat.opening.take()) for _ in range(2)]
    while not kubeconfig.readings:
        await turns()
    asking[0].cancel()
    await turns()
    kubeconfig.may_end.set()
    await asking[1]
    assert (kubeconfig.readings, kubeconfig.cut) == (1, 0)


async def test_a_failure_with_fresh_credentials_leaves_the_old_ones(seat: Seat) -> None:
    seat.kubeconfig.is_wrong = False
    old = await seat.opening.take()
    seat.kubeconfig.is_wrong = True
    for _ in range(3):
        with pytest.raises(SourceError):
            await seat.opening.take(stale=old)
    assert await seat.opening.take() is old
    assert seat.kubeconfig.readings == 2


async def test_why_one_waits_is_known_while_it_is_read(seat: Seat) -> None:
    kubeconfig, opening = seat.kubeconfig, seat.opening
    assert opening.delay is None
    kubeconfig.may_end.clear()
    asking = asyncio.create_task(seat.fault())
    await turns()
    assert opening.delay is not None
    assert "'prod' of the kubeconfig is still being read" in opening.delay.summary
    kubeconfig.may_end.set()
    await asking
    assert opening.delay is None
    kubeconfig.may_end.clear()
    opening.retry()
    asking = asyncio.create_task(seat.fault())
    await turns()
    assert opening.delay.summary == "wrong, says 1"
    kubeconfig.may_end.set()
    await asking


async def test_closing_ends_what_is_being_read(seat: Seat) -> None:
    seat.kubeconfig.may_end.clear()
    asking = asyncio.create_task(seat.opening.take())
    while not seat.kubeconfig.readings:
        await turns()
    await seat.opening.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert seat.kubeconfig.cut == 1
