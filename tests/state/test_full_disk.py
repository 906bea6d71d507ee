"""A disk that is really full: what is told, what is left on it, and what follows."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.clock import ManualClock, turns
from tests.estate import make_fleet
from tests.fakes import FakeBackend
from tests.judged import NOW
from tests.state.test_audit import ENTRY
from tui.model.bounds import Bounds
from tui.model.manifest import Manifest
from tui.model.taped import Taped, TapeNote
from tui.state.audit import AuditLog
from tui.state.undo import KeepError, UndoFolder
from tui.tape.shelf import Shelf
from tui.tape.taping import Taping
from tui.tape.writer import Writer, files


class Disk:
    """A file system of 256 KiB in memory, and a file that takes what is left of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self, but: int = 0) -> None:
        """Leave no room but for so many pages of 4 KiB."""
        pages = os.statvfs(self.path).f_bavail - but
        with self._ballast.open("ab") as file:
            file.write(bytes(4_096 * pages))

    def make_room(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system may be mounted here")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


async def test_of_an_audit_line_there_is_all_or_nothing(disk: Disk) -> None:
    log = AuditLog(disk.path / "taloscope" / "audit.jsonl", "ada")
    assert await log.note(ENTRY) == ""
    disk.fill(but=1)
    long = replace(ENTRY, said="x" * 9_000)
    assert "No space left on device" in await log.note(long)
    assert len([json.loads(each) for each in log.path.read_text().splitlines()]) == 1
    disk.make_room()
    assert await log.note(long) == ""
    assert len([json.loads(each) for each in log.path.read_text().splitlines()]) == 2


def test_what_cannot_be_kept_leaves_nothing(disk: Disk) -> None:
    undo = UndoFolder(disk.path / "undo")
    manifest = Manifest("prod", "monitoring", "argocd", "", "", "x: y\n" * 4_000)
    disk.fill(but=1)
    with pytest.raises(KeepError, match="No space left"):
        undo.keep(manifest, NOW)
    assert list(undo.path.iterdir()) == []
    disk.make_room()
    assert undo.keep(manifest, NOW).text == manifest.text


def test_the_record_goes_on_when_there_is_room_and_leaves_no_litter(
    disk: Disk,
) -> None:
    hand = Writer(disk.path / "tape", "run", Bounds(), {"clusters": ["prod"]})
    first, last = (Taped(NOW + timedelta(seconds=s), make_fleet()) for s in (0, 60))
    hand.write(first)
    disk.fill()
    for seconds in range(2, 20, 2):
        now = NOW + timedelta(seconds=seconds)
        note = TapeNote(now, "mark", "x" * 9_000)
        with pytest.raises(OSError, match="No space"):
            hand.write(Taped(now, make_fleet()), [note])
    assert len(files(disk.path / "tape")) == 1
    disk.make_room()
    hand.write(last)
    shelf = Shelf(disk.path / "tape")
    assert shelf.moment(NOW).fleet == first.fleet
    assert shelf.moment(NOW + timedelta(seconds=61)).at == last.at


async def test_why_nothing_is_recorded_says_what_makes_room(disk: Disk) -> None:
    hand = Writer(disk.path / "tape", "run", Bounds(), {})
    taping = Taping(FakeBackend(), ManualClock(NOW), hand)
    disk.fill()
    running = asyncio.create_task(taping.run())
    while not taping.trouble:
        await turns()
    running.cancel()
    await asyncio.wait({running})
    told = "No space left on device. Make room there, or lessen `size` of [record]"
    assert taping.trouble.startswith(f"{disk.path}/tape")
    assert told in taping.trouble
