"""Loki's tail: a websocket with a backfill and then the new entries."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from tui.lab.http import nanoseconds
from tui.lab.logql import Hit, keep, page
from tui.lab.logql_parser import LogQuery
from tui.lab.loki_feed import Feed
from tui.lab.loki_request import (
    LokiError,
    read_limit,
    read_query,
    read_span,
    wants_categories,
)
from tui.lab.loki_store import Found, Store
from tui.lab.world import World

LINES_PER_FRAME = 100
_POLL_SECONDS = 0.2
_TICKS_PER_PING = 5
_MAX_BACKFILL = 1100
_LIMIT_SECONDS = 7.0
_LIMIT = "reached tail max duration limit"
_STOPPED = "all ingesters closed the connection"
_LOST = (
    "rpc error: code = Code(400) desc = this data is no longer available, it is past "
    "now - max_query_lookback (0s)"
)


class Tail:
    """Answers GET /loki/api/v1/tail."""

    def __init__(self, world: World, store: Store, feed: Feed) -> None:
        self._world = world
        self._store = store
        self._feed = feed

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Refuse in plain HTTP, or upgrade and tail until either side ends it."""
        query = read_query(request.query)
        limit = read_limit(request.query)
        delay = request.query.get("delay_for", "0")
        if delay.isdecimal() and int(delay) > 5:
            raise LokiError("delay_for can't be greater than 5")
        socket = web.WebSocketResponse(autoping=True)
        if not socket.can_prepare(request).ok:
            raise LokiError("Bad Request\n")
        await socket.prepare(request)
        now = self._world.now()
        start, _ = read_span({**request.query, "end": ""}, now)
        reason = ""
        if not isinstance(query, LogQuery):
            reason = "only log selector is supported"
        elif start > nanoseconds(now):
            reason = _LOST
        elif self._is_cut():
            reason = _STOPPED
        if reason or not isinstance(query, LogQuery):
            message = reason.encode()[:123]
            await socket.close(code=WSCloseCode.INTERNAL_ERROR, message=message)
            return socket
        session = _Session(
            socket, query, is_categorized=wants_categories(request.headers)
        )
        stop = self._store.listen(session.hear)
        try:
            # A client that went away in mid-frame leaves nobody to tell.
            with suppress(ConnectionError):
                await session.backfill(self._backfill(query, start, limit))
                await self._follow(session)
        finally:
            stop()
        return socket

    def _is_cut(self) -> bool:
        faults = self._world.faults
        return faults.has("loki-tail-cut") or faults.has("loki-down")

    def _end(self, seconds: float) -> str:
        """Why a tail of so many seconds ends now; mostly empty."""
        if self._is_cut():
            return _STOPPED
        has_limit = self._world.faults.has("loki-tail-limit")
        return _LIMIT if has_limit and seconds >= _LIMIT_SECONDS else ""

    def _backfill(self, query: LogQuery, start: int, limit: int) -> list[Hit]:
        """The newest entries since `start`, oldest first."""
        end = nanoseconds(self._world.now()) + 1
        most = min(limit, _MAX_BACKFILL)
        found = page(self._store, query, (start, end, most), is_backward=True)
        return found[::-1]

    async def _follow(self, session: _Session) -> None:
        """Send what is new, ping each second, until the client or a fault ends it."""
        reader = asyncio.create_task(session.read_to_end())
        ticks = 0
        try:
            while not reader.done():
                if reason := self._end(ticks * _POLL_SECONDS):
                    message = reason.encode()
                    await session.socket.close(code=1011, message=message)
                    break
                self._feed.catch_up()
                if self._world.faults.has("loki-tail-lossy"):
                    session.lose()
                await session.send_new(nanoseconds(self._world.now()))
                ticks += 1
                if ticks % _TICKS_PER_PING == 0:
                    await session.socket.ping()
                await self._world.clock.tick(_POLL_SECONDS)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)


class _Session:
    """One client: what it wants, and what it has not been sent yet."""

    def __init__(
        self, socket: web.WebSocketResponse, query: LogQuery, *, is_categorized: bool
    ) -> None:
        self.socket = socket
        self._query = query
        self._is_categorized = is_categorized
        self._waiting: deque[Hit] = deque()

    def hear(self, found: Found) -> None:
        """Take note of a new entry if the query keeps it."""
        if all(matcher.matches(dict(found.labels)) for matcher in self._query.matchers):
            hit = keep(self._query, found)
            if hit is not None:
                self._waiting.append(hit)

    def lose(self) -> None:
        """Forget a third of what waits, and say nothing of it."""
        kept = (hit for nth, hit in enumerate(self._waiting) if nth % 3 != 1)
        self._waiting = deque(kept)

    async def read_to_end(self) -> None:
        """Read what the client says until it says goodbye; nothing of it matters."""
        async for message in self.socket:
            if message.type is WSMsgType.ERROR:
                return

    async def backfill(self, found: list[Hit]) -> None:
        """Send old entries; metadata is always merged in here."""
        for first in range(0, len(found), LINES_PER_FRAME):
            await self._send(found[first : first + LINES_PER_FRAME], is_merged=True)

    async def send_new(self, now: int) -> None:
        """Send what has come; an entry ahead of the clock waits for its time."""
        due = [hit for hit in self._waiting if hit.entry.at <= now]
        self._waiting = deque(hit for hit in self._waiting if hit.entry.at > now)
        # Without a pipeline live entries come with their stream's labels alone.
        is_merged = bool(self._query.stages)
        for first in range(0, len(due), LINES_PER_FRAME):
            await self._send(due[first : first + LINES_PER_FRAME], is_merged=is_merged)

    async def _send(self, found: list[Hit], *, is_merged: bool) -> None:
        frame: dict[str, object] = {
            "streams": [self._stream(hit, is_merged=is_merged) for hit in found]
        }
        if self._is_categorized:
            frame["encodingFlags"] = ["categorize-labels"]
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))

    def _stream(self, hit: Hit, *, is_merged: bool) -> Mapping[str, object]:
        """One object for each entry, as the real one sends them."""
        value: list[object] = [str(hit.entry.at), hit.entry.line]
        labels = hit.merged() if is_merged else hit.labels
        if self._is_categorized:
            labels = hit.labels
            value.append(hit.categories())
        return {"stream": dict(labels), "values": [value]}
