"""Until when an HTTP endpoint lets us in, and how long its own certificate is good."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from tui.config import Endpoint
from tui.model.machine import Certificate
from tui.model.probe import Address
from tui.sources.base import SourceError
from tui.sources.handshake import dialled, handshake
from tui.sources.http import HttpSession
from tui.sources.kubernetes_expiry import expiry


async def lets_in(endpoint: Endpoint, session: HttpSession) -> tuple[Certificate, ...]:
    """The client certificate and the token of the config, as far as they say when they
    end. What a command gives, it gives anew."""
    found: list[Certificate] = []
    if endpoint.cert_file is not None:
        own = await asyncio.to_thread(_of_file, endpoint.cert_file)
        found += [own] if own is not None else []
    if not endpoint.bearer_token_command:
        try:
            given = (await session.headers()).get("Authorization", "")
        except SourceError:
            given = ""  # whoever asks the server says so
        if given.startswith("Bearer "):
            name = str(endpoint.bearer_token_file or session.shown_url)
            token = expiry(name, "", given)
            found += [token] if token is not None else []
    return tuple(found)


async def shown(session: HttpSession, name: str = "") -> tuple[Certificate, ...]:
    """The server's own certificate; none where TLS is not spoken, or behind a proxy.

    name    what it is called; its URL when empty
    raise   SourceError where no connection comes about
    """
    address, tls = Address.of(session.url), await session.tls_context()
    if tls is None or address is None or session.proxy:
        return ()

    async def dial(context: ssl.SSLContext) -> asyncio.StreamWriter:
        server_name = session.way.server_name
        return (await dialled(address, context, server_name))[1]

    certificate = (await handshake(address, dial, tls)).certificate
    return (
        Certificate(
            name or session.shown_url,
            certificate.not_after,
            begins_at=certificate.not_before,
        ),
    )


def _of_file(path: Path) -> Certificate | None:
    """Blocking. None for what is no certificate: whoever shows it is told more."""
    try:
        return expiry(str(path), path.read_text(encoding="utf-8"), "")
    except (OSError, UnicodeDecodeError):
        return None
