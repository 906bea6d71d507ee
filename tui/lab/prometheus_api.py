"""How Prometheus' API is spoken: its envelope, its errors, its times."""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import chain, islice

from aiohttp import web
from msgspec import Struct

from tui.lab.http import json_answer
from tui.lab.promql_parser import seconds

_AT_ONCE = 100
"""Pieces of an answer that are made in one go."""


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


class Encoded(Struct, frozen=True):
    """JSON that is made piece by piece: too much for one value, or for one turn."""

    pieces: Iterable[bytes]


def compact(value: object) -> bytes:
    """JSON as Go writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def joined(values: Iterable[bytes]) -> Iterator[bytes]:
    """The values of an array, with commas between them."""
    for number, value in enumerate(values):
        yield b"," + value if number else value


def enveloped(
    answer: Callable[[Mapping[str, str]], object],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler that reads the query and the form, and wraps data and errors.

    It compresses whenever it may, as Prometheus does.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        form = await request.post() if request.method == "POST" else {}
        fields = {key: str(value) for key, value in form.items()}
        try:
            data = answer({**request.query, **fields})
        except ApiError as error:
            body = {"status": "error", "errorType": error.kind, "error": str(error)}
            return json_answer(body, error.status)
        pieces = data.pieces if isinstance(data, Encoded) else (compact(data),)
        whole = chain((b'{"status":"success","data":',), pieces, (b"}",))
        return await _sent(request, whole)

    return handle


async def _sent(request: web.Request, pieces: Iterator[bytes]) -> web.StreamResponse:
    """An answer that is made while it is sent; who goes away ends it.

    Compressed with gzip, for speed rather than size.
    """
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)

    def some() -> bytes:
        """A few pieces more; nothing at the end, and from a packer that has all."""
        found = list(islice(pieces, _AT_ONCE))
        packed = map(packer.compress, found) if is_packed else found
        return b"".join(packed) or (some() if found else b"")

    answer = web.StreamResponse()
    answer.content_type = "application/json"
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    with suppress(ConnectionResetError):
        await answer.prepare(request)
        while data := await asyncio.to_thread(some):
            await answer.write(data)
        if is_packed:
            await answer.write(packer.flush())
        await answer.write_eof()
    return answer


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
