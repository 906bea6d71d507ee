"""What the lab's HTTP servers share: serving, faults, and the ways to write time."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.typedefs import Middleware

from tui.lab.port import bound
from tui.lab.world import World

SIGN_IN_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head>"
    "<body><h1>Sign in to home.arpa</h1></body></html>"
)
SLOW_SECONDS = 0.3
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
    """Lets a server misbehave while `<server>-hangs`, `-slow` or `-html` is on."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        world.asked[f"{server} {request.path}"] += 1
        while world.faults.has(f"{server}-hangs"):
            await world.clock.tick()
        if world.faults.has(f"{server}-slow") and not request.path.endswith(
            ("/tail", "/push")
        ):
            await world.clock.tick(SLOW_SECONDS)
        if world.faults.has(f"{server}-html"):
            return web.Response(text=SIGN_IN_PAGE, content_type="text/html")
        return await handler(request)

    return middleware


def _never() -> bool:
    return False


class Server:
    """One HTTP server on an ephemeral port of the loopback.

    is_down  while it says so, the port is kept but refuses; see `refresh`
    """

    def __init__(
        self,
        app: web.Application,
        tls: ssl.SSLContext | None = None,
        is_down: Callable[[], bool] = _never,
    ) -> None:
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        self._tls = tls
        self._is_down = is_down
        self._site: web.SockSite | None = None
        self._socket = bound(0)
        port = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"

    async def start(self) -> str:
        """Serve, unless it is down; returns the base URL without a slash at its end."""
        await self._runner.setup()
        await self.refresh()
        return self.url

    async def refresh(self) -> None:
        """Open or close the port, as `is_down` says; closing cuts every connection."""
        if not self._is_down() and self._site is None:
            self._site = web.SockSite(self._runner, self._socket, ssl_context=self._tls)
            await self._site.start()
        elif self._is_down() and self._site is not None:
            port = self._socket.getsockname()[1]
            await self._site.stop()
            self._site = None
            await self._cut()
            self._socket = bound(port)

    async def stop(self) -> None:
        """Close the port and every connection."""
        await self._runner.cleanup()
        self._socket.close()

    async def _cut(self) -> None:
        server = self._runner.server
        for connection in server.connections if server else ():
            if connection.transport is not None:
                connection.transport.abort()
        # An aborted transport closes its socket in the loop's next turn.
        loop = asyncio.get_running_loop()
        turned = loop.create_future()
        loop.call_soon(turned.set_result, None)
        await turned


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
