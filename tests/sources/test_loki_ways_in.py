"""The ways into a Loki, over sockets: for queries and for the tail alike."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tui.config import Endpoint, Secret
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.loki import LokiSource

WANTED = ("Authorization", "X-Scope-OrgID")


class Guarded:
    """Notes what it is shown; answers as it is told."""

    def __init__(self) -> None:
        self.shown: list[tuple[str | None, ...]] = []
        self.answer: web.Response | None = None
        self.frame = ""
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.shown.append(tuple(request.headers.get(name) for name in WANTED))
        if self.answer is not None:
            return self.answer
        if not request.path.endswith("/tail"):
            return web.json_response({"data": {"resultType": "streams", "result": []}})
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.frame:
            await socket.send_str(self.frame)
        async for _ in socket:
            pass
        return socket


@pytest.fixture
async def loki() -> AsyncIterator[Guarded]:
    guarded = Guarded()
    app = web.Application()
    app.router.add_get("/{path:.*}", guarded.handle)
    server = TestServer(app)
    await server.start_server()
    guarded.url = str(server.make_url(""))
    yield guarded
    await server.close()


async def used(endpoint: Endpoint) -> None:
    """One query and one tail."""
    source = LokiSource(endpoint, 5.0)
    try:
        await source.query_range("{}", 0, 1, 1, forward=True)
        async with aclosing(source.tail("{}", 1)) as frames:
            await anext(frames)
    finally:
        await source.aclose()


@pytest.mark.parametrize("tenant", ["homelab", "homelab|staging"])
async def test_a_tenant_or_several_are_named_to_queries_and_tails(
    loki: Guarded, tenant: str
) -> None:
    await used(Endpoint((loki.url,), tenant=tenant))
    assert loki.shown == [(None, tenant)] * 2


async def test_basic_credentials_are_shown_to_queries_and_tails(loki: Guarded) -> None:
    await used(Endpoint((loki.url,), username="me", password=Secret("s3cret")))
    said = f"Basic {b64encode(b'me:s3cret').decode()}"
    assert loki.shown == [(said, None)] * 2


async def test_a_tail_opened_again_shows_the_token_that_is_in_the_file_by_then(
    loki: Guarded, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    endpoint = Endpoint((loki.url,), bearer_token_file=file)
    file.write_text("old\n")
    await used(endpoint)
    file.write_text("new\n")
    await used(endpoint)
    assert loki.shown == [("Bearer old", None)] * 2 + [("Bearer new", None)] * 2


async def test_a_tail_that_is_asked_to_slow_down_passes_on_for_how_long(
    loki: Guarded,
) -> None:
    loki.answer = web.Response(status=429, headers={"Retry-After": "7"}, text="slow")
    with pytest.raises(SourceError) as caught:
        await used_tail(loki)
    fault = caught.value.fault
    assert (fault.kind, fault.retry_after_seconds) == (FaultKind.RATE_LIMITED, 7.0)


async def test_a_page_instead_of_a_tail_is_told_and_not_shown(loki: Guarded) -> None:
    loki.answer = web.Response(text="<html>Sign in</html>", content_type="text/html")
    with pytest.raises(SourceError) as caught:
        await used_tail(loki)
    assert caught.value.fault.kind is FaultKind.PROTOCOL
    assert "Sign in" not in repr(caught.value.fault)


@pytest.mark.parametrize(
    "at",
    ["NaN", "", "1e9", "1.5", "0x10", "-5", "9" * 25, "9" * 5000],
    ids=lambda at: at[:8],
)
async def test_a_time_in_a_frame_that_is_no_number_is_a_fault_and_no_crash(
    loki: Guarded, at: str
) -> None:
    loki.frame = f'{{"streams":[{{"stream":{{}},"values":[["{at}","x"]]}}]}}'
    with pytest.raises(SourceError) as caught:
        await used_tail(loki)
    assert caught.value.fault.kind is FaultKind.PROTOCOL


@pytest.mark.parametrize(
    "frame",
    [
        '{"streams":[{"stream":{"a":1},"values":[["1","x"]]}]}',
        '{"streams":[{"stream":[],"values":[["1","x"]]}]}',
        '{"streams":[{"stream":{},"values":[["1","x",{"parsed":[]}]]}]}',
        '{"streams":[{"stream":{},"values":[["1"]]}]}',
        '{"streams":[{"stream":{},"values":[["1","\\ud800 \\q"]]}]}',
        '{"streams":[',
        "<html>",
    ],
)
async def test_a_frame_of_another_shape_is_a_fault_and_no_crash(
    loki: Guarded, frame: str
) -> None:
    loki.frame = frame
    with pytest.raises(SourceError) as caught:
        await used_tail(loki)
    assert caught.value.fault.kind is FaultKind.PROTOCOL


async def used_tail(loki: Guarded) -> None:
    """A tail and its first frame with entries, if there is any."""
    source = LokiSource(Endpoint((loki.url,)), 5.0)
    try:
        async with aclosing(source.tail("{}", 1)) as frames:
            await anext(frames)
            await anext(frames)
    finally:
        await source.aclose()
