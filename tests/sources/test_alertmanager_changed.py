"""Silences that somebody else changed meanwhile, or that a peer does not know."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from msgspec.structs import replace

from tests.sources.silence_server import NOW, SilenceServer
from tests.sources.test_alertmanager_writes import made, peers
from tui.model.fault import FaultKind
from tui.model.silence import Silence, SilenceState
from tui.silencing.redraft import edited, extended
from tui.sources.alertmanager import ChangedError
from tui.sources.base import SourceError

HOUR = timedelta(hours=1)


async def seen(server: SilenceServer) -> Silence:
    """One that is listed, as somebody sees it."""
    old = await made(server)
    found = await peers(server).silences()
    server.asked.clear()
    return next(each for each in found if each.id == old.id)


async def test_what_somebody_else_changed_is_not_written_over() -> None:
    server = SilenceServer()
    mine = await seen(server)
    theirs = replace(edited(mine), ends_at=mine.ends_at + 9 * HOUR, comment="a\nb\x07")
    await peers(server).put_silence(replace(theirs, created_by="bob"))
    with pytest.raises(ChangedError) as caught:
        await peers(server).put_silence(extended(mine, HOUR, NOW), mine)
    (kept,) = server.listed()
    assert (kept.ends_at, kept.comment) == (theirs.ends_at, theirs.comment)
    assert caught.value.fault.kind is FaultKind.CONFLICT
    assert caught.value.now.comment == theirs.comment
    assert caught.value.fault.summary == (
        "it was changed meanwhile: ends 2026-11-21 05:00:00 UTC, not"
        ' 2026-11-20 20:00:00 UTC, is by bob, says "a b "'
    )


async def test_what_somebody_ended_is_not_made_anew() -> None:
    server = SilenceServer()
    mine = await seen(server)
    await peers(server).expire_silence(mine.id)
    with pytest.raises(ChangedError, match="it ended meanwhile, 2026-11-20 16:00:00"):
        await peers(server).put_silence(extended(mine, HOUR, NOW), mine)
    assert server.listed() == []
    over = replace(mine, state=SilenceState.EXPIRED, ends_at=server.now)
    knowing = await peers(server).put_silence(edited(mine), over)
    assert [each.id for each in server.listed()] == [knowing.id]


async def test_our_own_change_whose_answer_was_lost_is_no_ones_else() -> None:
    server = SilenceServer()
    mine = await seen(server)
    longer = extended(mine, HOUR, NOW)
    await peers(server).put_silence(longer, mine)
    assert (await peers(server).put_silence(longer, mine)).id == mine.id


async def test_a_peer_that_is_behind_is_no_change() -> None:
    """The first tells how it was before; what was seen is the second's."""
    server = SilenceServer()
    old = await made(server)
    (before,) = server.silences.listed(server.now)
    source = peers(server, "one", "two")
    await source.put_silence(replace(old, comment="newer"))
    (mine,) = await source.silences()
    written = server._written(before)

    def behind(request: httpx.Request) -> httpx.Response | None:
        if (request.method, request.url.host) != ("GET", "one"):
            return None
        is_list = request.url.path.endswith("silences")
        return httpx.Response(200, json=[written] if is_list else written)

    server.before = behind
    put = await source.put_silence(extended(mine, HOUR, NOW), mine)
    assert put.id == mine.id


async def test_one_that_a_peer_lacks_is_ended_through_the_other() -> None:
    for status in (404, 500):  # up to 0.25 it is 500 that says so
        server = SilenceServer()
        old = await made(server)

        def lacks(
            request: httpx.Request, status: int = status
        ) -> httpx.Response | None:
            if request.url.host == "two":
                return None
            return httpx.Response(
                status if request.method == "DELETE" else 404,
                json="silence not found",
            )

        server.before = lacks
        await peers(server, "one", "two").expire_silence(old.id)
        assert server.listed() == []


async def test_one_that_hangs_at_a_peer_is_ended_through_the_other() -> None:
    server = SilenceServer()
    old = await made(server)

    def hangs(request: httpx.Request) -> httpx.Response | None:
        if request.url.host == "one":
            raise httpx.ReadTimeout("slow")
        return None

    server.before = hangs
    await peers(server, "one", "two").expire_silence(old.id)
    assert server.listed() == []


async def test_one_that_no_peer_has_is_not_found() -> None:
    server = SilenceServer()
    server.before = lambda _: httpx.Response(404)
    with pytest.raises(SourceError) as caught:
        await peers(server, "one", "two").expire_silence("nobody")
    assert caught.value.fault.kind is FaultKind.NOT_FOUND
