from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from tests.lab.conftest import NOW, still_world
from tui.lab.http import Server, nanoseconds
from tui.lab.loki import Loki
from tui.lab.world import World

SECOND = 1_000_000_000
T0 = nanoseconds(NOW) - SECOND
QUERY = '{job="paging"}'


class Stage:
    """A Loki of a still world and a client of its tail."""

    def __init__(self, world: World, url: str, session: aiohttp.ClientSession) -> None:
        self.world = world
        self.url = url
        self.session = session

    async def push(self, at: int, line: str, **metadata: str) -> None:
        stream = {"stream": {"job": "paging"}, "values": [[str(at), line, metadata]]}
        url = f"{self.url}/loki/api/v1/push"
        async with self.session.post(url, json={"streams": [stream]}) as answer:
            assert answer.status == 204

    async def tail(
        self, *, headers: dict[str, str] | None = None, **asked: str | int
    ) -> ClientWebSocketResponse:
        params = {"query": QUERY, **asked}
        url = f"{self.url}/loki/api/v1/tail"
        return await self.session.ws_connect(url, params=params, headers=headers)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    world = still_world("1m")
    server = Server(Loki(world).app())
    url = await server.start()
    async with aiohttp.ClientSession() as session:
        yield Stage(world, url, session)
    await server.stop()


async def frame(socket: ClientWebSocketResponse) -> dict[str, Any]:
    async with asyncio.timeout(3):
        found: dict[str, Any] = await socket.receive_json()
    return found


def lines(found: dict[str, Any]) -> list[str]:
    return [stream["values"][0][1] for stream in found["streams"]]


async def test_the_backfill_is_the_newest_lines_oldest_first(stage: Stage) -> None:
    for number in range(4):
        await stage.push(T0 + number, str(number))
    socket = await stage.tail(limit=2)
    assert lines(await frame(socket)) == ["2", "3"]
    await socket.close()


async def test_a_new_line_comes_with_its_stream_alone(stage: Stage) -> None:
    socket = await stage.tail()
    await stage.push(T0, "live", seq="7")
    found = await frame(socket)
    assert lines(found) == ["live"]
    stream = found["streams"][0]["stream"]
    assert stream == {"job": "paging", "service_name": "paging"}
    await socket.close()


async def test_with_a_stage_metadata_is_merged_in(stage: Stage) -> None:
    socket = await stage.tail(query=f'{QUERY} |= "live"')
    await stage.push(T0, "live", seq="7")
    assert (await frame(socket))["streams"][0]["stream"]["seq"] == "7"
    await socket.close()


async def test_categorized_entries_have_a_third_element(stage: Stage) -> None:
    headers = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
    socket = await stage.tail(headers=headers)
    await stage.push(T0, "live", seq="7")
    found = await frame(socket)
    metadata = {"detected_level": "unknown", "seq": "7"}
    third = found["streams"][0]["values"][0][2]
    assert third == {"structuredMetadata": metadata}
    assert found["encodingFlags"] == ["categorize-labels"]
    await socket.close()


async def test_a_line_ahead_of_the_clock_waits(stage: Stage) -> None:
    socket = await stage.tail()
    await stage.push(nanoseconds(NOW) + 60 * SECOND, "early")
    await stage.push(T0, "now")
    assert lines(await frame(socket)) == ["now"]
    await socket.close()


async def test_the_storys_lines_are_tailed_as_they_are_written() -> None:
    world = still_world("119s")
    server = Server(Loki(world).app())
    url = await server.start()
    asked = {"query": '{talos_service="ext-iscsid"}'}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/loki/api/v1/tail", params=asked) as socket,
    ):
        world.clock.move(speed=60)
        found = await frame(socket)
    await server.stop()
    assert "ISCSI_ERR_TCP_CONN_CLOSE" in lines(found)[0]


async def test_the_server_pings_each_second(stage: Stage) -> None:
    url = f"{stage.url}/loki/api/v1/tail"
    async with (
        stage.session.ws_connect(
            url, params={"query": QUERY}, autoping=False
        ) as socket,
        asyncio.timeout(3),
    ):
        message = await socket.receive()
    assert message.type is WSMsgType.PING


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"limit": "0"}, "limit must be a positive value"),
        ({"delay_for": "6"}, "delay_for can't be greater than 5"),
        ({"query": "{job="}, "parse error at line 1, col 6: syntax error: unexpected "
            "$end, expecting STRING"),
        ({}, "Bad Request\n"),
    ],
)  # fmt: skip
async def test_a_bad_tail_is_refused_before_the_upgrade(
    stage: Stage, asked: dict[str, str], error: str
) -> None:
    url, params = f"{stage.url}/loki/api/v1/tail", {"query": QUERY, **asked}
    async with stage.session.get(url, params=params) as answer:
        assert (answer.status, await answer.text()) == (400, error)


async def closing(socket: ClientWebSocketResponse) -> tuple[int | None, str]:
    async with asyncio.timeout(3):
        message = await socket.receive()
    assert message.type is WSMsgType.CLOSE
    return message.data, str(message.extra)


async def test_a_metric_query_is_closed_after_the_upgrade(stage: Stage) -> None:
    socket = await stage.tail(query=f"sum(count_over_time({QUERY}[5m]))")
    assert await closing(socket) == (1011, "only log selector is supported")


async def test_a_start_in_the_future_is_closed_after_the_upgrade(stage: Stage) -> None:
    socket = await stage.tail(start=nanoseconds(NOW) + SECOND)
    code, reason = await closing(socket)
    assert code == 1011
    assert "past now - max_query_lookback" in reason


async def test_a_fault_cuts_tails_while_queries_go_on(stage: Stage) -> None:
    socket = await stage.tail()
    stage.world.change_faults(["loki-tail-cut"], [])
    reason = "all ingesters closed the connection"
    assert await closing(socket) == (1011, reason)
    url = f"{stage.url}/loki/api/v1/query_range"
    async with stage.session.get(url, params={"query": QUERY}) as answer:
        assert json.loads(await answer.text())["status"] == "success"
