"""A file of the record, block by block. Nothing that is written is changed again.

wire    The first line is `taloscope tape VERSION`, the second one a JSON object about
        the run. Then blocks: SYNC, kind, CRC-32 of what follows it, length of the
        payload, time (ms since 1970, UTC), payload; numbers are big-endian.
        START begins a stream (zlib, RFC 1950), MORE goes on with it: each block ends
        with a sync flush, so that all up to there can be read. NOTE is msgpack.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

VERSION = 1
SUFFIX = ".tape"
START, MORE, NOTE = 1, 2, 3

_MAGIC = b"taloscope tape "
_SYNC = b"\xf6tp\x01"
_HEAD = struct.Struct(">4sBI")
_REST = struct.Struct(">Iq")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST = 253_402_300_799_999
"""The end of the year 9999, in milliseconds."""
_LONGEST_VERSION = 9


class TapeError(Exception):
    """A record cannot be read; the text says which and why."""


class Block(Struct, frozen=True):
    """Where one block is; its payload is looked at when it is read."""

    kind: int
    at: datetime
    offset: int
    """Of the payload."""
    length: int
    crc: int


def begin(about: Mapping[str, Any]) -> bytes:
    """What a file begins with."""
    return _MAGIC + f"{VERSION}\n{json.dumps(about)}\n".encode()


def block(kind: int, at: datetime, payload: bytes) -> bytes:
    """One block, as it is written."""
    rest = _REST.pack(len(payload), (at - _EPOCH) // _MILLISECOND) + payload
    return _HEAD.pack(_SYNC, kind, zlib.crc32(rest)) + rest


def about(data: bytes, name: str) -> tuple[Mapping[str, Any], int]:
    """What the file says of its run, and where its blocks begin.

    raise   TapeError when it is no record, or one of a later version
    """
    first, second = data.find(b"\n"), data.find(b"\n", data.find(b"\n") + 1)
    version = data[len(_MAGIC) : first]
    is_ours = data[: len(_MAGIC)] == _MAGIC and first >= 0
    if not is_ours or not version.isdigit() or len(version) > _LONGEST_VERSION:
        raise TapeError(f"{name} is no record of taloscope's")
    if int(version) > VERSION:
        raise TapeError(
            f"{name} was written by a later taloscope (format {int(version)}, "
            f"this one reads up to {VERSION}): replay it with that one"
        )
    if second < 0:
        return {}, len(data)
    try:
        found = json.loads(data[first + 1 : second])
    except (ValueError, RecursionError):
        found = None
    return (found if isinstance(found, dict) else {}), second + 1


def blocks(data: bytes, start: int) -> Iterator[Block]:
    """The blocks that are whole, in order; what is damaged is passed over."""
    at, size = start, _HEAD.size + _REST.size
    while 0 <= at <= len(data) - size:
        sync, kind, crc = _HEAD.unpack_from(data, at)
        length, stamp = _REST.unpack_from(data, at + _HEAD.size)
        end = at + size + length
        follows = data[end : end + len(_SYNC)]
        is_whole = end <= len(data) and 0 <= stamp <= _LAST
        if sync != _SYNC or not is_whole or not _SYNC.startswith(follows):
            at = data.find(_SYNC, at + 1)
            continue
        yield Block(kind, _EPOCH + stamp * _MILLISECOND, at + size, length, crc)
        at = end


def payload(data: bytes, found: Block) -> bytes | None:
    """What a block holds; None when that is damaged."""
    begins = found.offset - _REST.size
    rest = data[begins : found.offset + found.length]
    return rest[_REST.size :] if zlib.crc32(rest) == found.crc else None


def torn(data: bytes, last: Block | None, start: int) -> int:
    """How many bytes at the end belong to nothing that is whole."""
    return len(data) - (last.offset + last.length if last else min(start, len(data)))
