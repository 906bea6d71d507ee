"""What is recorded can be had again, whatever becomes of the program and the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tests.clock import ManualClock
from tests.estate import make_fleet
from tests.fakes import FakeBackend, FakeMemory
from tests.judged import NOW
from tui.clock import SystemClock
from tui.model.bounds import Bounds
from tui.model.change import Change
from tui.model.fleet import Fleet
from tui.model.kept import Kept
from tui.model.memory import Habits, SilenceMemory
from tui.model.taped import Taped, TapeNote
from tui.tape.framing import MORE, START, TapeError, about, blocks
from tui.tape.packing import CLASS, TUPLE, Packer
from tui.tape.past import PastMemory
from tui.tape.shelf import Shelf
from tui.tape.taping import Taping, continued
from tui.tape.unpacking import Unpacker
from tui.tape.writer import Writer, files

KILLED = """
import asyncio, sys
from pathlib import Path
from tests.fakes import FakeBackend
from tui.clock import SystemClock
from tui.model.bounds import Bounds
from tui.tape.taping import Taping, continued
from tui.tape.unpacking import Unpacker
from tui.tape.writer import Writer
writer = Writer(Path(sys.argv[1]), "killed", Bounds(), {})
taping = Taping(FakeBackend(), SystemClock(), writer)
asyncio.run(taping.run())
"""

MARKED = """
import os, signal, sys
from pathlib import Path
from tests.judged import NOW
from tui.model.bounds import Bounds
from tui.model.taped import TapeNote
from tui.tape.writer import Writer
hand = Writer(Path(sys.argv[1]), "killed", Bounds(), {})
hand.note(TapeNote(NOW, "mark", "disk pulled"), NOW)
os.kill(os.getpid(), signal.SIGKILL)
"""


def writer(folder: Path, run: str = "run", bounds: Bounds | None = None) -> Writer:
    return Writer(folder, run, bounds or Bounds(), {"clusters": ["prod"]})


def taped(seconds: float = 0) -> Taped:
    at = NOW + timedelta(seconds=seconds)
    return Taped(at, replace(make_fleet(), silences=make_fleet().silences))


def test_a_whole_fleet_comes_back_as_it_was(tmp_path: Path) -> None:
    hand = writer(tmp_path)
    hand.write(taped())
    assert Shelf(tmp_path).moment(NOW).fleet.clusters == make_fleet().clusters


def test_a_moment_comes_back_as_it_was(tmp_path: Path) -> None:
    hand = writer(tmp_path)
    hand.write(taped())
    hand.write(taped(2))
    assert Shelf(tmp_path).moment(NOW + timedelta(seconds=3)) == taped(2)
    assert Shelf(tmp_path).moment(NOW + timedelta(seconds=1)) == taped()


def test_a_clock_that_is_put_back_hides_no_moment(tmp_path: Path) -> None:
    hand = writer(tmp_path)
    for seconds in (0, 2, 3_000, 1_000, 1_002, 3_002):
        hand.write(taped(seconds))
    shelf = Shelf(tmp_path)
    for seconds in (0, 2, 1_000, 1_002, 3_000, 3_002):
        assert shelf.moment(NOW + timedelta(seconds=seconds)) == taped(seconds)
    assert shelf.span() == (NOW, taped(3_002).at)


def test_what_did_not_change_costs_next_to_nothing(tmp_path: Path) -> None:
    hand = writer(tmp_path)
    hand.write(taped())
    first = hand.path.stat().st_size
    hand.write(taped(2))
    assert hand.path.stat().st_size - first < first / 20


def test_a_long_text_is_written_once_however_often_its_owner_changes() -> None:
    packer, unpacker, text = Packer(), Unpacker(), "a runbook " * 200
    sizes = []
    for number in range(3):
        note = TapeNote(NOW, "news", text, str(number))
        objects, root = packer.pack(note)
        sizes.append(sum(map(len, objects)))
        unpacker.add([msgspec.Raw(each) for each in objects])
        assert unpacker.value(root) == note
    assert sizes[0] > len(text) > 20 * sizes[1]


def test_of_entries_that_go_on_only_the_new_are_other_values() -> None:
    old = ([1], [2], [3])
    found = continued(old, ([2], [3], [4]))
    assert found == ([2], [3], [4])
    assert (found[0] is old[1], found[1] is old[2]) == (True, True)


@pytest.mark.parametrize(
    "new", [(), ([3],), ([9],), ([1], [9], [3], [4]), ([0], [1], [2], [3], [4])]
)
def test_entries_are_those_that_came_whatever_was_before(new: tuple[list[int]]) -> None:
    assert continued(([1], [2], [3]), new) == new


def test_a_stream_ends_before_what_it_remembers_is_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.tape.writer._MOST_MORE", 3)
    monkeypatch.setattr("tui.tape.writer._SHARE", 10_000)
    hand = writer(tmp_path)
    clusters = make_fleet().clusters
    for second in range(6):
        named = tuple(replace(each, name=f"{each.name}{second}") for each in clusters)
        hand.write(Taped(NOW + timedelta(seconds=second), Fleet(named)))
    assert kinds(tmp_path) == [START, MORE] * 3
    moment = Shelf(tmp_path).moment(NOW + timedelta(seconds=5))
    assert moment.fleet.clusters[0].name == "prod5"


def kinds(folder: Path) -> list[int]:
    """Of the blocks of its one file."""
    (path,) = files(folder)
    data = path.read_bytes()
    return [each.kind for each in blocks(data, about(data, path.name)[1])]


def test_a_torn_tail_is_left_out_and_said(tmp_path: Path) -> None:
    hand = writer(tmp_path)
    hand.write(taped())
    hand.write(taped(2))
    os.truncate(hand.path, hand.path.stat().st_size - 3)
    shelf = Shelf(tmp_path)
    assert shelf.moment(NOW + timedelta(hours=1)) == taped()
    assert "torn" in shelf.problems[hand.path]


def test_a_damaged_middle_costs_only_its_stream(tmp_path: Path) -> None:
    hand = writer(tmp_path)
    for seconds in (0, 2, 2_000, 2_002):
        hand.write(taped(seconds))
    data = bytearray(hand.path.read_bytes())
    data[len(data) // 4] ^= 0xFF
    hand.path.write_bytes(data)
    late = NOW + timedelta(seconds=2_002)
    assert Shelf(tmp_path).moment(late) == taped(2_002)


def test_what_is_much_is_not_written_anew_while_little_changes(tmp_path: Path) -> None:
    hand, times = writer(tmp_path), (0, 290, 310, 1_790, 1_810)
    for seconds in times:
        hand.write(taped(seconds))
    assert kinds(tmp_path) == [START, MORE, MORE, MORE, START]
    assert Shelf(tmp_path).moment(NOW + timedelta(seconds=1_790)) == taped(1_790)


def test_once_as_much_has_changed_a_stream_lasts_five_minutes(tmp_path: Path) -> None:
    hand, clusters = writer(tmp_path), make_fleet().clusters
    for seconds in (0, 290, 310):
        named = tuple(replace(x, name=f"{x.name}{seconds}") for x in clusters)
        hand.write(Taped(NOW + timedelta(seconds=seconds), Fleet(named)))
        hand._more *= 100  # what a real estate would change in this time
    assert kinds(tmp_path) == [START, MORE, START]


def test_two_runs_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    one, other = writer(tmp_path, "one"), writer(tmp_path, "other")
    for seconds in range(0, 8, 2):
        (one if seconds % 4 else other).write(taped(seconds))
    shelf = Shelf(tmp_path)
    for seconds in range(0, 8, 2):
        at = NOW + timedelta(seconds=seconds)
        assert shelf.moment(at) == taped(seconds)


def test_what_is_too_old_goes_and_the_file_that_is_written_stays(
    tmp_path: Path,
) -> None:
    writer(tmp_path, "old").write(taped(-3 * 86_400))
    writer(tmp_path, "new").write(taped())
    assert [each.name.rpartition("-")[2] for each in files(tmp_path)] == ["new.tape"]


def test_what_is_too_much_goes_the_oldest_first(tmp_path: Path) -> None:
    tight = Bounds(bytes=1)
    for hours in (-9, -6, -3, 0):
        writer(tmp_path, f"run{-hours}", tight).write(taped(3600 * hours))
    assert [each.name[-9:] for each in files(tmp_path)] == ["run0.tape"]


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    hand = writer(tmp_path / "tape")
    hand.write(taped())
    assert hand.path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "tape").stat().st_mode & 0o077 == 0


def test_what_happened_is_told_in_order(tmp_path: Path) -> None:
    hand = writer(tmp_path)
    mark = TapeNote(NOW, "mark", "the [switch] reboots", author="jo")
    hand.write(taped(), [TapeNote(NOW + timedelta(seconds=1), "real", "down", "prod")])
    hand.note(mark, NOW)
    assert Shelf(tmp_path).notes()[0] == mark


def test_a_mark_is_kept_by_a_run_that_is_killed_the_next_moment(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MARKED, str(tmp_path)]
    done = subprocess.run(command, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [each.text for each in Shelf(tmp_path).notes()] == ["disk pulled"]


def test_what_was_read_of_a_file_that_has_grown_is_read_again(tmp_path: Path) -> None:
    hand, shelf = writer(tmp_path), Shelf(tmp_path)
    hand.write(taped())
    assert shelf.span() == (NOW, NOW)
    assert shelf.notes() == ()
    mark = TapeNote(NOW, "mark", "rebooted", "prod", "ana")
    hand.write(taped(10), (mark,))
    assert shelf.span() == (NOW, NOW + timedelta(seconds=10))
    assert shelf.notes() == (mark,)


def test_a_later_format_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "some.tape"
    path.write_bytes(b"taloscope tape 9\n{}\n")
    with pytest.raises(TapeError, match="later taloscope"):
        Shelf(path).span()


async def test_a_disk_that_fails_stops_nothing_and_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    taping = Taping(FakeBackend(), ManualClock(NOW), writer(tmp_path / "file"))
    await taping._beat(5)
    assert taping.trouble.startswith(f"{tmp_path}/file: File exists. Make it writable")
    assert "[record] enabled = false" in taping.trouble


async def test_that_the_history_could_not_be_read_then_is_recorded(
    tmp_path: Path,
) -> None:
    """Whichever of its parts it was."""

    class Locked(FakeMemory):
        async def habits(self) -> Habits:
            self.unread = "another program holds it"
            return await super().habits()

        async def silences(self) -> SilenceMemory:
            self.unread = ""
            return await super().silences()

    backend = FakeBackend()
    backend.memory = Locked()
    await Taping(backend, ManualClock(NOW), writer(tmp_path))._beat(5)
    found = Shelf(tmp_path).moment(NOW)
    assert PastMemory(found).unread == "another program holds it"


def test_a_run_that_is_killed_loses_five_seconds_at_most(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)])
    clock = SystemClock()
    deadline = clock.monotonic() + 20
    shelf = Shelf(tmp_path)
    while not list(tmp_path.glob("*.tape")) and clock.monotonic() < deadline:
        pass
    while clock.monotonic() < deadline:
        try:
            first, last = shelf.span()
        except TapeError:
            continue
        if last > first:
            break
    killed = clock.now()
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, last = Shelf(tmp_path).span()
    assert killed - last < timedelta(seconds=5)
    assert Shelf(tmp_path).moment(killed).at - last < timedelta(milliseconds=1)


def test_every_kind_of_value_comes_back_as_it_was() -> None:
    large, odd = (2**70, -(2**64), 5, True, 5.0, 0.0), {("a", "b"): None, "c": (1,)}
    value = large, odd, frozenset({"x", "y"}), timedelta(seconds=1.5), Kept((1, 2)), ""
    objects, root = Packer().pack(value)
    unpacker = Unpacker()
    unpacker.add([msgspec.Raw(each) for each in objects])
    found = unpacker.value(root)
    assert found == value
    assert [type(each) for each in found[0]] == [type(each) for each in large]


def test_what_nobody_else_holds_is_let_go_and_known_again() -> None:
    packer = Packer()
    notes = noted("real", 2_000)
    _, root = packer.pack(notes)
    before = held(packer)
    del notes
    packer.pack(())
    assert before - held(packer) == 2_000
    assert packer.pack(noted("real", 2_000)) == ([], root)
    new, part = packer.pack(noted("calm", 2_000))
    assert (len(new), part == root) == (2_001, False)


def test_while_little_is_new_it_is_not_looked_who_holds_all_the_rest() -> None:
    packer = Packer()
    packer.pack(noted("real", 2_000))
    packer.pack(())
    packer.pack(noted("calm", 100))
    before = held(packer)
    packer.pack(())
    assert held(packer) == before
    packer.pack(noted("low", 1_000))
    packer.pack(())
    assert before - held(packer) == 100


def noted(tone: str, number: int) -> tuple[TapeNote, ...]:
    return tuple(TapeNote(NOW, tone, str(each)) for each in range(number))


def held(packer: Packer) -> int:
    """The notes that it still has."""
    return sum(type(each) is TapeNote for each in packer._kept)


def unpacked(*objects: object) -> object:
    unpacker = Unpacker()
    unpacker.add([msgspec.Raw(msgspec.msgpack.encode(each)) for each in objects])
    return unpacker.value(len(objects) - 1)


def test_what_another_version_wrote_is_read_as_far_as_it_is_known() -> None:
    fields = ["news_of_then", "at", "tone", "text"]
    written = (CLASS, "tui.model.taped", "TapeNote", fields)
    assert unpacked(written, (0, "?", NOW, "real", "x")) == TapeNote(NOW, "real", "x")


@pytest.mark.parametrize(
    "definition",
    [
        (CLASS, "tui.model.taped", "Gone", []),
        (CLASS, "tui.model.gone", "TapeNote", []),
        (CLASS, "os", "system", ["command"]),
        (CLASS, "tui.model.taped", "TapeNote", ["text"]),
    ],
)
def test_what_cannot_be_made_is_left_out_and_no_other_code_is_run(
    definition: tuple[object, ...],
) -> None:
    assert unpacked(definition, (0, "x"), (TUPLE, 1, "kept")) == ("kept",)


async def test_no_moment_holds_what_became_known_after_it(tmp_path: Path) -> None:
    backend, clock = FakeBackend(), ManualClock(NOW)

    class Slow(FakeMemory):
        async def changes(self) -> tuple[Change, ...]:
            await clock.advance(3)
            backend.publish(replace(make_fleet(), unassigned_alerts=()))
            return await super().changes()

    backend.memory = Slow()
    await Taping(backend, clock, writer(tmp_path))._beat(10)
    found = Shelf(tmp_path).moment(NOW)
    assert found.fleet == replace(make_fleet(), unassigned_alerts=())
    assert found.at == NOW + timedelta(seconds=3)
