"""Ports of the loopback that are kept while nobody listens on them."""

from __future__ import annotations

import socket


def bound(port: int) -> socket.socket:
    """A socket that holds a port of the loopback; it refuses until it listens."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", port))
    found.settimeout(0)
    return found
