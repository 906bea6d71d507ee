"""What can be tried at the address of one scrape target, from this machine."""

from __future__ import annotations

import shlex
from datetime import datetime
from enum import Enum
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec import Struct

from tui.model.secrecy import is_secretive

_PORTS = {"http": 80, "https": 443}


class Address(Struct, frozen=True, gc=False):
    """A host and a port."""

    host: str
    """A name or an address, without brackets."""
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def of(cls, url: str) -> Address | None:
        """The address of a URL; None when it has none."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme)
        except ValueError:
            return None
        return cls(parts.hostname, port) if parts.hostname and port else None


class TcpProbe(Struct, frozen=True, gc=False):
    """Answer: `str`, the IP address that accepted a connection."""

    address: Address

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"nc -zv -w 3 {shlex.quote(self.address.host)} {self.address.port}"


class TlsProbe(Struct, frozen=True, gc=False):
    """Answer: `Handshake`."""

    address: Address

    @property
    def text(self) -> str:
        """How a person would ask."""
        where = shlex.quote(str(self.address))
        return f"openssl s_client -connect {where} -showcerts </dev/null"


class HttpProbe(Struct, frozen=True, gc=False):
    """Answer: `HttpStatus`. No credentials go along, not those of the URL either."""

    url: str
    left_out: tuple[str, ...] = ()
    """Names of query parameters that look like secrets; they are not sent."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"curl -sSk -D - -o /dev/null {shlex.quote(self.url)}"

    @classmethod
    def of(cls, url: str) -> HttpProbe | None:
        """A probe of a scrape URL without what could be a secret; None for no URL."""
        if Address.of(url) is None:
            return None
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, value) for name, value in asked if not is_secretive(name)]
        left = tuple(dict.fromkeys(name for name, _ in asked if is_secretive(name)))
        plain = parts._replace(
            netloc=parts.netloc.rpartition("@")[2], query=urlencode(kept), fragment=""
        )
        return cls(urlunsplit(plain), left)


Probe: TypeAlias = TcpProbe | TlsProbe | HttpProbe


class Trust(Enum):
    """What this machine makes of a server's certificate."""

    TRUSTED = "trusted"
    UNKNOWN_CA = "unknown-ca"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    OTHER_NAME = "other-name"
    INVALID = "invalid"


class PeerCertificate(Struct, frozen=True, gc=False):
    """The readable part of a server's certificate."""

    subject: str
    """`CN=carrick, O=Proxmox`."""
    issuer: str
    names: tuple[str, ...]
    """Its subjectAltNames."""
    not_before: datetime
    not_after: datetime


class Handshake(Struct, frozen=True, gc=False):
    """A TLS handshake that came to an end."""

    trust: Trust
    protocol: str
    """`TLSv1.3`."""
    certificate: PeerCertificate
    said: str = ""
    """OpenSSL's own words when it is not trusted."""


class HttpStatus(Struct, frozen=True, gc=False):
    """How a server answered a GET, and the first line of what it sent."""

    status: int
    content_type: str = ""
    first_line: str = ""
    """Cleaned and cut; the rest of the body is not kept."""
    is_html: bool = False
    is_metrics: bool = False
    """Whether that looks like the text format of Prometheus or OpenMetrics."""
    challenge: str = ""
    """WWW-Authenticate."""
    location: str = ""
    """Where it redirects to; that is not followed."""
