"""Loki's JSON, of query_range and tail, and how it becomes entries. Knows no HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter

import msgspec
from msgspec import Struct

from tui.model.labels import Labels
from tui.model.log import Entry, LogCount
from tui.model.unix import SECOND_NS
from tui.sources.text import first_line

SHARD = "__stream_shard__"
"""Loki's own label for streams written fast: not shown, not part of an identity."""
DETECTED = "detected_level"
"""Structured metadata of Loki's own making; without categorize-labels it stands among
the labels, though it is none."""


_LABEL_SETS = 4096
_LAST_NS = 2**63 - 1
"""In the year 2262: Loki holds no later time."""


class Wire(msgspec.Struct, rename="camel", gc=False):
    """`data` and its lists may be missing or null: nothing was found."""


class ExtraWire(Wire):
    """Third element of a value, with categorize-labels. Either may be absent."""

    structured_metadata: dict[str, str] | None = None
    parsed: dict[str, str] | None = None


class ValueWire(msgspec.Struct, array_like=True, gc=False):
    """One entry."""

    at: str
    line: str
    extra: msgspec.Raw = msgspec.Raw(b"null")
    """An ExtraWire; most entries have the same."""


class StreamWire(Wire):
    """A stream and some of its entries; the same stream may come many times."""

    stream: msgspec.Raw = msgspec.Raw(b"null")
    """A tail writes the same labels with every entry."""
    values: list[ValueWire] | None = None


class LabelSet(dict[str, str]):
    """Labels that many entries share; their part of an identity is known."""

    __slots__ = ("mark",)

    def __init__(self, labels: Iterable[tuple[str, str]]) -> None:
        super().__init__(labels)
        self.mark = hash(frozenset(self.items()))


class DataWire(Wire):
    """Data of query_range; the rest of it are 5 kB of counters."""

    result: msgspec.Raw
    result_type: str = "streams"


class RangeWire(Wire):
    """Answer of query_range; one without data is no answer that says: no entries."""

    data: DataWire


class FrameWire(msgspec.Struct, gc=False):
    """One frame of a tail."""

    streams: list[StreamWire] | None = None
    dropped_entries: list[msgspec.Raw] | None = None


class SeriesWire(Wire):
    """One series of a matrix."""

    metric: dict[str, str] | None = None
    values: list[tuple[float, str]] | None = None


RANGE = msgspec.json.Decoder(RangeWire)
STREAMS = msgspec.json.Decoder(list[StreamWire])
SERIES = msgspec.json.Decoder(list[SeriesWire])
FRAME = msgspec.json.Decoder(FrameWire)
_STREAM = msgspec.json.Decoder(dict[str, str] | None)
_EXTRA = msgspec.json.Decoder(ExtraWire | None)


_AT = attrgetter("at_ns")
_RULER = re.compile(rb"^ruler:[ \t]*$", re.MULTILINE)
_NEXT = re.compile(rb"\n[^ \t\n]")
"""How a line begins that is not of the section before it."""
_INDENT = re.compile(rb"[ \t]+(?=\S)")
_CREDENTIALS = re.compile(r"//[^/@,\s]*@")


class TailFrame(Struct, frozen=True):
    """What one frame brought. The first one of a tail is empty: it is connected."""

    entries: tuple[Entry, ...] = ()
    """In the server's order, which is not always that of time."""
    dropped: int = 0
    """Entries that the server says it dropped; it does not know of all."""


def entries(streams: Iterable[StreamWire]) -> list[Entry]:
    """All entries, stream by stream.

    raise   ValueError when a time is no number; msgspec's errors for other labels
    """
    found: list[Entry] = []
    written = extra = None
    for stream in streams:
        # A tail repeats all that an entry has beside its line, and mostly it is alike.
        if written is None or stream.stream != written:
            written, extra = stream.stream, None
            labels, common = _split(bytes(written))
        for value in stream.values or ():
            if extra is None or value.extra != extra:
                extra = value.extra
                metadata = _metadata(bytes(extra), common)
            at_ns = int(value.at)
            if not 0 <= at_ns <= _LAST_NS:
                raise ValueError(f"{first_line(value.at)} is not in Unix nanoseconds")
            found.append(Entry(at_ns, labels, value.line, metadata))
    return found


def ordered(
    streams: Iterable[StreamWire], *, is_newest_first: bool
) -> tuple[Entry, ...]:
    """The same in order of time; raises as `entries`."""
    return tuple(sorted(entries(streams), key=_AT, reverse=is_newest_first))


def receiver(config: bytes | bytearray) -> str | None:
    """`ruler.alertmanager_url` of a config; None when that is no such config.

    The whole of it is thousands of lines: too many to be read as YAML between two keys.
    """
    head = _RULER.search(config)
    if head is None:
        return None
    end = _NEXT.search(config, head.end())
    section = bytes(config[head.end() + 1 : end.start() + 1 if end else None])
    if not section:
        return None
    # What is further in belongs to other settings.
    indent = _INDENT.match(section)
    begin = indent[0] if indent else b"  "
    own = re.compile(b"^" + begin + rb"alertmanager_url:(.*)$", re.MULTILINE)
    found = own.search(section)
    text = found[1].decode(errors="replace").strip().strip("\"'") if found else ""
    return _CREDENTIALS.sub("//", text)


def counts(series: list[SeriesWire]) -> tuple[LogCount, ...]:
    """All points of a matrix of whole numbers, by time; of one, series by series.

    raise   ValueError when a value is no number, OverflowError when it has no end
    """
    found = [
        LogCount(round(at) * SECOND_NS, int(float(value)), one.metric or {})
        for one in series
        for at, value in one.values or ()
    ]
    return tuple(sorted(found, key=attrgetter("until_ns")))


def identity(entry: Entry) -> int:
    """Loki's own notion of the same entry, as a number of 64 bits."""
    labels, metadata = entry.labels, entry.metadata
    return hash(
        (
            entry.at_ns,
            entry.line,
            labels.mark if type(labels) is LabelSet else _mark(labels),
            metadata.mark if type(metadata) is LabelSet else _mark(metadata),
        )
    )


def _mark(labels: Labels) -> int:
    return hash(frozenset(labels.items()))


@lru_cache(maxsize=_LABEL_SETS)
def _split(raw: bytes) -> tuple[LabelSet, LabelSet]:
    """The labels proper, and what an older server mixed in."""
    stream = _STREAM.decode(raw) or {}
    labels = tuple((k, v) for k, v in stream.items() if k not in {SHARD, DETECTED})
    common = ((DETECTED, stream[DETECTED]),) if DETECTED in stream else ()
    return _shared(labels), _shared(common)


def _metadata(raw: bytes, common: LabelSet) -> LabelSet:
    """What an entry has beside its labels."""
    own = _own(raw)
    return own if not common else _shared(tuple({**common, **own}.items()))


@lru_cache(maxsize=_LABEL_SETS)
def _own(raw: bytes) -> LabelSet:
    extra = _EXTRA.decode(raw) or ExtraWire()
    known = {**(extra.structured_metadata or {}), **(extra.parsed or {})}
    return _shared(tuple(known.items()))


@lru_cache(maxsize=_LABEL_SETS)
def _shared(labels: tuple[tuple[str, str], ...]) -> LabelSet:
    """One label set for all entries that have it, however it was written."""
    return LabelSet(labels)
