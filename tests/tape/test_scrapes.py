"""Many targets cost little to record, and come back exactly as they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from tui.model.kept import Kept
from tui.model.target import Health, Since, Target, TargetRow
from tui.tape.packing import SCRAPED, Packer
from tui.tape.scrapes import FEWEST
from tui.tape.unpacking import Unpacker
from tui.triage.inventory import rows

BEGIN = datetime(2026, 9, 25, 3, tzinfo=UTC)


def target(number: int) -> Target:
    return Target(
        labels={"job": "node", "instance": f"10.0.0.{number:05d}:9100"},
        health=Health.UP if number % 7 else Health.DOWN,
        scrape_pool="node",
        scrape_url=f"http://10.0.0.{number}:9100/metrics",
        last_error="" if number % 7 else "connection refused",
        last_scrape=BEGIN + timedelta(microseconds=number) if number % 11 else None,
        scrape_seconds=number / 7e4,
        interval_seconds=30.0,
        timeout_seconds=10.0,
    )


MANY = rows(tuple(map(target, range(FEWEST))), ())


def scraped_again(row: TargetRow, seconds: float) -> TargetRow:
    if row.target is None:
        return row
    at = BEGIN + timedelta(seconds=seconds)
    again = replace(row.target, last_scrape=at, scrape_seconds=seconds / 3e3)
    return replace(row, target=again)


def later(before: Sequence[TargetRow], seconds: float, share: int) -> Kept[TargetRow]:
    """The same rows, of which one in `share` was scraped since."""
    pairs = enumerate(before)
    return Kept(scraped_again(r, seconds) if n % share == 0 else r for n, r in pairs)


def read(packer: Packer, *readings: object) -> list[object]:
    """Packed one after the other, and had again in the same order."""
    unpacker, roots = Unpacker(), []
    for reading in readings:
        objects, root = packer.pack(reading)
        unpacker.add([msgspec.Raw(each) for each in objects])
        roots.append(root)
    return [unpacker.value(root) for root in roots]


def test_rows_that_were_scraped_again_come_back_as_they_were() -> None:
    second = later(MANY, 30.000_001, 2)
    third = later(second, 60.5, 3)
    assert read(Packer(), MANY, second, third) == [MANY, second, third]


def test_a_later_reading_is_had_without_those_before() -> None:
    packer, unpacker = Packer(), Unpacker()
    reading, root = MANY, None
    for number in range(1, 9):
        reading = later(reading, 30.0 * number, number)
        objects, root = packer.pack(reading)
        unpacker.add([msgspec.Raw(each) for each in objects])
    assert unpacker.value(root) == reading


@pytest.mark.parametrize(
    "other",
    [
        {"health": Health.ABSENT, "target": None},
        {"health": Health.DOWN},
        {"reason": "not ours"},
        {"since": Since(BEGIN)},
        {"target": replace(target(1), last_error="no route to host")},
        {"target": replace(target(1), labels={"job": "node"})},
        {"target": replace(target(1), last_scrape=None)},
        {"target": replace(target(1), timeout_seconds=3.0)},
    ],
    ids=" ".join,
)
def test_a_row_that_says_something_new_is_recorded_whole(
    other: dict[str, object],
) -> None:
    second = list(later(MANY, 30, 2))
    second[3] = replace(second[3], **other)
    third = later(second, 60, 3)
    assert read(Packer(), MANY, Kept(second), third) == [MANY, Kept(second), third]


def test_other_rows_come_back_whatever_was_before() -> None:
    fewer, turned = Kept(MANY[1:]), Kept(MANY[::-1])
    assert read(Packer(), MANY, fewer, turned, MANY) == [MANY, fewer, turned, MANY]


def test_any_succession_of_readings_comes_back() -> None:
    random = Random(4)
    reading, readings = MANY, [MANY]
    for number in range(12):
        made = list(later(reading, 10.0 * number, random.randint(1, 9)))
        for _ in range(random.randint(0, 3)):
            at = random.randrange(len(made))
            made[at] = replace(made[at], reason=str(random.random()))
        reading = Kept(made)
        readings.append(reading)
    assert read(Packer(), *readings) == readings


def test_a_scrape_costs_few_bytes_and_no_object() -> None:
    packer = Packer()
    packer.pack(MANY)
    objects, _ = packer.pack(later(MANY, 30, 1))
    assert len(objects) == 1
    assert len(objects[0]) < FEWEST * 21


def test_readings_of_before_are_let_go() -> None:
    packer, reading = Packer(), MANY
    for number in range(1, 4):
        packer.pack(reading)
        reading = later(reading, 30 * number, 1)
    held = [each for each in packer._kept if isinstance(each, Kept)]
    assert len(held) == 1


def test_rows_of_targets_that_were_scraped_again_are_let_go() -> None:
    packer, reading = Packer(), later(MANY, 5, 1)
    for number in range(6):
        packer.pack(reading)
        reading = later(reading, 30 * number + 30, 1)
    assert not any(type(each) is TargetRow for each in packer._kept)


def test_damaged_positions_are_left_out_and_harm_nothing_else() -> None:
    unpacker = Unpacker()
    objects, _ = Packer().pack(MANY)
    packed = [msgspec.Raw(each) for each in objects]
    far = [SCRAPED, len(packed) - 1, b"\xff" * 4, b"\0" * 8, b"\0" * 8, []]
    torn = [SCRAPED, len(packed) - 1, b"\xff" * 3, b"", b"", []]
    ours = far, torn, [-1, len(packed), len(packed) + 1, "kept"]
    packed += [msgspec.Raw(msgspec.msgpack.encode(each)) for each in ours]
    unpacker.add(packed)
    assert unpacker.value(len(packed) - 1) == ("kept",)
