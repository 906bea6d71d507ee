"""One HTTP server as an endpoint of the config: how to get in, and what may go wrong.

It knows no server's API. It does not retry, log or read the clock.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import cache, lru_cache
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from msgspec import Struct, field
from msgspec.structs import replace

from tui.clock import turn
from tui.config import Endpoint
from tui.model.fault import Fault, FaultKind
from tui.sources.base import SourceError
from tui.sources.credentials import Credentials
from tui.sources.http_fault import (
    Answer,
    NotSentError,
    broken,
    garbled,
    refusal,
    source_error,
)
from tui.sources.http_stream import Backend, close_when_cancelled, pieces
from tui.sources.http_tunnel import Dialler, TunnelBackend
from tui.sources.large import LARGE_BYTES, emptied_on_failure, large
from tui.sources.server_clock import ServerClock

LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
IDLE_SECONDS = 15.0
"""A connection is kept from one usual refresh to the next: a handshake costs more.

No longer: all feeds of a server begin at once, each with a connection of its own, and
every request looks at all that are open.
"""
CONNECT_SHARE = 0.9
"""Of the deadline: so that a dead address is told from a slow server."""


class Request(Struct, frozen=True):
    """What to ask. At most one of `form` and `json_body`."""

    path: str
    """Appended to the base URL, whose own path is kept."""
    params: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    form: Mapping[str, str] | None = None
    json_body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float | None = None
    """A shorter deadline than the session's."""


class Way(Struct, frozen=True):
    """What no URL tells: how its server is reached, and who looks at its clock."""

    proxy: str = ""
    """URL of a proxy, instead of the environment's."""
    server_name: str = ""
    """To which its certificate must belong, when that is not the host's."""
    tls: ssl.SSLContext | None = None
    """Instead of the one that the endpoint asks for."""
    clock: ServerClock | None = None
    """Is told of every answer's date."""
    remedies: Mapping[int, str] = field(default_factory=dict)
    """What to do about a refusal, by its status, where the config does not tell."""

    @property
    def extensions(self) -> dict[str, str]:
        """For httpx."""
        return {"sni_hostname": self.server_name} if self.server_name else {}


class HttpSession:
    """Connections to one base URL. Makes none before the first request.

    Redirects are not followed: they lead to sign-in pages, with our credentials.
    Proxies of the environment are used, except for loopback addresses.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        url: str,
        timeout_seconds: float,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tunnel: Dialler | None = None,
        way: Way | None = None,
    ) -> None:
        """Remember how to get in.

        transport   instead of the network, for tests
        tunnel      what leads there, where the endpoint names a Service
        way         what a kubeconfig says beside it
        """
        self.way = way or Way()
        through = endpoint.through
        self.url = (through.url if through else url).rstrip("/")
        self.shown_url = url if through else without_userinfo(self.url)
        self._credentials = Credentials(endpoint, self.shown_url)
        self._tunnel = tunnel
        self.timeout_seconds = timeout_seconds
        self._endpoint = endpoint
        self._tls = self.way.tls
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._backend = Backend()

    async def send(self, request: Request) -> Answer:
        """Ask once and read the whole answer.

        return  an answer with a 2xx status
        raise   SourceError; NotSentError when the server cannot have seen the request
        """
        body = bytearray()

        def keep(piece: bytes) -> int:
            body.extend(piece)
            return len(body)

        with emptied_on_failure(body):
            return replace(await self.pour(request, keep), body=body)

    async def pour(self, request: Request, take: Callable[[bytes], int]) -> Answer:
        """Ask once, and give the body away piece by piece as it comes.

        take    is called with each piece, and says how many bytes are kept so far
        return  as `send`, but without the body
        raise   as `send`
        """
        seconds = min(
            request.timeout_seconds or self.timeout_seconds, self.timeout_seconds
        )
        try:
            async with asyncio.timeout(seconds):
                answer = await self._exchange(request, seconds, take)
        except TimeoutError:
            self._backend.distrust()
            raise self.error(
                FaultKind.TIMEOUT, f"no answer within {seconds:g} s"
            ) from None
        except httpx.ConnectTimeout:
            summary = f"no connection within {seconds * CONNECT_SHARE:.2g} s"
            raise NotSentError(
                Fault(FaultKind.UNREACHABLE, summary, endpoint=self.shown_url)
            ) from None
        except httpx.ConnectError as error:
            raise NotSentError(broken(error, self.shown_url)) from error
        except httpx.DecodingError as error:
            raise self.error(
                FaultKind.PROTOCOL, "its compression is broken", str(error)
            ) from error
        except (httpx.RemoteProtocolError, httpx.InvalidURL, UnicodeError) as error:
            self._backend.distrust()
            raise self.error(*garbled(error), str(error)) from error
        except (httpx.HTTPError, OSError) as error:
            self._backend.distrust()
            raise SourceError(broken(error, self.shown_url)) from error
        if not 200 <= answer.status < 300:
            raise self.refusal(answer)
        return answer

    async def aclose(self) -> None:
        """Close all connections; the session may be used again."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def headers(self) -> dict[str, str]:
        """What gets us in.

        raise   SourceError(CONFIG)
        """
        return await self._credentials.headers()

    async def tls_context(self) -> ssl.SSLContext | None:
        """The context for this URL, made once; None for plain http.

        raise   SourceError(CONFIG) when the CA file cannot be used
        """
        if urlsplit(self.url).scheme not in {"https", "wss"}:
            return None
        if self._tls is None:
            self._tls = await asyncio.to_thread(self._make_tls)
        return self._tls

    async def through_tunnel(self) -> socket.socket | None:
        """A connection for others to speak on; None when there is no tunnel.

        raise   NotSentError
        """
        return None if self._tunnel is None else (await self._tunnel.dial()).end

    @property
    def proxy(self) -> str:
        """URL of the proxy that leads there; empty when none does."""
        if self.way.proxy:
            return self.way.proxy
        parts = urlsplit(self.url)
        if self._tunnel is not None or not uses_proxy(self.url):
            return ""
        if proxy_bypass(parts.hostname or ""):
            return ""
        known = getproxies()
        return known.get(parts.scheme) or known.get("all", "")

    def refusal(self, answer: Answer) -> SourceError:
        """The error of an answer that is not 2xx."""
        status = answer.status
        if status == 401:
            self._credentials.forget()
        way_out = self.way.remedies.get(status) or self._credentials.remedy(status)
        return refusal(answer, way_out)

    def error(self, kind: FaultKind, summary: str, detail: str = "") -> SourceError:
        """An error of this server."""
        return source_error(kind, summary, detail, self.shown_url)

    async def _exchange(
        self, request: Request, seconds: float, take: Callable[[bytes], int]
    ) -> Answer:
        """Send, and read the body as it comes, as long as not too much is kept."""
        client, clock = await self._connected(seconds), self.way.clock
        sent = clock.now() if clock else None
        async with (
            AsyncExitStack() as turn_taken,
            client.stream(
                request.method,
                _address(self.url, request.path, *request.params.items()),
                data=request.form,
                content=request.json_body,
                headers=await self._request_headers(request),
                timeout=httpx.Timeout(seconds, connect=seconds * CONNECT_SHARE),
                extensions=self.way.extensions,
            ) as response,
        ):
            if clock and sent:
                clock.answered(response.headers, sent)
            refused = bytearray()
            is_refused, is_large = not 200 <= response.status_code < 300, False
            async for chunk in pieces(response):
                await turn()
                refused += chunk if is_refused else b""
                kept = len(refused) if is_refused else take(chunk)
                if kept > LARGEST_ANSWER_BYTES:
                    raise self.error(
                        FaultKind.PROTOCOL,
                        f"the answer is over {LARGEST_ANSWER_BYTES >> 20} MiB",
                    )
                if kept > LARGE_BYTES and not is_large:
                    is_large = True
                    await large().take_turn(turn_taken)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, refused, self.shown_url)

    async def _request_headers(self, request: Request) -> dict[str, str]:
        """Ours and the request's own."""
        headers = {
            "Accept": "application/json",
            **await self.headers(),
            **request.headers,
        }
        if request.json_body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    async def _connected(self, seconds: float) -> httpx.AsyncClient:
        """The client, made at the first request."""
        if self._client is None:
            context = await self.tls_context()
            try:
                client = httpx.AsyncClient(
                    # Without TLS there is no trust store to load.
                    verify=context if context is not None else False,
                    timeout=seconds,
                    limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
                    trust_env=self._tunnel is None and uses_proxy(self.url),
                    proxy=self.way.proxy or None,
                    transport=self._transport,
                )
                tunnel = TunnelBackend(self._tunnel) if self._tunnel else None
                self._client = close_when_cancelled(client, tunnel or self._backend)
            except (ValueError, ImportError) as error:
                raise self.error(
                    FaultKind.CONFIG,
                    "the environment names no usable proxy",
                    str(error),
                ) from error
        return self._client

    def _make_tls(self) -> ssl.SSLContext:
        """Blocking: reads certificates."""
        endpoint = self._endpoint
        is_plain = not (endpoint.insecure or endpoint.ca_file or endpoint.cert_file)
        if is_plain:
            return _system_trust()
        what = f"CA file {endpoint.ca_file}"
        try:
            context = ssl.create_default_context(cafile=endpoint.ca_file)
            if endpoint.insecure:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            if endpoint.cert_file is not None:
                what = f"client certificate {endpoint.cert_file}"
                context.load_cert_chain(endpoint.cert_file, endpoint.key_file, "")
        except OSError as error:
            raise self.error(
                FaultKind.CONFIG, f"cannot use the {what}", str(error)
            ) from error
        return context


@lru_cache(256)
def _address(base: str, path: str, *params: tuple[str, str]) -> httpx.URL:
    """What is asked again and again is put together once: that takes 0.3 ms."""
    return httpx.URL(f"{base}/{path.lstrip('/')}", params=params or None)


@cache
def _system_trust() -> ssl.SSLContext:
    """The machine's own CAs; a few MB and 20 ms, so once for all."""
    return ssl.create_default_context()


def without_userinfo(url: str) -> str:
    """A URL that may be shown: no user, no password.

    A proxy's is the environment's, and may be none: what stands behind its `@`.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def uses_proxy(url: str) -> bool:
    """Whether a proxy of the environment applies: never for loopback."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
