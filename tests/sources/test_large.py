"""All servers answer with a flood at once: few are heard at a time, small ones all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import msgspec
import pytest

from tests.clock import turns
from tui.config import Endpoint
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request
from tui.sources.http_fault import Answer
from tui.sources.large import AT_ONCE, LARGE_BYTES, emptied_on_failure, large
from tui.sources.wire import decode

URL = "http://server.test"
PIECE = bytes(256 * 1024)


@dataclass
class Flood(httpx.AsyncByteStream):
    """A body that grows beyond what is large, then waits, then ends."""

    goes_on: asyncio.Event
    asked: int = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(2 * LARGE_BYTES // len(PIECE)):
            self.asked += len(PIECE)
            yield PIECE
        await self.goes_on.wait()

    @property
    def has_turn(self) -> bool:
        return self.asked > LARGE_BYTES + len(PIECE)


@dataclass
class Servers(httpx.AsyncBaseTransport):
    """Answers with floods, and with a word where one is asked for."""

    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    floods: list[Flood] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/small":
            return httpx.Response(200, content=b"{}")
        self.floods.append(Flood(self.goes_on))
        return httpx.Response(200, stream=self.floods[-1])

    @property
    def heard(self) -> int:
        return sum(each.has_turn for each in self.floods)


def session(servers: Servers) -> HttpSession:
    return HttpSession(Endpoint((URL,)), URL, 5.0, transport=servers)


async def test_of_large_answers_only_a_few_are_read_at_a_time() -> None:
    servers = Servers()
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(session(servers).send(Request("/large")))
            for _ in range(2 * AT_ONCE + 1)
        ]
        await turns(200)
        assert servers.heard == AT_ONCE
        servers.goes_on.set()
    assert {len(each.result().body) for each in asked} == {2 * LARGE_BYTES}


async def test_a_small_answer_waits_for_no_large_one() -> None:
    servers = Servers()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(session(servers).send(Request("/large")))
        await turns(200)
        assert (await session(servers).send(Request("/small"))).body == b"{}"
        servers.goes_on.set()


async def test_the_place_of_one_that_fails_is_free_again() -> None:
    servers = Servers()
    for _ in range(AT_ONCE + 1):
        given_up = asyncio.create_task(session(servers).send(Request("/large")))
        await turns(200)
        assert servers.floods[-1].has_turn
        given_up.cancel()
        await asyncio.wait((given_up,))
    assert large().ended.is_set()


def test_a_failure_keeps_nothing_of_the_body() -> None:
    body = bytearray(b"all of it")
    with pytest.raises(OSError, match="cut"), emptied_on_failure(body):
        raise OSError("cut")
    assert not body


def test_an_answer_that_cannot_be_decoded_is_not_kept() -> None:
    answer = Answer(200, {}, bytearray(b'{"status": '), URL)
    with pytest.raises(SourceError):
        decode(answer, msgspec.json.Decoder(dict[str, str]))
    assert not answer.body


def test_an_answer_that_is_decoded_stays() -> None:
    answer = Answer(200, {}, bytearray(b'{"a": "b"}'), URL)
    assert decode(answer, msgspec.json.Decoder(dict[str, str])) == {"a": "b"}
    assert answer.body
