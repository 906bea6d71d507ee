"""What a moment of the record tells of nodes, beside what the screens of then said."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from tests.estate import make_fleet
from tests.judged import NOW
from tui.model.bounds import Bounds
from tui.model.fleet import Fleet
from tui.model.machine import Detail, DiskRate
from tui.model.reading import Reading
from tui.model.taped import Taped
from tui.state.worker import Worker
from tui.tape.past import Numbers, PastBackend, numbers
from tui.tape.shelf import Shelf
from tui.tape.writer import Writer

KEPT = Path(__file__).parents[1] / "data" / "tape" / "format-1.tape"


def seen(fleet: Fleet, detail: Reading[Detail]) -> Fleet:
    """The fleet, with the first node of each cluster on somebody's screen."""
    clusters = (
        replace(each, nodes=(replace(each.nodes[0], detail=detail), *each.nodes[1:]))
        for each in fleet.clusters
        if each.nodes
    )
    return replace(fleet, clusters=tuple(clusters))


async def test_what_nobody_read_of_a_node_then_is_said_to_be_unrecorded() -> None:
    taped = Taped(NOW, seen(make_fleet(), Reading()))
    past = PastBackend(taped, Shelf(KEPT), Worker("past"), lambda: None)
    detail = past.fleet.clusters[0].nodes[0].detail
    assert detail.observed_at is None
    assert detail.value is not None
    why = "not recorded: nobody looked at it then"
    assert detail.value.unavailable["processes"] == why
    assert detail.value.unavailable["links"] == why


def test_numbers_that_were_read_already_are_the_same_when_time_goes_on() -> None:
    shelf = Shelf(KEPT)
    first, last = shelf.span()
    early = numbers(shelf, Numbers(), first + (last - first) / 2)
    later = numbers(shelf, early.until(last), last)
    assert later == numbers(shelf, Numbers(), last)
    assert later.at == last
    assert any(len(each) > 1 for each in later.of.values())


def test_of_an_earlier_moment_no_later_numbers_are_known() -> None:
    shelf = Shelf(KEPT)
    first, last = shelf.span()
    early = numbers(shelf, Numbers(), last).until(first)
    assert early.at is None
    assert all(each.at <= first for known in early.of.values() for each in known)


def test_rates_of_disks_are_as_well_recorded_as_vitals(tmp_path: Path) -> None:
    hand = Writer(tmp_path, "run", Bounds(), {})
    disk = DiskRate("sda", 1.0, 2.0, 0.1)
    for seconds in range(3):
        at = NOW + timedelta(seconds=2 * seconds)
        hand.write(Taped(at, seen(make_fleet(), Reading(Detail(disks=(disk,)), at))))
    hand.close()
    at = NOW + timedelta(seconds=4)
    found = numbers(Shelf(tmp_path), Numbers(), at).of
    node = make_fleet().clusters[0].nodes[0].address
    rates = [each for each in found["prod", node] if each.disks]
    assert [each.at for each in rates] == [NOW, NOW + timedelta(seconds=2), at]
