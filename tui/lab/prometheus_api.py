"""How Prometheus' API is spoken: its envelope, its errors, its times."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from aiohttp import web

from tui.lab.http import json_answer
from tui.lab.promql_parser import seconds


class ApiError(Exception):
    """An answer in Prometheus' error envelope."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.kind = status, kind


def bad_data(reason: str) -> ApiError:
    """A request that cannot be answered as it stands."""
    return ApiError(400, "bad_data", reason)


def bad_parameter(name: str, reason: object) -> ApiError:
    """Likewise, with the name of the parameter that is to blame."""
    return bad_data(f'invalid parameter "{name}": {reason}')


def enveloped(
    answer: Callable[[Mapping[str, str]], object],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that reads the query and the form, and wraps data and errors."""

    async def handle(request: web.Request) -> web.Response:
        form = await request.post() if request.method == "POST" else {}
        fields = {key: str(value) for key, value in form.items()}
        try:
            data = answer({**request.query, **fields})
        except ApiError as error:
            body = {"status": "error", "errorType": error.kind, "error": str(error)}
            return json_answer(body, error.status)
        return json_answer({"status": "success", "data": data})

    return handle


def read_instant(name: str, text: str) -> datetime:
    """Seconds with decimals, or RFC 3339."""
    try:
        if re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", text):
            return datetime.fromtimestamp(float(text), UTC)
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        reason = f'cannot parse "{text}" to a valid timestamp'
        if name == "time":
            reason = f"Invalid time value for 'time': {reason}"
        raise bad_parameter(name, reason) from error
    if instant.tzinfo is None:
        raise bad_parameter(name, f'cannot parse "{text}" to a valid timestamp')
    return instant


def read_duration(name: str, text: str) -> timedelta:
    """Seconds with decimals, or 1m30s."""
    try:
        if re.fullmatch(r"-?[\d.]+", text):
            return timedelta(seconds=float(text))
        return timedelta(seconds=seconds(text))
    except (ValueError, OverflowError) as error:
        raise bad_parameter(
            name, f'cannot parse "{text}" to a valid duration'
        ) from error
