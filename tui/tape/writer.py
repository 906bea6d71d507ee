"""Writes the record: one file an hour, each readable without the others.

It blocks. Whoever has an error makes no more of it than to say so: the next write tries
again, in a new file.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from tui.model.bounds import Bounds
from tui.model.taped import Taped, TapeNote
from tui.state.place import PRIVATE_FILE, make_private
from tui.tape import framing
from tui.tape.framing import MORE, NOTE, START, SUFFIX
from tui.tape.packing import Packer

STREAM = timedelta(minutes=5)
"""To see a moment, no more than so much before it must be read, or twice of what its
stream begins with: of 20,000 targets that is 1.5 s of work to write ..."""
LONGEST = timedelta(minutes=30)
"""... so it is not written anew while less than that came after it, within this."""
FILE = timedelta(hours=1)
_MOST_MORE = 20_000
"""Objects of one stream beyond its first moment's, all of which stay in memory: where
much changes new ones begin sooner. A hundred nodes made 30,000 a minute, 20 MB.
The lab makes fewer in five minutes."""
_SHARE = 2
"""Of the first moment's objects one of so many may come beyond it, when that is more:
what is much costs much to write anew."""
_FILES = 16
"""When it is full, at least so many files share the space."""
_ENCODE = msgspec.msgpack.Encoder().encode
_STAMP = "%Y%m%dT%H%M%S.%fZ"


def started(path: Path) -> datetime | None:
    """When a file begins, as its name says; None for one that is no record."""
    stamp = path.name.partition("-")[0]
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def files(folder: Path) -> tuple[Path, ...]:
    """The files of a record, the oldest first. Blocks; raises OSError."""
    found = [each for each in folder.glob(f"*{SUFFIX}") if started(each) is not None]
    return tuple(sorted(found, key=lambda each: each.name))


class Writer:
    """One run's hand in the folder; no other run writes into its files."""

    def __init__(
        self, folder: Path, run: str, bounds: Bounds, about: Mapping[str, Any]
    ) -> None:
        """Nothing is written yet.

        run     names this run, unlike any other: letters and digits
        about   what the file says of it: no secrets
        """
        self._folder = folder
        self._run = run
        self._bounds = bounds
        self._about = about
        self._file: int | None = None
        self._path = folder
        self._began = self._streamed = datetime.min.replace(tzinfo=UTC)
        self._last = self._began
        """Of its moments the newest; they are looked for as if in order."""
        self._written = 0
        self._has_stream = False
        """Whether what it has packed is in this file."""
        self._packer = Packer()
        self._first = self._more = 0
        """Bytes of the stream's first moment, and of all after it."""
        self._most = 0
        """Objects, after which a new stream begins."""
        self._squeeze = zlib.compressobj()

    @property
    def path(self) -> Path:
        """The file that is written now."""
        return self._path

    def write(self, taped: Taped, notes: Iterable[TapeNote] = ()) -> None:
        """Add a moment, and what happened.

        raise   OSError; what was not written is lost
        """
        if taped.at < self._last:
            self.close()  # the clock was put back
        self._be_ready(taped.at)
        self._append(b"".join([self._frame(taped), *map(_note, notes)]))
        self._last = taped.at

    def note(self, note: TapeNote, now: datetime) -> None:
        """Add what somebody noted, at once, of whatever moment; raises OSError."""
        self._be_ready(now)
        self._append(_note(note))

    def close(self) -> None:
        """Write no more into this file."""
        if self._file is not None:
            file, self._file, self._has_stream = self._file, None, False
            os.close(file)

    def _frame(self, taped: Taped) -> bytes:
        kind = MORE
        if not self._has_stream or self._is_due(taped.at):
            kind, self._streamed, self._has_stream = START, taped.at, True
            self._packer, self._squeeze = Packer(), zlib.compressobj()
        objects, root = self._packer.pack(taped)
        data = _ENCODE((tuple(map(msgspec.Raw, objects)), root))
        squeezed = self._squeeze.compress(data)
        squeezed += self._squeeze.flush(zlib.Z_SYNC_FLUSH)
        if kind == START:
            first = len(self._packer)
            self._most = first + max(_MOST_MORE, first // _SHARE)
            self._first, self._more = len(squeezed), 0
        else:
            self._more += len(squeezed)
        return framing.block(kind, taped.at, squeezed)

    def _is_due(self, at: datetime) -> bool:
        """Whether a new stream begins."""
        age = at - self._streamed
        if not timedelta() <= age < LONGEST or len(self._packer) > self._most:
            return True
        return age >= STREAM and self._more >= self._first

    def _be_ready(self, now: datetime) -> None:
        """Have a file to write into."""
        most = self._bounds.bytes // _FILES
        is_fresh = timedelta() <= now - self._began < FILE and self._written < most
        if self._file is not None and is_fresh:
            return
        self.close()
        make_private(self._folder)
        name = f"{now.strftime(_STAMP)}-{self._run}{SUFFIX}"
        self._path = self._folder / name
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(self._path, flags, PRIVATE_FILE)
        self._began, self._written = now, 0
        trim(self._folder, now, self._bounds)
        try:
            self._append(framing.begin(self._about))
        finally:
            if self._file is None:
                # Of a full disk nothing is to be left but what is on it.
                self._path.unlink(missing_ok=True)

    def _append(self, data: bytes) -> None:
        """Add it with one write; after a failure the next one goes to a new file."""
        if self._file is None:
            raise OSError(9, "the file of the record is closed", str(self._path))
        done = False
        try:
            written = os.write(self._file, data)
            self._written += written
            done = written == len(data)
        finally:
            if not done:
                self.close()
        if not done:
            raise OSError(28, "No space left on device", str(self._path))


def _note(note: TapeNote) -> bytes:
    fields = {
        "tone": note.tone,
        "text": note.text,
        "cluster": note.cluster,
        "author": note.author,
    }
    return framing.block(NOTE, note.at, _ENCODE(fields))


def trim(folder: Path, now: datetime, bounds: Bounds) -> None:
    """Delete what is too old or too much, but nothing that another run may be writing.

    raise   OSError
    """
    oldest = now - timedelta(hours=bounds.hours) - FILE
    kept: list[tuple[Path, int]] = []
    for path in files(folder):
        if (started(path) or now) < oldest:
            path.unlink(missing_ok=True)
        else:
            kept.append((path, _size(path)))
    newest = {path.name.partition("-")[2]: path for path, _ in kept}
    total = sum(size for _, size in kept)
    for path, size in kept:
        is_old = (started(path) or now) < now - FILE - STREAM
        if total > bounds.bytes and (is_old or path not in newest.values()):
            path.unlink(missing_ok=True)
            total -= size


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
