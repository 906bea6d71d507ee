"""Serves the page and carries the viewers' screens over websockets."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Struct

from tui.web import page
from tui.web.gate import Gate
from tui.web.viewer import Viewer, bounded

STATIC = Path(textual_serve.__file__).parent / "static"
BEAT_SECONDS = 10.0
"""A browser that does not answer within half of it is gone."""
FULL_SECONDS = 10
_MOST_BYTES = 128 * 1024
"""Of one message: what is pasted."""
_YEAR_SECONDS = 365 * 24 * 3600

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Show(Struct, frozen=True):
    """What is served."""

    command: Sequence[str]
    """Started for each viewer."""
    title: str = "taloscope"
    font_size: int = 16
    most_viewers: int = 8


class Server:
    """The web application, and who looks at the moment."""

    def __init__(self, show: Show, gate: Gate) -> None:
        self._show = show
        self._gate = gate
        self._viewers: set[web.WebSocketResponse] = set()
        self.app = web.Application(
            middlewares=[self._guard], client_max_size=_MOST_BYTES
        )
        self.app.add_routes(
            [
                web.get("/", self._index),
                web.post("/", self._take_token),
                web.get("/ws", self._look),
                web.static("/static", STATIC),
            ]
        )
        self.app.on_shutdown.append(self._end_all)

    @property
    def _is_full(self) -> bool:
        return len(self._viewers) >= self._show.most_viewers

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> Any:
        """Whatever is asked for, it is refused here to whoever may not look."""
        try:
            response = self._refused(request) or await handler(request)
        except web.HTTPException as error:
            response = _refusal(HTTPStatus(error.status), error.reason)
        if not response.prepared:
            for name, value in page.HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    def _refused(self, request: web.Request) -> web.Response | None:
        gate = self._gate
        if not gate.knows(request.headers.get("Host", "")):
            said = (
                "This server is not known by that name. Open it by the address that "
                "`taloscope serve` has printed, or start it with --name."
            )
            return _refusal(HTTPStatus.MISDIRECTED_REQUEST, said)
        if gate.lets_in(request.cookies.get(gate.cookie_name, "")):
            return None
        if request.path == "/" and (
            request.method == "POST" or gate.is_token(request.query.get("token", ""))
        ):
            return None
        said = "This page wants the token that `taloscope serve` has printed."
        if "token" in request.query:
            said = f"That is not the token. {said}"
        return _refusal(HTTPStatus.UNAUTHORIZED, said, asks_token=True)

    def _welcome(self, response: web.Response) -> web.Response:
        """Have the browser remember that it has shown the token."""
        if self._gate.token:
            response.set_cookie(
                self._gate.cookie_name,
                self._gate.cookie,
                max_age=_YEAR_SECONDS,
                httponly=True,
                samesite="Strict",
                path="/",
            )
        return response

    async def _index(self, request: web.Request) -> web.Response:
        del request
        if self._is_full:
            most = self._show.most_viewers
            said = (
                f"As many look already as may: {most}. This page tries again by "
                "itself. More may with `taloscope serve --viewers`."
            )
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return self._welcome(_refusal(status, said, again_seconds=FULL_SECONDS))
        nonce = secrets.token_urlsafe(16)
        text = page.terminal(self._show.title, self._show.font_size, nonce)
        response = web.Response(text=text, content_type="text/html")
        response.headers["Content-Security-Policy"] = page.policy(nonce)
        return self._welcome(response)

    async def _take_token(self, request: web.Request) -> web.Response:
        given = (await request.post()).get("token", "")
        if not isinstance(given, str) or not self._gate.is_token(given.strip()):
            said = "That is not the token that `taloscope serve` has printed."
            return _refusal(HTTPStatus.UNAUTHORIZED, said, asks_token=True)
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "./"})
        return self._welcome(answer)

    async def _look(self, request: web.Request) -> web.StreamResponse:
        """Start the dashboard, and carry screen and keys until either side ends."""
        host = request.headers.get("Host", "")
        if not self._gate.is_from_our_page(request.headers.get("Origin"), host):
            said = "A websocket is for our own page."
            return _refusal(HTTPStatus.FORBIDDEN, said)
        if self._is_full:
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "As many look as may.")
        socket = web.WebSocketResponse(heartbeat=BEAT_SECONDS, max_msg_size=_MOST_BYTES)
        self._viewers.add(socket)
        viewer = Viewer(self._show.command, socket.send_bytes, socket.close)
        try:
            await socket.prepare(request)
            size = (_number(request.query.get(name)) for name in ("width", "height"))
            await viewer.start(*bounded(*size))
            await _carry(socket, viewer)
        finally:
            try:
                # Whatever cancels us, the process is not left behind.
                await asyncio.shield(asyncio.create_task(viewer.stop()))
            finally:
                self._viewers.discard(socket)
        return socket

    async def _end_all(self, app: web.Application) -> None:
        """Send every browser away; each handler then ends its process."""
        del app
        ends = (each.close(code=WSCloseCode.GOING_AWAY) for each in self._viewers)
        await asyncio.gather(*ends, return_exceptions=True)


async def _carry(socket: web.WebSocketResponse, viewer: Viewer) -> None:
    """Carry what the browser sends; what no page of ours sends ends it."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            kind, *values = json.loads(message.data)
        except (ValueError, TypeError):
            await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
            return
        match kind, values:
            case "stdin", [str(text)]:
                await viewer.send_bytes(text.encode("utf-8", "replace"))
            case "resize", [{"width": int(width), "height": int(height)}]:
                await viewer.set_terminal_size(*bounded(width, height))
            case "ping", [sent]:
                await socket.send_json(["pong", sent])
            case "blur", []:
                await viewer.blur()
            case "focus", []:
                await viewer.focus()


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else None


def _refusal(
    status: HTTPStatus, said: str, *, asks_token: bool = False, again_seconds: int = 0
) -> web.Response:
    text = page.refusal(said, asks_token=asks_token, again_seconds=again_seconds)
    response = web.Response(status=status, text=text, content_type="text/html")
    response.headers["Content-Security-Policy"] = page.policy("none")
    return response
