"""What the lab's HTTP servers share: serving, faults, and the ways to write time."""

from __future__ import annotations

import json
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.typedefs import Middleware

from tui.lab.world import World

SIGN_IN_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head>"
    "<body><h1>Sign in to home.arpa</h1></body></html>"
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def json_answer(value: object, status: int = 200) -> web.Response:
    """A JSON body as Go writes it: compact, and in the order it was made."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return web.Response(
        text=text, status=status, content_type="application/json", charset=None
    )


def text_answer(text: str, status: int = 200) -> web.Response:
    """A plain text body, with the header Go's http.Error adds."""
    return web.Response(text=text, status=status)


def faulty(world: World, server: str) -> Middleware:
    """Lets a server misbehave while `<server>-down`, -html or -hangs is on."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        while world.faults.has(f"{server}-hangs"):
            await world.clock.tick()
        if world.faults.has(f"{server}-down"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if world.faults.has(f"{server}-html"):
            return web.Response(text=SIGN_IN_PAGE, content_type="text/html")
        return await handler(request)

    return middleware


class Server:
    """One HTTP server on an ephemeral port of the loopback."""

    def __init__(self, app: web.Application, tls: ssl.SSLContext | None = None) -> None:
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        self._tls = tls
        self.url = ""

    async def start(self) -> str:
        """Bind and serve; returns the base URL without a slash at its end."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls).start()
        port = self._runner.addresses[0][1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"
        return self.url

    async def stop(self) -> None:
        """Close the port and every connection."""
        await self._runner.cleanup()


def rfc3339(instant: datetime, digits: int = 9) -> str:
    """An instant as Go writes it: that many digits, without zeros at the end."""
    utc = instant.astimezone(UTC)
    fraction = f"{utc.microsecond:06d}000"[:digits].rstrip("0")
    return f"{utc:%Y-%m-%dT%H:%M:%S}{'.' + fraction if fraction else ''}Z"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds(at: datetime) -> int:
    """Nanoseconds since 1970, exact to the microsecond."""
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000


def instant(nanos: int) -> datetime:
    """The way back of `nanoseconds`; what is finer than a microsecond is cut."""
    return _EPOCH + timedelta(microseconds=nanos // 1000)
