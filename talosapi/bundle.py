"""Messages of one stream that come together, handed to gRPC as one.

gRPC spends as much on a message of a hundred bytes as on one of a hundred thousand, and
a log is one message a line. So the frames of HTTP/2 are rewritten on their way to it:
whole messages of one stream that come together become one message, a bundle, which
`unbundled` takes apart again behind gRPC. Everything else passes as it is.

HTTP/2 counts the bytes of DATA frames at both ends. A bundle is exactly as long as what
it stands for, or the ends would come to disagree about how much may still be sent.

wire  RFC 9113 sections 4.1 and 6.1; gRPC over HTTP/2: a byte that says whether the
      message is compressed, its length in four bytes, the message
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

_FRAME_HEAD = struct.Struct(">BHBBI")  # length in 8 + 16 bits, type, flags, stream
_MESSAGE_HEAD = struct.Struct(">BI")
_LENGTH = struct.Struct(">H")
_DATA = 0
_END_STREAM = 0x1
_PADDED = 0x8
LARGEST_FRAME = 16_384
"""What every receiver takes."""
MARK = b"\x07"
"""No message of protobuf begins with it: there is no wire type 7."""
_END = 0xFFFF
"""Stands where a length would: what is behind it only makes up the length."""


class Bundler:
    """Rewrites what one server says on one connection.

    streams  those of which whole messages were in the piece that was fed last
    """

    def __init__(self) -> None:
        self.streams: frozenset[int] = frozenset()
        self._rest = bytearray()
        self._unfinished: dict[int, _Unfinished] = {}
        """Streams that are in the middle of a message."""

    def feed(self, piece: bytes) -> bytes:
        """Take the next piece, cut anywhere; give what can be passed on of it."""
        self._rest += piece
        with memoryview(self._rest) as raw:
            passed, taken = self._rewritten(raw)
        del self._rest[:taken]
        return passed

    def _rewritten(self, raw: memoryview) -> tuple[bytes, int]:
        """Whole frames as they are passed on, and how many bytes they were."""
        out: list[bytes | memoryview] = []
        bundles: dict[int, _Bundle] = {}
        streams = set()
        start = 0
        while start + _FRAME_HEAD.size <= len(raw):
            high, low, kind, flags, stream = _FRAME_HEAD.unpack_from(raw, start)
            end = start + _FRAME_HEAD.size + (high << 16) + low
            if end > len(raw):
                break
            frame = raw[start:end]
            start = end
            messages: list[memoryview] = []
            if kind == _DATA:
                messages = self._messages(stream, flags, frame[_FRAME_HEAD.size :])
            if messages:
                bundle = bundles.get(stream)
                if bundle is None:
                    streams.add(stream)
                    bundle = bundles[stream] = _Bundle(stream)
                bundle.add(frame, messages)
                continue
            # Frames of one stream keep their order, those of different ones need not.
            if stream in bundles:
                out += bundles.pop(stream).frames()
            out.append(frame)
        for whole in bundles.values():
            out += whole.frames()
        self.streams = frozenset(streams)
        return b"".join(out), start

    def _messages(
        self, stream: int, flags: int, payload: memoryview
    ) -> list[memoryview]:
        """The messages of a frame that holds nothing but whole, short, plain ones."""
        unfinished = self._unfinished.pop(stream, None)
        if unfinished is None:
            found = [] if flags else _whole_messages(payload)
            if found:
                return found
            unfinished = _Unfinished()
        if flags & _PADDED:
            payload = payload[1 : len(payload) - payload[0]]
        if unfinished.take(payload) and not flags & _END_STREAM:
            self._unfinished[stream] = unfinished
        return []


class _Unfinished:
    """Where a stream is in a message that goes on in its next frame."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0

    def take(self, payload: memoryview) -> bool:
        """Read on; whether a message is unfinished still."""
        at = 0
        while at < len(payload):
            skipped = min(self._left, len(payload) - at)
            self._left -= skipped
            at += skipped
            if at < len(payload):
                head = payload[at : at + _MESSAGE_HEAD.size - len(self._head)]
                self._head += head
                at += len(head)
                if len(self._head) == _MESSAGE_HEAD.size:
                    _, self._left = _MESSAGE_HEAD.unpack(self._head)
                    self._head = b""
        return bool(self._left or self._head)


class _Bundle:
    """Frames of one stream that came together, and the messages in them."""

    def __init__(self, stream: int) -> None:
        self.stream = stream
        self._frames: list[memoryview] = []
        self._messages: list[memoryview] = []
        self._size = 0

    def add(self, frame: memoryview, messages: Sequence[memoryview]) -> None:
        self._frames.append(frame)
        self._messages += messages
        self._size += len(frame) - _FRAME_HEAD.size

    def frames(self) -> Iterator[bytes | memoryview]:
        """The frames to be sent: as they were, when there is but one message."""
        if len(self._messages) < 2:
            yield from self._frames
            return
        payload = self._payload()
        for start in range(0, len(payload), LARGEST_FRAME):
            part = payload[start : start + LARGEST_FRAME]
            yield _FRAME_HEAD.pack(0, len(part), _DATA, 0, self.stream)
            yield part

    def _payload(self) -> bytes:
        """Three bytes of each message's five are saved, six are needed."""
        parts: list[bytes | memoryview] = [MARK]
        for message in self._messages:
            parts += (_LENGTH.pack(len(message)), message)
        bundle = b"".join(parts)
        room = self._size - _MESSAGE_HEAD.size
        if len(bundle) < room:
            bundle += _LENGTH.pack(_END)
        return _MESSAGE_HEAD.pack(0, room) + bundle.ljust(room, b"\0")


def _whole_messages(payload: memoryview) -> list[memoryview]:
    """What a payload consists of; nothing when that are not whole, plain messages."""
    found = []
    at = 0
    while at < len(payload):
        start = at + _MESSAGE_HEAD.size
        if start > len(payload):
            return []
        is_compressed, length = _MESSAGE_HEAD.unpack_from(payload, at)
        at = start + length
        if is_compressed or length >= _END or at > len(payload):
            return []
        found.append(payload[start:at])
    return found


def unbundled(raw: bytes) -> list[bytes]:
    """The messages that a message from gRPC stands for: itself, if it is no bundle.

    raise  ValueError when it only looks like one
    """
    if not raw.startswith(MARK):
        return [raw]
    found: list[bytes] = []
    at = len(MARK)
    while at + _LENGTH.size <= len(raw):
        (length,) = _LENGTH.unpack_from(raw, at)
        if length == _END:
            return found
        at += _LENGTH.size
        found.append(raw[at : at + length])
        at += length
    if at != len(raw) or not found:
        raise ValueError("a bundle is cut short")
    return found
