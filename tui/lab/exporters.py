"""The few scrape targets of the lab that really answer, on loopback ports.

proxmox-carrick asks for credentials behind a certificate that nobody else trusts;
claude-agent has metrics, and refuses while its pod is down.
"""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

from aiohttp import web

from tui.lab.certificates import Authority, Credentials

CARRICK = "10.30.0.10:8006"
AGENT = "10.20.0.40:30200"
API_SERVER = "10.10.0.40:6443"

_METRICS = """\
# HELP agent_sessions Sessions that are open.
# TYPE agent_sessions gauge
agent_sessions 3
"""


def carrick_app() -> web.Application:
    """A Proxmox host: it tells nobody anything without a ticket."""

    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=401, reason="No ticket", text="")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    return app


def agent_app() -> web.Application:
    """An application with metrics."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text=_METRICS)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return app


def carrick_tls(authority: Authority) -> ssl.SSLContext:
    """Signed by the host's own CA, as Proxmox does it."""
    names = ["carrick.home.arpa", "carrick", "10.30.0.10", "127.0.0.1"]
    return served_with(authority.server(names))


def served_with(credentials: Credentials) -> ssl.SSLContext:
    """The context of a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder, "tls.crt"), Path(folder, "tls.key")
        certificate.write_bytes(credentials.certificate)
        key.touch(mode=0o600)
        key.write_bytes(credentials.key)
        context.load_cert_chain(certificate, key)
    return context
