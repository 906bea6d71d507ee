"""Alertmanager, API v2: alerts and silences, from one server or from its HA peers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from tui.config import Endpoint
from tui.model.alert import Alert
from tui.model.fault import Fault
from tui.model.silence import Silence, SilenceDraft
from tui.sources import alertmanager_wire as wire
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request
from tui.sources.http_fault import Answer, NotSentError, RefusedError
from tui.sources.wire import decode, read

T = TypeVar("T")
U = TypeVar("U")


class AlertmanagerSource:
    """The peers of one Alertmanager. Reads go to the one that answered last."""

    def __init__(
        self,
        endpoint: Endpoint,
        timeout_seconds: float,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._sessions = tuple(
            HttpSession(endpoint, url, timeout_seconds, transport=transport)
            for url in endpoint.urls
        )
        self._share_seconds = timeout_seconds / len(self._sessions)
        self._serving = self._sessions[0]

    @property
    def serving(self) -> str:
        """The peer that answered last, or that is asked first."""
        return self._serving.shown_url

    async def alerts(self) -> tuple[Alert, ...]:
        """All alerts, silenced and inhibited ones too, sorted by fingerprint.

        raise   SourceError of the peer that is asked first, when none answers
        wire    GET /api/v2/alerts
        """
        return await self._read(Request("/api/v2/alerts"), wire.LIST, wire.alerts)

    async def silences(self) -> tuple[Silence, ...]:
        """All silences in the server's order: active, pending, then expired ones.

        wire    GET /api/v2/silences
        """
        return await self._read(Request("/api/v2/silences"), wire.LIST, wire.silences)

    async def put_silence(self, draft: SilenceDraft) -> str:
        """Create a silence, or change the one whose id the draft has.

        return  its id from now on: a change may well give another
        raise   SourceError; "may have been created" means: look before you repeat
        wire    POST /api/v2/silences, with all that the server keeps of the old one
        """
        old: dict[str, Any] = {}
        if draft.id:
            path = f"/api/v2/silence/{quote(draft.id, safe='')}"
            old = await self._read(Request(path), wire.OBJECT, dict)
        body = wire.posted(draft, old)
        request = Request("/api/v2/silences", method="POST", json_body=body)
        answer = await self._write(request, "the silence may have been created")
        return decode(answer, wire.CREATED).id

    async def expire_silence(self, silence_id: str) -> None:
        """End a silence now. One that is already expired stays so, without error.

        wire    DELETE /api/v2/silence/{id}
        """
        path = f"/api/v2/silence/{quote(silence_id, safe='')}"
        request = Request(path, method="DELETE")
        await self._write(request, "the silence may have been expired")

    async def aclose(self) -> None:
        """Close the connections."""
        for session in self._sessions:
            await session.aclose()

    def _in_order(self) -> Iterator[HttpSession]:
        """The serving peer, then those behind it, once around."""
        first = self._sessions.index(self._serving)
        yield from self._sessions[first:] + self._sessions[:first]

    async def _read(
        self,
        request: Request,
        decoder: msgspec.json.Decoder[T],
        make: Callable[[T], U],
    ) -> U:
        """Ask peer after peer; together they have one deadline."""
        request = replace(request, timeout_seconds=self._share_seconds)
        faults: list[Fault] = []
        for session in self._in_order():
            try:
                value = await read(await session.send(request), decoder, make)
            except SourceError as error:
                faults.append(error.fault)
            else:
                self._serving = session
                return value
        raise SourceError(_together(faults))

    async def _write(self, request: Request, doubt: str) -> Answer:
        """Ask one peer; another one only if the first cannot have heard it."""
        faults: list[Fault] = []
        for session in self._in_order():
            try:
                answer = await session.send(request)
            except NotSentError as error:
                faults.append(error.fault)
            except RefusedError:
                raise
            except SourceError as error:
                summary = f"{error.fault.summary}; {doubt}"
                raise SourceError(replace(error.fault, summary=summary)) from error
            else:
                self._serving = session
                return answer
        raise SourceError(_together(faults))


def _together(faults: list[Fault]) -> Fault:
    """The first one; the others are told in its detail."""
    first, *others = faults
    told = "; ".join(f"{fault.endpoint}: {fault.summary}" for fault in others)
    detail = "; ".join(part for part in (first.detail, told) if part)
    return replace(first, detail=detail)
