"""Alertmanager peers that keep real silences, and that fail as a test says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tui.lab.silences import RefusalError, Silence, Silences
from tui.sources.wire import rfc3339

NOW = datetime(2026, 11, 20, 16, 0, 0, 250_000, tzinfo=UTC)
Failing = Callable[[httpx.Request], httpx.Response | None]


class SilenceServer:
    """Peers by host name, all with the same silences: they have told each other.

    The silences are those of the lab, which refuses and replaces as 0.25 does.
    """

    def __init__(self) -> None:
        self.silences = Silences()
        self.now = NOW
        self.asked: list[str] = []
        """`host METHOD`, as they came."""
        self.unreachable: set[str] = set()
        """Hosts that refuse connections."""
        self.before: Failing = lambda _: None
        """May answer, or raise, before the request is done."""
        self.after: Failing = lambda _: None
        """The same after it was done: the answer is lost."""

    @property
    def transport(self) -> httpx.MockTransport:
        """How a source gets there."""
        return httpx.MockTransport(self._answer)

    def listed(self) -> list[Silence]:
        """Those that are not over."""
        known = self.silences.listed(self.now)
        return [each for each in known if each.state(self.now) != "expired"]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.url.host} {request.method}")
        if request.url.host in self.unreachable:
            raise httpx.ConnectError("refused")
        instead = self.before(request)
        if instead is not None:
            return instead
        answer = self._done(request)
        return self.after(request) or answer

    def _done(self, request: httpx.Request) -> httpx.Response:
        self.now += timedelta(milliseconds=10)
        name = request.url.path.rpartition("/")[2]
        try:
            match request.method, name:
                case "POST", "silences":
                    made = self.silences.post(json.loads(request.content), self.now)
                    return httpx.Response(200, json={"silenceID": made})
                case "GET", "silences":
                    known = self.silences.listed(self.now)
                    return httpx.Response(200, json=list(map(self._written, known)))
                case "DELETE", _:
                    self.silences.expire(name, self.now)
                    return httpx.Response(200)
            found = self.silences.get(name)
            if found is None:
                return httpx.Response(404)
            return httpx.Response(200, json=self._written(found))
        except RefusalError as error:
            return httpx.Response(error.status, json=str(error))

    def _written(self, silence: Silence) -> dict[str, Any]:
        matchers = [
            {
                "name": each.name,
                "value": each.value,
                "isRegex": each.is_regex,
                "isEqual": each.is_equal,
            }
            for each in silence.matchers
        ]
        return {
            "id": silence.id,
            "status": {"state": silence.state(self.now).value},
            "matchers": matchers,
            "startsAt": rfc3339(silence.starts_at),
            "endsAt": rfc3339(silence.ends_at),
            "updatedAt": rfc3339(silence.updated_at),
            "createdBy": silence.created_by,
            "comment": silence.comment,
        }
