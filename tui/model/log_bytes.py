"""Log entries as bytes, for those who keep many of them.

An entry takes half the memory so, and is nothing that Python's collector of garbage has
to look at: a look at hundreds of thousands of objects keeps a key waiting.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from struct import Struct
from typing import overload

from tui.model.labels import Labels
from tui.model.log import Entry

MOST = 4_096
"""Sets of labels that are known by a number; of more, each entry holds its own."""
_HEAD = Struct(">QH")
"""Time and number of the labels: in the order of time, as bytes are compared."""
_UNNUMBERED = 0xFFFF
_LENGTH = Struct(">I")
_UTF8, _HALVES = "utf-8", "surrogatepass"

_Origin = tuple[str, Labels, Labels]

time_order: Callable[[bytes], bytes] = itemgetter(slice(8))
"""What entries are sorted by."""


def at_ns(kept: bytes) -> int:
    """The time of an entry."""
    return int.from_bytes(kept[:8], "big")


class EntryBytes:
    """Makes entries into bytes and back; remembers the labels that they share."""

    def __init__(self) -> None:
        self._origins: list[_Origin] = []
        """It holds the labels, or others might get their ids."""
        self._numbers: dict[tuple[str, int, int], int] = {}

    def of(self, entries: Iterable[Entry], cluster: str = "") -> list[bytes]:
        """So many entries of a cluster, in the same order."""
        pack, found = _HEAD.pack, []
        labels = metadata = None
        number = 0
        for entry in entries:
            if entry.labels is not labels or entry.metadata is not metadata:
                labels, metadata = entry.labels, entry.metadata
                number = self._number(cluster, labels, metadata)
            line = entry.line.encode(_UTF8, _HALVES)
            if number == _UNNUMBERED:
                line = _with_origin(line, cluster, entry)
            found.append(pack(entry.at_ns, number) + line)
        return found

    def entry(self, kept: bytes) -> Entry:
        """The entry."""
        (_, labels, metadata), line = self._parts(kept)
        return Entry(at_ns(kept), labels, line, metadata)

    def line(self, kept: bytes) -> str:
        """Its line."""
        return self._parts(kept)[1]

    def cluster(self, kept: bytes) -> str:
        """Its cluster."""
        return self._parts(kept)[0][0]

    def _number(self, cluster: str, labels: Labels, metadata: Labels) -> int:
        key = cluster, id(labels), id(metadata)
        number = self._numbers.get(key)
        if number is None:
            if len(self._origins) >= MOST:
                return _UNNUMBERED
            number = self._numbers[key] = len(self._origins)
            self._origins.append((cluster, labels, metadata))
        return number

    def _parts(self, kept: bytes) -> tuple[_Origin, str]:
        _, number = _HEAD.unpack_from(kept)
        if number != _UNNUMBERED:
            return self._origins[number], str(kept[_HEAD.size :], _UTF8, _HALVES)
        begin = _HEAD.size + _LENGTH.size
        end = begin + _LENGTH.unpack_from(kept, _HEAD.size)[0]
        cluster, labels, metadata = json.loads(kept[begin:end])
        return (cluster, labels, metadata), str(kept[end:], _UTF8, _HALVES)


class KeptEntries(Sequence[Entry]):
    """Entries that are kept as bytes; each is made when it is looked at."""

    def __init__(self, store: EntryBytes, kept: Sequence[bytes]) -> None:
        self._store = store
        self._kept = kept

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Entry]:
        return map(self._store.entry, self._kept)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> KeptEntries: ...

    def __getitem__(self, place: int | slice) -> Entry | KeptEntries:
        if isinstance(place, slice):
            return KeptEntries(self._store, self._kept[place])
        return self._store.entry(self._kept[place])


def _with_origin(line: bytes, cluster: str, entry: Entry) -> bytes:
    origin = cluster, dict(entry.labels), dict(entry.metadata)
    written = json.dumps(origin).encode("ascii")
    return _LENGTH.pack(len(written)) + written + line
