"""Silences that somebody else changed before they end; and our own changes, of which a
list that is seconds old knows nothing."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from msgspec.structs import replace

from tests.sources.silence_server import NOW, SilenceServer
from tests.sources.test_alertmanager_changed import seen
from tests.sources.test_alertmanager_writes import JOB, NAME, peers
from tui.silencing.redraft import edited, extended
from tui.sources.alertmanager import ChangedError, UnknownError

HOUR = timedelta(hours=1)


async def test_what_somebody_else_changed_is_not_ended() -> None:
    server = SilenceServer()
    mine = await seen(server)
    await peers(server).put_silence(extended(mine, 9 * HOUR, NOW))
    source = peers(server)
    with pytest.raises(ChangedError, match="it was changed meanwhile: ends") as caught:
        await source.expire_silence(mine.id, mine)
    (kept,) = server.listed()
    assert kept.ends_at == mine.ends_at + 9 * HOUR
    await source.expire_silence(mine.id, caught.value.now)
    assert server.listed() == []


async def test_what_is_as_it_was_seen_or_over_is_ended_without_a_word() -> None:
    server = SilenceServer()
    mine = await seen(server)
    await peers(server).expire_silence(mine.id, mine)
    assert server.listed() == []
    await peers(server).expire_silence(mine.id, mine)


async def test_two_extensions_by_a_list_that_knows_of_none_are_both_ours() -> None:
    server = SilenceServer()
    mine = await seen(server)
    source = peers(server)
    await source.put_silence(extended(mine, HOUR, NOW), mine)
    await source.put_silence(extended(mine, 4 * HOUR, NOW), mine)
    (kept,) = server.listed()
    assert kept.ends_at == mine.ends_at + 4 * HOUR
    await source.expire_silence(mine.id, mine)
    assert server.listed() == []


async def test_another_change_of_ours_does_not_take_back_the_first() -> None:
    server = SilenceServer()
    mine = await seen(server)
    source = peers(server)
    await source.put_silence(extended(mine, HOUR, NOW), mine)
    put = await source.put_silence(replace(edited(mine), comment="more"), mine)
    (kept,) = server.listed()
    assert (kept.ends_at, kept.comment) == (mine.ends_at + HOUR, "more")
    assert put.written is not None
    assert put.written.ends_at == mine.ends_at + HOUR


async def test_what_has_another_id_by_our_own_change_is_found_under_it() -> None:
    server = SilenceServer()
    mine = await seen(server)
    source = peers(server)
    put = await source.put_silence(replace(edited(mine), matchers=(NAME,)), mine)
    with pytest.raises(ChangedError, match="has other matchers"):
        await source.expire_silence(mine.id, mine)
    longer = await source.put_silence(extended(mine, HOUR, NOW), mine)
    assert longer.id == put.id != mine.id
    (kept,) = server.listed()
    assert kept.ends_at == mine.ends_at + HOUR
    assert set(put.written.matchers if put.written else ()) == {NAME}


async def test_a_change_of_ours_of_which_nobody_told_is_ours_all_the_same() -> None:
    server = SilenceServer()
    mine = await seen(server)
    source = peers(server)

    def lost(_: httpx.Request) -> httpx.Response | None:
        if "one POST" in server.asked:
            raise httpx.ReadTimeout("slow")
        return None

    server.after = lost
    server.before = lambda request: lost(request) if request.method == "GET" else None
    with pytest.raises(UnknownError):
        await source.put_silence(extended(mine, HOUR, NOW), mine)
    server.after = server.before = lambda _: None
    assert server.listed()[0].ends_at == mine.ends_at + HOUR
    await source.put_silence(extended(mine, 4 * HOUR, NOW), mine)
    assert server.listed()[0].ends_at == mine.ends_at + 4 * HOUR


async def test_what_somebody_else_changed_after_us_is_theirs() -> None:
    server = SilenceServer()
    mine = await seen(server)
    source = peers(server)
    await source.put_silence(extended(mine, HOUR, NOW), mine)
    theirs = replace(extended(mine, 2 * HOUR, NOW), matchers=(NAME, JOB))
    await peers(server).put_silence(theirs)
    with pytest.raises(ChangedError):
        await source.put_silence(extended(mine, 4 * HOUR, NOW), mine)
    with pytest.raises(ChangedError):
        await source.expire_silence(mine.id, mine)
    assert server.listed()[0].ends_at == theirs.ends_at
