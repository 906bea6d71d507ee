"""What a server of HTTP/2 says to every call instead of what apid would.

gRPC's refusals, and answers that are none. By hand, for no library gives wrong frames.

wire    RFC 9113 (frames), RFC 7541 6.2.2 (headers that nobody keeps),
        gRPC over HTTP2 (trailers, and five bytes before each message)
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from tests.faults.answers import BAD_GATEWAY, TRAP

DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
LARGEST_FRAME = 16_384
Parts = tuple[tuple[int, bytes], ...]
"""Kinds and payloads of the frames of one answer."""


def headers(**fields: str) -> tuple[int, bytes]:
    """A frame of headers; `grpc_status` is `grpc-status`, `status` is `:status`."""
    block = b"".join(
        b"\x00" + _text(_name(name)) + _text(value) for name, value in fields.items()
    )
    return HEADERS, block


def _name(name: str) -> str:
    return ":status" if name == "status" else name.replace("_", "-")


def _text(text: str) -> bytes:
    """A string of HPACK; shorter than 127 bytes, so that its length is one byte."""
    return bytes([len(text)]) + text.encode()


def _refusing(code: int, words: str) -> Parts:
    """A gRPC status without a message; the words are as apid has them."""
    said = words.replace(" ", "%20")
    kind = "application/grpc"
    return (
        headers(
            status="200", content_type=kind, grpc_status=str(code), grpc_message=said
        ),
    )


def _message(
    body: bytes, length: int, *, is_packed: bool = False, is_ended: bool = True
) -> Parts:
    """An answer of one message that says it has that length."""
    packing = {"grpc_encoding": "gzip"} if is_packed else {}
    whole = struct.pack("!BI", is_packed, length) + body
    pieces = range(0, len(whole), LARGEST_FRAME)
    ending = (headers(grpc_status="0"),) if is_ended else ()
    return (
        headers(status="200", content_type="application/grpc", **packing),
        *((DATA, whole[at : at + LARGEST_FRAME]) for at in pieces),
        *ending,
    )


def _bomb() -> Parts:
    """Sixty kilobytes that become sixty megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(60))
    packed += packer.flush()
    return _message(packed, len(packed), is_packed=True)


def _page(status: str, kind: str, body: bytes, **more: str) -> Parts:
    """What a web server or a gateway of HTTP/2 answers."""
    return headers(status=status, content_type=kind, **more), (DATA, body)


@cache
def make(name: str) -> Parts:
    """The answer of that name; KeyError when there is none."""
    return _MADE[name]()


_MADE: Mapping[str, Callable[[], Parts]] = {
    "401": lambda: _refusing(16, "who are you?"),
    "403": lambda: _refusing(7, "not authorized"),
    "429": lambda: _refusing(8, "too many requests"),
    "500": lambda: _refusing(13, "it broke"),
    "503": lambda: _refusing(14, "starting"),
    "redirect": lambda: _page(
        "302", "text/html", b"<a>go</a>", location=f"https://{TRAP}/sign-in"
    ),
    "502": lambda: _page("502", "text/html", BAD_GATEWAY),
    "hold": lambda: (),
    "truncated": lambda: _message(b"\x0a\x40half", 66),
    "bomb": _bomb,
    "large": lambda: _message(bytes(4096), 50 << 20, is_ended=False),
    "type": lambda: _page("200", "image/png", b"\x89PNG\r\n\x1a\n"),
}
NAMES = tuple(_MADE)


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """RFC 9113 4.1."""
    size = struct.pack("!I", len(payload))[1:]
    return size + struct.pack("!BBI", kind, flags, stream) + payload


def framed(parts: Iterable[tuple[int, bytes]], stream: int, trap: str) -> bytes:
    """An answer on a stream, ended with its last frame."""
    parts = tuple(parts)
    said = b""
    for place, (kind, payload) in enumerate(parts, 1):
        ends = END_STREAM if place == len(parts) else 0
        flags = ends | (END_HEADERS if kind == HEADERS else 0)
        said += frame(kind, flags, stream, _pointed(payload, trap))
    return said


def _pointed(payload: bytes, trap: str) -> bytes:
    """A redirect that leads to the trap; the length of its URL is told before it."""
    old = _text(f"https://{TRAP}/sign-in")
    return payload.replace(old, _text(f"https://{trap}/sign-in"))


async def say(
    name: str, trap: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer every call in the same way, until the other side goes."""
    await reader.readexactly(len(PREFACE))
    writer.write(frame(SETTINGS, 0, 0, b""))
    while True:
        head = await reader.readexactly(9)
        size = int.from_bytes(head[:3])
        kind, flags, stream = struct.unpack("!BBI", head[3:])
        payload = await reader.readexactly(size)
        if kind in {SETTINGS, PING} and not flags & ACK:
            writer.write(frame(kind, ACK, 0, payload if kind == PING else b""))
        elif kind == HEADERS:
            writer.write(framed(make(name), stream, trap))
        await writer.drain()
