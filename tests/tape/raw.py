"""What is in the files of a record, without any of the product's reading of values."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tui.tape import framing
from tui.tape.framing import NOTE, START
from tui.tape.writer import files


def unsqueezed(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each whole block of a file: its kind, and its msgpack."""
    data = path.read_bytes()
    inflate = zlib.decompressobj()
    for block in framing.blocks(data, framing.about(data, path.name)[1]):
        payload = framing.payload(data, block)
        assert payload is not None
        if block.kind == START:
            inflate = zlib.decompressobj()
        is_note = block.kind == NOTE
        yield block.kind, payload if is_note else inflate.decompress(payload)


def all_bytes(folder: Path) -> bytes:
    """Everything that a record holds, as it is and as it was before it was squeezed."""
    found = files(folder)
    parts = [each.read_bytes() for each in found]
    parts += [data for each in found for _, data in unsqueezed(each)]
    return b"\n".join(parts)


def objects(path: Path) -> Iterator[list[Any]]:
    """The packed objects of a file, stream by stream, in order."""
    for kind, data in unsqueezed(path):
        if kind != NOTE:
            yield from msgspec.msgpack.decode(data)[0]
