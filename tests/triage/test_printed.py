"""What a kernel printed against what Loki has: no loss made up, none overlooked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from msgspec.structs import replace

from tui.model.log import Entry
from tui.model.pipeline import Comparison
from tui.triage.printed import BOOT, LAG, Stretch, compared, stretch_of

NOW = datetime(2026, 2, 27, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERYDAY = "device lxc{n:08x} entered promiscuous mode"


def at_ns(ago: float) -> int:
    return int((NOW - timedelta(seconds=ago)).timestamp() * 1_000_000) * 1000


def line(ago: float, text: str) -> Entry:
    """As dmesg over apid gives it."""
    return Entry(at_ns(ago), {"node": "a", "facility": "kern"}, text)


def sender(of: Entry, seq: int, late: float = 0.2) -> Entry:
    """As the kernel's sender ships it, and Loki has it a little later."""
    body = {
        "clock": seq,
        "facility": "kern",
        "msg": f"{of.line}\n SUBSYSTEM=net\n",
        "priority": "info",
        "seq": seq,
        "talos-level": "info",
    }
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    text = text.replace("<", "\\u003c").replace(">", "\\u003e")
    stamped = of.at_ns + int(late * 1e9)
    return Entry(stamped, {"host": "a", "talos_service": "kernel"}, text)


def as_service(of: Entry) -> Entry:
    """As Talos ships it since 1.13 too."""
    text = f"kern:    info: [2026-02-27T01:59:00.5Z]: {of.line}"
    return Entry(of.at_ns, {"host": "a", "talos_service": "kernel"}, text)


def held(
    printed: Sequence[Entry], stored: Iterable[Entry], booted: datetime | None = None
) -> Comparison:
    stretch = stretch_of(printed, NOW, HOUR, booted)
    return compared(printed, list(stored), stretch)


def normal(number: int = 4000, seed: int = 1) -> list[Entry]:
    """Lines of an hour: most of them unlike, many of them alike."""
    chance = Random(seed)
    times = sorted((chance.uniform(61, 3590) for _ in range(number)), reverse=True)
    alike = ("cilium_host: Caught tx_queue_len zero misconfig", "a <b> & c", "eth0: up")
    return [
        line(ago, chance.choice(alike) if n % 3 == 0 else EVERYDAY.format(n=n))
        for n, ago in enumerate(times)
    ]


def shipped(lines: Iterable[Entry], seed: int = 2) -> list[Entry]:
    chance = Random(seed)
    return [sender(each, n, chance.uniform(0, 4)) for n, each in enumerate(lines)]


def shifted(lines: Iterable[Entry], seconds: float) -> list[Entry]:
    """As another call of dmesg dates the same records."""
    return [replace(each, at_ns=each.at_ns + int(seconds * 1e9)) for each in lines]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shift", [0.0, 0.98, -0.98])
def test_of_thousands_of_lines_that_arrived_none_is_lost(
    seed: int, shift: float
) -> None:
    lines = normal(seed=seed)
    found = held(shifted(lines, shift), shipped(lines, seed))
    assert found.printed > 3900
    assert found.lost == 0


@pytest.mark.parametrize("number", [1, 7, 100, 1500])
def test_as_many_as_were_dropped_are_counted(number: int) -> None:
    lines = normal()
    dropped = set(Random(5).sample(range(10, len(lines) - 10), number))
    kept = [each for n, each in enumerate(lines) if n not in dropped]
    found = held(lines, shipped(kept))
    unlike = {n for n in dropped if n % 3}
    assert len(unlike) <= found.lost <= number


def test_lines_unlike_each_other_are_counted_to_the_last_one() -> None:
    lines = [line(3500 - n, EVERYDAY.format(n=n)) for n in range(3000)]
    kept = [each for n, each in enumerate(lines) if n % 10]
    found = held(lines, shipped(kept))
    assert found.lost == 300
    assert found.samples[-1] == EVERYDAY.format(n=2990)
    assert found.first_lost == NOW - timedelta(seconds=3500)


def test_of_ten_alike_of_which_seven_arrived_three_are_lost() -> None:
    lines = [line(3000 - 60 * n, "I/O error, dev sdb") for n in range(10)]
    assert held(lines, shipped(lines[:7])).lost == 3


def test_what_is_under_way_is_not_lost() -> None:
    lag = LAG.total_seconds()
    lines = [line(lag + 5, "old"), line(lag - 5, "new"), line(0, "newest")]
    found = held(lines, shipped(lines[:1]))
    assert (found.printed, found.lost) == (1, 0)
    assert found.newest == NOW


def test_a_line_that_comes_late_by_minutes_is_not_lost() -> None:
    lines = [line(1800 - n, EVERYDAY.format(n=n)) for n in range(100)]
    late = [sender(each, n, late=900) for n, each in enumerate(lines)]
    assert held(lines, late).lost == 0


def test_a_line_that_came_by_either_way_is_not_lost() -> None:
    lines = normal(600)
    some = [as_service(each) for each in lines[::2]]
    others = shipped(lines[1::2])
    assert held(lines, [*some, *others]).lost == 0
    assert held(lines, [*map(as_service, lines), *shipped(lines)]).lost == 0


def test_what_two_kinds_of_entries_both_lack_is_lost() -> None:
    lines = [line(3000 - n, EVERYDAY.format(n=n)) for n in range(100)]
    kept = lines[10:]
    assert held(lines, [*map(as_service, kept), *shipped(kept)]).lost == 10


def test_equal_lines_of_one_moment_are_one_to_loki() -> None:
    lines = [line(600, "the same")] * 3
    assert held(lines, shipped(lines[:1])).lost == 0


def test_lines_of_a_boot_are_set_aside_and_counted_apart() -> None:
    lines = [line(3000 - n, EVERYDAY.format(n=n)) for n in range(1200)]
    booted = NOW - timedelta(seconds=3001)
    found = held(lines, [], booted)
    assert found.aside == BOOT.total_seconds() - 1
    assert found.lost == found.printed == 1200 - found.aside


def test_entries_of_before_a_reboot_are_no_lines_of_this_one() -> None:
    before = [line(3500 - n, EVERYDAY.format(n=n)) for n in range(300)]
    after = [line(1000 - n, EVERYDAY.format(n=n)) for n in range(300)]
    booted = NOW - timedelta(seconds=2000)
    assert held(after, [*shipped(before), *shipped(after)], booted).lost == 0
    assert held(after, shipped(before), booted).lost == 300


def test_a_clock_that_is_behind_leaves_more_time_on_the_way() -> None:
    lines = [line(200, "printed just now by a clock that is three minutes behind")]
    slow = stretch_of(lines, NOW, HOUR, None, timedelta(minutes=-3))
    assert compared(lines, [], slow).printed == 0
    right = stretch_of(lines, NOW, HOUR, None)
    assert compared(lines, [], right).lost == 1


def test_bytes_that_are_no_text_are_the_same_in_both() -> None:
    one = line(600, "x \ufffd\ufffd\ufffd y\x1b[31m z")
    other = line(600, "x \ufffd y z")
    assert held([one], shipped([other])).lost == 0


def test_nothing_printed_is_nothing_lost() -> None:
    found = held([], shipped(normal(10)))
    assert (found.printed, found.lost, found.newest) == (0, 0, None)


def test_a_stretch_never_ends_before_it_begins() -> None:
    found = stretch_of([line(0, "x")], NOW, HOUR, None)
    assert found == Stretch(found.until, found.until, None)
