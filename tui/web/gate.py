"""Who may look: under which names we are reached, and with which token.

A page of somebody else's that has its own name point to this machine (DNS rebinding)
comes with that name in `Host`; a page elsewhere that opens our websocket comes with its
own address in `Origin`. Neither knows the token; on loopback there may be none.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec import Struct

SHORTEST_TOKEN = 16
ANYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - what the operator may say
"""All addresses of the machine."""


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches what listens on it."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Gate(Struct, frozen=True):
    """What is asked of each request."""

    host: str
    """Where we listen."""
    names: Collection[str] = ()
    """Under what else browsers reach us, in small letters."""
    token: str = ""
    """Empty: none is asked for."""

    def knows(self, host_header: str) -> bool:
        """Whether a browser that says this in `Host` came to us by a name of ours."""
        host = _host(host_header)
        if host is None:
            return False
        if is_loopback(host) or host == self.host.lower() or host in self.names:
            return True
        # Nobody can have an address point elsewhere, as can be done with names.
        return self.host in ANYWHERE and _is_address(host)

    def is_from_our_page(self, origin: str | None, host_header: str) -> bool:
        """Whether the page that opens a websocket is the one that we gave."""
        try:
            return urlsplit(origin or "").netloc.lower() == host_header.lower() != ""
        except ValueError:
            return False

    def is_token(self, given: str) -> bool:
        """Whether this is the token; takes as long whatever is wrong with it."""
        return hmac.compare_digest(given.encode(), self.token.encode())

    @property
    def cookie(self) -> str:
        """What a browser keeps that has shown the token; from it nobody gets that."""
        return hmac.new(self.token.encode(), b"taloscope viewer", "sha256").hexdigest()

    def lets_in(self, cookie: str) -> bool:
        """Whether a browser that keeps this may look."""
        if not self.token:
            return True
        return hmac.compare_digest(cookie.encode(), self.cookie.encode())

    @property
    def cookie_name(self) -> str:
        """Another one for each token: ports of a machine share their cookies."""
        return f"taloscope-{hashlib.sha256(self.cookie.encode()).hexdigest()[:8]}"


def _host(header: str) -> str | None:
    """The name or address without the port, in small letters; None for nonsense."""
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
