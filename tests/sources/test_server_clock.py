"""Each answer of a server tells of its clock."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.clock import ManualClock
from tests.judged import NOW
from tui.config import Endpoint
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request, Way
from tui.sources.server_clock import ServerClock


async def told(headers: dict[str, str], status: int = 200) -> list[float]:
    """What is told of a server after three answers."""
    found: list[float] = []
    transport = httpx.MockTransport(
        lambda _: httpx.Response(status, headers=headers, json={})
    )
    clock = ServerClock(ManualClock(NOW), found.append)
    session = HttpSession(
        Endpoint(urls=("http://server",)),
        "http://server",
        5.0,
        transport=transport,
        way=Way(clock=clock),
    )
    for _ in range(3):
        if status < 300:
            await session.send(Request("/"))
        else:
            with pytest.raises(SourceError):
                await session.send(Request("/"))
    await session.aclose()
    return found


def date(hours: float) -> str:
    return format_datetime(NOW + timedelta(hours=hours), usegmt=True)


async def test_a_clock_that_is_off_is_told_once() -> None:
    assert await told({"Date": date(1)}) == [3600.0]
    assert await told({"Date": date(-1)}) == [-3599.0]


async def test_a_clock_that_is_right_is_told_to_be() -> None:
    assert await told({"Date": date(0)}) == [0.0]


async def test_who_refuses_us_tells_of_its_clock_too() -> None:
    assert await told({"Date": date(1)}, 401) == [3600.0]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Date": "yesterday"}, {"Date": date(-1), "Age": "3600"}],
    ids=["no date", "no proper date", "from a cache"],
)
async def test_what_is_not_dated_now_tells_nothing(headers: dict[str, str]) -> None:
    assert await told(headers) == []
