"""A Loki of our own on loopback, small enough to be told how to misbehave."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.test_utils import TestServer

from tui.config import Endpoint
from tui.sources.loki import LokiSource

STREAM = {"job": "talos-kernel", "host": "10.10.0.41"}


class SmallLoki:
    """Keeps what is pushed; the tail may lose, delay or end, ranges may fail."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, str]] = []
        self.largest_page = 5000
        self.ranges: list[dict[str, str]] = []
        self.refuse_ranges: web.Response | None = None
        self.refuse_counts = False
        self.counts_asked = asyncio.Event()
        self.counts_answered = asyncio.Event()
        """Counts are held back while it is not set."""
        self.counts_answered.set()
        self.cut_at_range = False
        """End the tails when the next range is asked for."""
        self.refuse_tails = False
        self.tails: list[web.WebSocketResponse] = []
        self.connected = asyncio.Event()
        self.headers: list[dict[str, str]] = []

    async def push(self, *entries: tuple[int, str], is_tailed: bool = True) -> None:
        """Keep entries, and send them to the tails unless they are to be lost there."""
        fresh = [entry for entry in entries if entry not in self.kept]
        self.kept += fresh
        if is_tailed:
            await self.send(entries)

    async def send(self, entries: tuple[tuple[int, str], ...], **more: Any) -> None:
        """One frame, as Loki writes it: an object for each entry."""
        streams = [self._stream([entry]) for entry in entries]
        for tail in self.tails:
            await tail.send_str(json.dumps({"streams": streams, **more}))

    async def send_raw(self, frame: bytes, opcode: WSMsgType) -> None:
        """One frame, whatever is in it."""
        for tail in self.tails:
            await tail.send_frame(frame, opcode)

    async def cut(self, code: int = WSCloseCode.INTERNAL_ERROR, why: str = "") -> None:
        """End all tails."""
        tails, self.tails = self.tails, []
        self.connected.clear()
        for tail in tails:
            await tail.close(code=code, message=why.encode())

    def _stream(self, entries: list[tuple[int, str]]) -> dict[str, Any]:
        values = [
            [str(at), line, {"structuredMetadata": {"detected_level": "info"}}]
            for at, line in entries
        ]
        return {"stream": {**STREAM, "__stream_shard__": "1"}, "values": values}

    async def _range(self, request: web.Request) -> web.Response:
        is_count = request.query["query"].startswith("sum(count_over_time(")
        if not is_count:
            self.ranges.append(dict(request.query))
            if self.cut_at_range:
                self.cut_at_range = False
                await self.cut()
        if self.refuse_ranges is not None:
            refused = self.refuse_ranges
            return web.Response(status=refused.status, text=refused.text)
        if is_count and self.refuse_counts:
            return web.Response(status=400, text="pipeline error: 'JSONParserErr'")
        if is_count:
            self.counts_asked.set()
            await self.counts_answered.wait()
            return self._counts(int(request.query["start"]), int(request.query["end"]))
        limit = int(request.query["limit"])
        if limit > self.largest_page:
            words = (
                "max entries limit per query exceeded, limit > "
                f"max_entries_limit_per_query ({limit} > {self.largest_page})"
            )
            return web.Response(status=400, text=words)
        start, end = int(request.query["start"]), int(request.query["end"])
        found = sorted(entry for entry in self.kept if start <= entry[0] < end)
        stream = self._stream(found[:limit])
        result = [stream] if found else []
        data = {"resultType": "streams", "result": result}
        return web.json_response({"status": "success", "data": data})

    def _counts(self, start: int, end: int) -> web.Response:
        """Seconds from start to end, both inclusive, those without entries left out."""
        seconds = Counter(-(-at // 10**9) for at, _ in self.kept)
        values = [
            [second, str(count)]
            for second, count in sorted(seconds.items())
            if start <= second * 10**9 <= end
        ]
        result = [{"metric": {}, "values": values}] if values else []
        data = {"resultType": "matrix", "result": result}
        return web.json_response({"status": "success", "data": data})

    async def _tail(self, request: web.Request) -> web.WebSocketResponse:
        self.headers.append(dict(request.headers))
        if self.refuse_tails:
            raise web.HTTPServiceUnavailable
        tail = web.WebSocketResponse()
        await tail.prepare(request)
        self.tails.append(tail)
        self.connected.set()
        async for message in tail:
            if message.type == WSMsgType.ERROR:
                break
        if tail in self.tails:
            self.tails.remove(tail)
        return tail

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[LokiSource]:
        """A source that talks to it over a socket."""
        app = web.Application()
        app.router.add_get("/base/loki/api/v1/query_range", self._range)
        app.router.add_get("/base/loki/api/v1/tail", self._tail)
        server = TestServer(app)
        await server.start_server()
        endpoint = Endpoint(urls=(str(server.make_url("/base")),), tenant="homelab")
        source = LokiSource(endpoint, 5.0)
        try:
            yield source
        finally:
            self.counts_answered.set()
            await source.aclose()
            await self.cut()
            await server.close()
