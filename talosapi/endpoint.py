"""Where an apid listens, read from the many ways in which people write it."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address, ip_address
from urllib.parse import urlsplit

from msgspec import Struct

APID_PORT = 50000


class Endpoint(Struct, frozen=True):
    """An apid that we dial. `host` is a name or an address, without brackets."""

    host: str
    port: int = APID_PORT

    @property
    def is_name(self) -> bool:
        """Whether the host has to be looked up, and may have several addresses."""
        try:
            ip_address(self.host.partition("%")[0])
        except ValueError:
            return True
        return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_endpoint(text: str) -> Endpoint:
    """Read `host`, `host:port`, `[v6]:port`, a bare IPv6 address, or a URL.

    A URL without a port means 443, everything else 50000, as for talosctl.

    raise  ValueError with a sentence about what is wrong
    """
    stripped = text.strip()
    if is_ipv6(stripped):
        return Endpoint(stripped)
    is_url = "://" in stripped
    parts = urlsplit(stripped if is_url else f"//{stripped}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"endpoint {text!r} has no valid port") from error
    if not host or any(character.isspace() for character in host):
        raise ValueError(f"endpoint {text!r} names no host")
    if port is None:
        port = 443 if is_url else APID_PORT
    return Endpoint(host, port)


def is_ipv6(text: str) -> bool:
    """Whether the text is an IPv6 address without brackets."""
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
