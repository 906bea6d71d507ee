"""Until when an HTTP endpoint lets us in, and how long its own certificate is good."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

from tui.config import Endpoint
from tui.model.machine import Certificate
from tui.model.probe import Address
from tui.sources.base import SourceError
from tui.sources.handshake import Dial, dialled, handshake
from tui.sources.http import HttpSession
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_expiry import expiry


def may_end(endpoint: Endpoint) -> bool:
    """Whether anything of it has an end that can be read."""
    url = endpoint.through.url if endpoint.through else endpoint.urls[0]
    is_tls = url.startswith("https:")
    return bool(
        is_tls
        or endpoint.cert_file
        or endpoint.bearer_token
        or endpoint.bearer_token_file
    )


async def of_endpoint(
    endpoint: Endpoint, sessions: tuple[HttpSession, ...]
) -> tuple[Certificate, ...]:
    """What lets us in, and the certificate of each server behind an endpoint.

    sessions    one for each server; they are closed
    raise       SourceError where no connection comes about
    """
    try:
        own = await lets_in(endpoint, sessions[0])
        theirs = [each for session in sessions for each in await shown(session)]
    finally:
        for session in sessions:
            await session.aclose()
    return (*own, *theirs)


async def of_kubernetes(
    kube: KubernetesSource, context: str
) -> tuple[Certificate, ...]:
    """The certificate of an API server; raises as `shown`."""
    session = (await kube.access()).session
    return await shown(session, f"the API server of {context}")


async def lets_in(endpoint: Endpoint, session: HttpSession) -> tuple[Certificate, ...]:
    """The client certificate and the token of the config, as far as they say when they
    end. What a command gives, it gives anew."""
    found: list[Certificate | None] = []
    if endpoint.cert_file is not None:
        found.append(await asyncio.to_thread(_of_file, endpoint.cert_file))
    if endpoint.bearer_token_file or endpoint.bearer_token:
        given = ""
        with suppress(SourceError):  # whoever asks the server says so
            given = (await session.headers()).get("Authorization", "")
        name = str(endpoint.bearer_token_file or session.shown_url)
        found.append(expiry(name, "", given))
    return tuple(each for each in found if each is not None)


async def shown(session: HttpSession, name: str = "") -> tuple[Certificate, ...]:
    """The server's own certificate; none where TLS is not spoken, or behind a proxy.

    name    what it is called; its URL when empty
    raise   SourceError where no connection comes about
    """
    address, tls = Address.of(session.url), await session.tls_context()
    if tls is None or address is None or session.proxy:
        return ()
    found = (await handshake(address, dial(session, address), tls)).certificate
    called = name or session.shown_url
    return (Certificate(called, found.not_after, begins_at=found.not_before),)


def dial(session: HttpSession, address: Address) -> Dial:
    """Opens a connection as the session would, through its tunnel where it has one."""

    async def opened(tls: ssl.SSLContext) -> asyncio.StreamWriter:
        end = await session.through_tunnel()
        name = session.way.server_name or address.host
        if end is None:
            return (await dialled(address, tls, name))[1]
        _, writer = await asyncio.open_connection(
            sock=end, ssl=tls, server_hostname=name
        )
        return writer

    return opened


def _of_file(path: Path) -> Certificate | None:
    """Blocking. None for what is no certificate: whoever shows it is told more."""
    try:
        return expiry(str(path), path.read_text(encoding="utf-8"), "")
    except (OSError, UnicodeDecodeError):
        return None
