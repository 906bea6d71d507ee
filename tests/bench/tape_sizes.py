# ruff: noqa: T201 - it prints
"""What a record is made of: `python -m tests.bench.tape_sizes FILE ...`.

Of each stream its first moment and all others, as they are on the disk; of the objects,
before they are squeezed, how many bytes each class has.
"""

from __future__ import annotations

import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from tui.tape import framing
from tui.tape.framing import NOTE, START
from tui.tape.packing import CLASS, KEPT, MAPPING, SCRAPED, SET, SPAN, TEXT, TUPLE

_NAMES = {
    TUPLE: "tuples",
    KEPT: "lists of rows",
    MAPPING: "mappings",
    SET: "sets",
    CLASS: "classes",
    SPAN: "spans",
    SCRAPED: "targets scraped again",
    TEXT: "long texts",
}
_SHOWN = 20


def sizes(path: Path) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Bytes by kind of block, and by class of object in firsts and in all others."""
    data = path.read_bytes()
    _, begin = framing.about(data, path.name)
    blocks: Counter[str] = Counter()
    by_class: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    known: list[Any] = []
    inflate = zlib.decompressobj()
    for block in framing.blocks(data, begin):
        is_first = block.kind == START
        blocks["note" if block.kind == NOTE else "first" if is_first else "more"] += (
            block.length
        )
        payload = framing.payload(data, block)
        if block.kind == NOTE or payload is None:
            continue
        if is_first:
            known, inflate = [], zlib.decompressobj()
        objects, _ = msgspec.msgpack.decode(inflate.decompress(payload))
        for each in objects:
            known.append(each)
            size = len(msgspec.msgpack.encode(each))
            by_class[is_first][_name(each, known)] += size
    return blocks, by_class[True], by_class[False]


def _name(packed: Any, known: list[Any]) -> str:
    kind = packed[0]
    return _NAMES.get(kind) or str(known[kind][2])


def main() -> int:
    """Print it of each file."""
    for path in map(Path, sys.argv[1:]):
        blocks, first, more = sizes(path)
        print(path.name, dict(blocks))
        for title, found in (("first moments", first), ("the others", more)):
            print(f"{title}: {sum(found.values()):,} bytes before they are squeezed")
            for name, size in found.most_common(_SHOWN):
                print(f"{size:12,}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
