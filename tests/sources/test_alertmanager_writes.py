"""Silences that are written: nothing is lost by an edit, and nothing is made twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from msgspec.structs import replace

from tests.sources.silence_server import NOW, Failing, SilenceServer
from tui.config import Endpoint
from tui.model.fault import FaultKind
from tui.model.silence import Matcher, SilenceDraft
from tui.sources.alertmanager import AlertmanagerSource, UnknownError
from tui.sources.base import SourceError

NAME = Matcher("alertname", "KubeProxyDown")
JOB = Matcher("job", "kube-.*", is_regex=True)
DRAFT = SilenceDraft((NAME, JOB), NOW, NOW + timedelta(hours=4), "ada", "known")
BROKEN = [httpx.ReadTimeout("slow"), httpx.ReadError("cut"), TimeoutError()]


def peers(server: SilenceServer, *hosts: str) -> AlertmanagerSource:
    urls = tuple(f"http://{host}" for host in hosts or ("one",))
    return AlertmanagerSource(Endpoint(urls), 5.0, transport=server.transport)


async def made(server: SilenceServer) -> SilenceDraft:
    """One that is listed, as a draft that changes nothing of it."""
    put = await peers(server).put_silence(DRAFT)
    (listed,) = server.listed()
    server.asked.clear()
    return replace(DRAFT, id=put.id, starts_at=listed.starts_at)


def raising(error: Exception, method: str = "POST", host: str = "one") -> Failing:
    def fail(request: httpx.Request) -> httpx.Response | None:
        if (request.method, request.url.host) == (method, host):
            raise error
        return None

    return fail


async def test_a_longer_silence_keeps_its_id() -> None:
    server = SilenceServer()
    old = await made(server)
    longer = replace(old, ends_at=old.ends_at + timedelta(hours=1), comment="more")
    put = await peers(server).put_silence(longer)
    assert (put.id, put.replaced) == (old.id, "")
    (listed,) = server.listed()
    assert (listed.ends_at, listed.comment) == (longer.ends_at, "more")


async def test_other_matchers_give_another_silence_and_end_the_old_one() -> None:
    server = SilenceServer()
    old = await made(server)
    put = await peers(server).put_silence(replace(old, matchers=(NAME,)))
    assert put.replaced == old.id != put.id
    (listed,) = server.listed()
    assert listed.id == put.id
    assert server.asked == ["one GET", "one POST", "one DELETE"]


async def test_a_refused_edit_costs_nothing() -> None:
    server = SilenceServer()
    old = await made(server)
    bad = Matcher("job", "(", is_regex=True)
    with pytest.raises(SourceError, match="invalid regular expression") as caught:
        await peers(server).put_silence(replace(old, matchers=(NAME, bad)))
    assert caught.value.fault.advice.startswith("It takes no such silence")
    (listed,) = server.listed()
    assert listed.id == old.id


async def test_an_old_one_that_cannot_be_ended_is_told() -> None:
    server = SilenceServer()
    old = await made(server)
    server.before = lambda request: (
        httpx.Response(403) if request.method == "DELETE" else None
    )
    put = await peers(server).put_silence(replace(old, matchers=(NAME,)))
    assert put.left is not None
    assert put.left.kind is FaultKind.FORBIDDEN
    assert {each.id for each in server.listed()} == {old.id, put.id}


async def test_an_expired_one_is_made_again_and_not_ended_again() -> None:
    server = SilenceServer()
    old = await made(server)
    await peers(server).expire_silence(old.id)
    server.asked.clear()
    put = await peers(server).put_silence(replace(old, starts_at=server.now))
    assert put.id != old.id
    assert "one DELETE" not in server.asked


async def test_a_pending_one_may_begin_later_and_keeps_its_id() -> None:
    server = SilenceServer()
    soon = replace(DRAFT, starts_at=NOW + timedelta(hours=1))
    first = await peers(server).put_silence(soon)
    later = replace(soon, id=first.id, starts_at=NOW + timedelta(hours=2))
    assert (await peers(server).put_silence(later)).id == first.id


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_lost_answer_is_looked_for_and_nothing_is_sent_twice(
    broken: Exception,
) -> None:
    server = SilenceServer()
    server.after = raising(broken)
    put = await peers(server, "one", "two").put_silence(DRAFT)
    (listed,) = server.listed()
    assert put.id == listed.id
    assert server.asked == ["one POST", "one GET", "two GET"]


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_request_that_was_not_done_is_told_so_and_not_repeated(
    broken: Exception,
) -> None:
    server = SilenceServer()
    server.before = raising(broken)
    with pytest.raises(SourceError, match="not listed, so not created") as caught:
        await peers(server, "one", "two").put_silence(DRAFT)
    assert not isinstance(caught.value, UnknownError)
    assert server.asked.count("one POST") == 1
    assert "two POST" not in server.asked


async def test_a_peer_that_dies_while_it_writes_leaves_us_in_doubt() -> None:
    server = SilenceServer()

    def dies(request: httpx.Request) -> httpx.Response | None:
        if request.url.host == "one":
            server.unreachable.add("one")
            raise httpx.ReadError("cut")
        return None

    server.before = dies
    with pytest.raises(UnknownError, match="unknown whether it was created"):
        await peers(server, "one", "two").put_silence(DRAFT)
    assert "two POST" not in server.asked


async def test_who_tries_again_after_a_doubt_gets_the_one_that_came_late() -> None:
    server = SilenceServer()
    server.before = raising(httpx.ReadTimeout("slow"))
    source = peers(server)
    with pytest.raises(SourceError):
        await source.put_silence(DRAFT)
    server.before = lambda _: None
    late = await peers(server).put_silence(DRAFT)  # the request came through after all
    again = replace(DRAFT, ends_at=DRAFT.ends_at + timedelta(minutes=1))
    assert (await source.put_silence(again)).id == late.id
    (listed,) = server.listed()
    assert listed.ends_at == again.ends_at


async def test_who_tries_again_is_not_held_up_by_a_dead_peer() -> None:
    server = SilenceServer()
    server.before = raising(httpx.ReadError("cut"))
    source = peers(server, "one", "two")
    with pytest.raises(SourceError):
        await source.put_silence(DRAFT)
    server.unreachable.add("one")
    put = await source.put_silence(DRAFT)
    assert [each.id for each in server.listed()] == [put.id]


async def test_several_that_try_the_same_again_at_once_are_all_answered() -> None:
    server = SilenceServer()
    source = peers(server)
    server.before = raising(httpx.ReadTimeout("slow"))
    with pytest.raises(SourceError):
        await source.put_silence(DRAFT)
    server.before = lambda _: None
    puts = [source.put_silence(DRAFT) for _ in range(4)]
    ids = {each.id for each in await asyncio.gather(*puts)}
    assert ids == {each.id for each in server.listed()}


async def test_when_nobody_can_be_asked_it_is_unknown() -> None:
    server = SilenceServer()

    def hangs(_: httpx.Request) -> httpx.Response | None:
        raise httpx.ReadTimeout("slow")

    server.before = hangs
    with pytest.raises(UnknownError, match="unknown whether it was created"):
        await peers(server).put_silence(DRAFT)


async def test_an_answer_that_makes_no_sense_is_looked_into() -> None:
    server = SilenceServer()
    server.after = lambda request: (
        httpx.Response(200, text="<html>") if request.method == "POST" else None
    )
    put = await peers(server).put_silence(DRAFT)
    assert [each.id for each in server.listed()] == [put.id]


async def test_an_end_whose_answer_was_lost_is_looked_for() -> None:
    server = SilenceServer()
    old = await made(server)
    server.after = raising(httpx.ReadTimeout("slow"), "DELETE")
    await peers(server).expire_silence(old.id)
    assert server.listed() == []


@pytest.mark.parametrize("words", ["<html>sign in</html>", "{}"])
async def test_an_end_that_somebody_else_answers_is_looked_into(words: str) -> None:
    server = SilenceServer()
    old = await made(server)

    def answer(request: httpx.Request) -> httpx.Response | None:
        is_end = request.method == "DELETE"
        return httpx.Response(200, text=words) if is_end else None

    server.before = answer
    with pytest.raises(SourceError, match="it was not ended"):
        await peers(server).expire_silence(old.id)
    server.before, server.after = (lambda _: None), answer
    await peers(server).expire_silence(old.id)
    assert server.listed() == []


async def test_a_silence_that_is_too_large_is_told_to_be_that() -> None:
    server = SilenceServer()
    server.before = lambda _: httpx.Response(413, text="<html>413</html>")
    with pytest.raises(SourceError, match="too large") as caught:
        await peers(server).put_silence(DRAFT)
    assert "proxy" not in caught.value.fault.advice


async def test_an_end_that_was_not_done_is_told_so() -> None:
    server = SilenceServer()
    old = await made(server)
    server.before = raising(httpx.ReadTimeout("slow"), "DELETE")
    with pytest.raises(SourceError, match="it was not ended"):
        await peers(server).expire_silence(old.id)


async def test_the_end_of_what_does_not_exist_is_told_so() -> None:
    with pytest.raises(SourceError, match="there is no such silence"):
        await peers(SilenceServer()).expire_silence("gone")


async def test_a_change_whose_answer_was_lost_is_looked_for() -> None:
    server = SilenceServer()
    old = await made(server)
    longer = replace(old, ends_at=old.ends_at + timedelta(hours=1))
    server.after = raising(httpx.ReadTimeout("slow"))
    assert (await peers(server).put_silence(longer)).id == old.id
    server.after, server.before = (lambda _: None), server.after
    with pytest.raises(SourceError, match="it was not changed"):
        await peers(server).put_silence(replace(longer, comment="other"))


async def test_each_peer_tells_its_own_and_a_silent_one_is_named() -> None:
    server = SilenceServer()
    await made(server)
    server.unreachable.add("two")
    one, two = await peers(server, "one", "two").told()
    assert (one.peer.url, one.peer.fault, len(one.silences)) == ("http://one", None, 1)
    assert two.peer.fault is not None
    assert two.silences == ()
