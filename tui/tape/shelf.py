"""The files of a record, read: any moment of it, and what happened when.

It blocks; each moment asks for one file, and of it for one stream (see `writer`).
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tui.model.taped import Taped, TapeNote
from tui.tape import framing
from tui.tape.framing import NOTE, START, SUFFIX, Block, TapeError
from tui.tape.unpacking import UNMADE, Unpacker
from tui.tape.writer import FILE, files, started

_NOTE = msgspec.msgpack.Decoder().decode
_MOMENT = msgspec.msgpack.Decoder(tuple[list[msgspec.Raw], Any]).decode
"""Its new objects, and what stands for it."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_OPEN = 3
"""So many files are kept in memory."""


class _Known(Struct, frozen=True):
    """What was found in a file when it had so many bytes."""

    size: int
    span: tuple[datetime, datetime] | None
    """Of its first and its last moment; None: it has none."""
    notes: tuple[TapeNote, ...]


class Shelf:
    """A folder of files, or one of them."""

    def __init__(self, place: Path) -> None:
        """Nothing is read yet."""
        self._place = place
        self._reels: OrderedDict[Path, Reel] = OrderedDict()
        self._known: dict[Path, _Known] = {}
        self.problems: dict[Path, str] = {}
        """What of which file cannot be read, and why."""

    @property
    def place(self) -> Path:
        """The folder, or the file."""
        return self._place

    def files(self) -> tuple[Path, ...]:
        """What there is, the oldest first.

        raise   TapeError when there is nothing
        """
        try:
            if self._place.is_file():
                return (self._place,)
            found = files(self._place)
        except OSError as error:
            raise TapeError(f"{self._place}: {error.strerror}") from error
        if not found:
            raise TapeError(
                f"nothing is recorded in {self._place}: the dashboard records while it "
                "runs, unless [record] in the config says enabled = false"
            )
        return found

    def span(self) -> tuple[datetime, datetime]:
        """From the first moment to the last one; raises TapeError."""
        found = self.files()
        firsts = (self._about(each).span for each in found)
        first = next((span[0] for span in firsts if span), None)
        # A file may hold marks alone.
        spans = (self._about(each).span for each in reversed(found))
        lasts = islice((span for span in spans if span), _OPEN)
        last = max((span[1] for span in lasts), default=None)
        if first is None or last is None:
            raise TapeError(f"no moment in {self._place} can be read")
        return first, last

    def moment(self, at: datetime) -> Taped:
        """What was known then: the newest moment that is not later, else the first.

        raise   TapeError
        """
        found = self.files()
        begun = [_begun(each) or at for each in found]
        last = bisect_right(begun, at)
        while last > 1 and self._about(found[last - 1]).span is None:
            last -= 1
        near = [
            path
            for path, began in zip(found[:last], begun, strict=False)
            if began > begun[last - 1] - FILE - timedelta(minutes=1)
        ]
        reels = [self._reel(each) for each in near or found[:1]]
        best = max(
            reels,
            key=lambda reel: reel.before(at) or datetime.min.replace(tzinfo=at.tzinfo),
        )
        taped = best.moment(at)
        if taped is None:
            raise TapeError(f"{best.path.name}: nothing of that moment can be read")
        return taped

    def notes(self) -> tuple[TapeNote, ...]:
        """All that happened, the oldest first; raises TapeError."""
        notes = (note for each in self.files() for note in self._about(each).notes)
        return tuple(sorted(notes, key=lambda note: note.at))

    def walk(
        self, since: datetime, until: datetime, step: timedelta
    ) -> Iterator[Taped]:
        """Moments of a span, no two closer than a step; raises TapeError."""
        wanted = since
        for path in self.files():
            began = _begun(path)
            if began is not None and not since - 2 * FILE < began <= until:
                continue
            reel = self._reel(path)
            for at in reel.times:
                if wanted <= at <= until and (taped := reel.moment(at)):
                    wanted = at + step
                    yield taped

    def _about(self, path: Path) -> _Known:
        """What a file tells beside its moments; read again only when it has grown."""
        try:
            size = path.stat().st_size
        except OSError as error:
            raise TapeError(f"{path}: {error.strerror}") from error
        known = self._known.get(path)
        if known is None or known.size != size:
            reel = self._reel(path)
            times = reel.times
            span = (times[0], times[-1]) if times else None
            known = self._known[path] = _Known(size, span, tuple(reel.notes()))
        return known

    def _reel(self, path: Path) -> Reel:
        reel = self._reels.pop(path, None)
        if reel is None:
            reel = Reel(path)
        self._reels[path] = reel
        while len(self._reels) > _OPEN:
            self._reels.popitem(last=False)
        reel.look()
        if reel.problem:
            self.problems[path] = reel.problem
        return reel


def _begun(path: Path) -> datetime | None:
    return started(path) if path.name.endswith(SUFFIX) else None


class Reel:
    """One file; it may grow while it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self.times: list[datetime] = []
        """Of its moments."""
        self._frames: list[Block] = []
        self._notes: list[Block] = []
        self._data = b""
        self._first = 0
        self._stream: _Stream | None = None

    def look(self) -> None:
        """Read what is new in the file; raises TapeError when it is none of ours."""
        try:
            with self.path.open("rb") as file:
                size = len(self._data)
                file.seek(size)
                added = file.read()
        except OSError as error:
            raise TapeError(f"{self.path}: {error.strerror}") from error
        if not added:
            return
        last = max((*self._frames[-1:], *self._notes[-1:]), key=_end, default=None)
        self._data += added
        if last is None:
            _, self._first = framing.about(self._data, self.path.name)
        for block in framing.blocks(self._data, _end(last) if last else self._first):
            last = block
            if block.kind == NOTE:
                self._notes.append(block)
            else:
                self._frames.append(block)
                self.times.append(block.at)
        cut = framing.torn(self._data, last, self._first)
        self.problem = f"the last {cut} bytes are torn and were left out" if cut else ""

    def before(self, at: datetime) -> datetime | None:
        """The newest moment that is not later."""
        found = bisect_right(self.times, at)
        return self.times[found - 1] if found else None

    def moment(self, at: datetime) -> Taped | None:
        """What was known then; the first moment for what is earlier."""
        index = max(0, bisect_right(self.times, at) - 1)
        while index >= 0 and index < len(self._frames):
            taped = self._at(index)
            if taped is not None:
                return taped
            index -= 1
        return None

    def notes(self) -> Iterator[TapeNote]:
        """What happened, as it was written."""
        for block in self._notes:
            data = framing.payload(self._data, block)
            try:
                found = _NOTE(data) if data is not None else None
            except (*UNMADE, msgspec.DecodeError):
                found = None
            if isinstance(found, dict):
                told = {key: str(found.get(key, "")) for key in _TOLD}
                yield TapeNote(block.at, **told)

    def _at(self, index: int) -> Taped | None:
        begin = index
        while begin > 0 and self._frames[begin].kind != START:
            begin -= 1
        if self._stream is None or self._stream.begin != begin:
            self._stream = _Stream(begin)
        stream = self._stream
        while not stream.is_damaged and stream.next <= index:
            stream.add(framing.payload(self._data, self._frames[stream.next]))
        if stream.is_damaged:
            self.problem = f"damaged at {self._frames[stream.next].at:%H:%M:%S}"
        return stream.taped(index)


_TOLD = ("tone", "text", "cluster", "author")


def _end(block: Block) -> int:
    return block.offset + block.length


class _Stream:
    """What follows one START; it is read no further than somebody asked."""

    def __init__(self, begin: int) -> None:
        self.begin = self.next = begin
        self.is_damaged = False
        self._inflate = zlib.decompressobj()
        self._unpack = Unpacker()
        self._roots: list[Any] = []

    def add(self, data: bytes | None) -> None:
        """Take in the next block."""
        if data is None:
            self.is_damaged = True
            return
        try:
            objects, root = _MOMENT(self._inflate.decompress(data))
            self._unpack.add(objects)
        except (*UNMADE, zlib.error, msgspec.DecodeError):
            self.is_damaged = True
        else:
            self._roots.append(root)
            self.next += 1

    def taped(self, index: int) -> Taped | None:
        """The moment of a block; None when it cannot be made."""
        at = index - self.begin
        if at >= len(self._roots):
            return None
        try:
            value = self._unpack.value(self._roots[at])
        except UNMADE:
            return None
        return value if isinstance(value, Taped) else None
