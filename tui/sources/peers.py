"""Several servers that are one: which of them is asked, and what is safe to repeat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TypeVar

import httpx
import msgspec
from msgspec.structs import replace

from tui.config import Endpoint
from tui.model.fault import Fault, FaultKind
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request, Way
from tui.sources.http_fault import Answer, NotSentError, RefusedError
from tui.sources.http_tunnel import Dialler
from tui.sources.server_clock import ClockOf
from tui.sources.wire import read

T = TypeVar("T")
U = TypeVar("U")


class DoubtError(SourceError):
    """It was sent, and nobody knows whether it was done."""


class Peers:
    """The servers of one endpoint. The one that answered last is asked first."""

    def __init__(
        self,
        endpoint: Endpoint,
        timeout_seconds: float,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tunnel: Dialler | None = None,
        clock_of: ClockOf | None = None,
    ) -> None:
        self._sessions = tuple(
            HttpSession(
                endpoint,
                url,
                timeout_seconds,
                transport=transport,
                tunnel=tunnel,
                way=Way(clock=clock_of(url) if clock_of else None),
            )
            for url in endpoint.urls
        )
        self._share_seconds = timeout_seconds / len(self._sessions)
        self._serving = self._sessions[0]

    @property
    def are_several(self) -> bool:
        """Whether there is more than one."""
        return len(self._sessions) > 1

    @property
    def serving(self) -> str:
        """The peer that answered last, or that is asked first."""
        return self._serving.shown_url

    async def read(
        self,
        request: Request,
        decoder: msgspec.json.Decoder[T],
        make: Callable[[T], U],
    ) -> U:
        """Ask peer after peer; together they have one deadline.

        make    what the answer is made into; pure
        raise   SourceError of the peer that is asked first, when none answers
        """
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

    async def read_each(
        self,
        request: Request,
        decoder: msgspec.json.Decoder[T],
        make: Callable[[T], U],
    ) -> tuple[tuple[str, U | Fault], ...]:
        """Ask all of them at once: URL and answer, in the order of the config."""

        async def told(session: HttpSession) -> tuple[str, U | Fault]:
            try:
                answer = await session.send(request)
                return session.shown_url, await read(answer, decoder, make)
            except SourceError as error:
                return session.shown_url, error.fault

        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(told(each)) for each in self._sessions]
        return tuple(task.result() for task in asked)

    async def read_all(
        self,
        request: Request,
        decoder: msgspec.json.Decoder[T],
        make: Callable[[T], U],
    ) -> tuple[tuple[str, U], ...]:
        """What all of them say that answer: URL and answer, in the order of the config.

        One that hangs costs its share of the deadline.
        raise   SourceError of the peer that is asked first, when none answers
        """
        request = replace(request, timeout_seconds=self._share_seconds)
        told = dict(
            zip(
                self._sessions,
                await self.read_each(request, decoder, make),
                strict=True,
            )
        )
        found: dict[HttpSession, U] = {}
        faults: list[Fault] = []
        for session in self._in_order():
            _, said = told[session]
            if isinstance(said, Fault):
                faults.append(said)
            else:
                found[session] = said
        if not found:
            raise SourceError(_together(faults))
        self._serving = next(iter(found))
        return tuple(
            (each.shown_url, found[each]) for each in self._sessions if each in found
        )

    async def write(self, request: Request) -> Answer:
        """Ask one peer; another one only if the first cannot have heard it.

        Or knows nothing of what it is about: a peer may lack what the others have.

        raise   DoubtError when it may have been done; RefusedError, or SourceError,
                when it was not
        """
        faults: list[Fault] = []
        for session in self._in_order():
            try:
                answer = await session.send(request)
            except NotSentError as error:
                faults.append(error.fault)
            except RefusedError as error:
                if error.fault.kind is not FaultKind.NOT_FOUND:
                    raise
                faults.append(error.fault)
            except SourceError as error:
                self._serving = session
                raise DoubtError(error.fault) from error
            else:
                self._serving = session
                return answer
        raise SourceError(_together(faults))

    async def aclose(self) -> None:
        """Close the connections."""
        for session in self._sessions:
            await session.aclose()

    def _in_order(self) -> Iterator[HttpSession]:
        """The serving peer, then those behind it, once around."""
        first = self._sessions.index(self._serving)
        yield from self._sessions[first:] + self._sessions[:first]


def _together(faults: list[Fault]) -> Fault:
    """The first one; the others are told in its detail."""
    first, *others = faults
    told = "; ".join(f"{fault.endpoint}: {fault.summary}" for fault in others)
    detail = "; ".join(part for part in (first.detail, told) if part)
    return replace(first, detail=detail)
