"""Whole HTTP answers that no server of ours gives: what the proxy says instead."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from functools import cache

TRAP = "TRAP"
"""Stands for the address of the host that a redirect leads to."""
PIECE = 65_536
BAD_GATEWAY = b"<html><h1>502 Bad Gateway</h1></html>"
"""A page as nginx and HAProxy have it while nothing behind them answers."""
_LARGE = 50 * 1024 * 1024


def answer(status: str, kind: str, body: bytes, *more: str) -> bytes:
    """The bytes of one answer, after which the connection is closed."""
    head = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *more,
        "",
        "",
    )
    return "\r\n".join(head).encode() + body


def _bomb() -> bytes:
    """A megabyte that becomes a quarter of a gigabyte."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    packed = b"".join(packer.compress(zeros) for _ in range(256)) + packer.flush()
    return answer("200 OK", "application/json", packed, "Content-Encoding: gzip")


def _large() -> bytes:
    """Fifty megabytes of proper JSON."""
    body = b'{"status":"success","items":[' + b"[]," * (_LARGE // 3) + b"[]]}"
    return answer("200 OK", "application/json", body)


def _refusing(status: str, words: str, *more: str) -> bytes:
    said = json.dumps({"status": "error", "error": words, "message": words})
    return answer(status, "application/json", said.encode(), *more)


@cache
def make(name: str) -> bytes:
    """The answer of that name; KeyError when there is none."""
    return _MADE[name]()


_MADE: Mapping[str, Callable[[], bytes]] = {
    "401": lambda: _refusing("401 Unauthorized", "who are you?"),
    "403": lambda: _refusing("403 Forbidden", "not for you"),
    "429": lambda: _refusing("429 Too Many Requests", "slowly", "Retry-After: 1"),
    "500": lambda: _refusing("500 Internal Server Error", "it broke"),
    "503": lambda: _refusing("503 Service Unavailable", "starting"),
    "502": lambda: answer("502 Bad Gateway", "text/html", BAD_GATEWAY),
    "html": lambda: answer("200 OK", "text/html", b"<html><h1>Sign in</h1></html>"),
    "truncated": lambda: answer("200 OK", "application/json", b'{"status":"succ'),
    "bomb": _bomb,
    "large": _large,
    "type": lambda: answer("200 OK", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    "redirect": lambda: answer(
        "302 Found", "text/html", b"<a>go</a>", f"Location: http://{TRAP}/sign-in"
    ),
}
NAMES = tuple(_MADE)
