"""How often a node is heard, and from when on it is silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tui.model.log import Entry
from tui.model.pipeline import Voice
from tui.triage.kernel_log import runs
from tui.triage.voice import LEAST_HEARD, heard, is_silent, longest_pause, silent_after

NOW = datetime(2026, 2, 27, 2, 0, tzinfo=UTC)
HOUR = 3600


def entry(seconds_ago: float, node: str = "a", **labels: str) -> Entry:
    at = NOW - timedelta(seconds=seconds_ago)
    return Entry(int(at.timestamp() * 1e9), {"host": node, **labels}, "line")


def every(seconds: float, until: float = 0) -> list[Entry]:
    """Entries of one hour, the newest so many seconds ago."""
    number = int((HOUR - until) / seconds)
    return [entry(until + seconds * place) for place in reversed(range(number))]


def voice(entries: list[Entry]) -> Voice:
    return heard({}, runs(entries))["a"]


def silent(entries: list[Entry], later: float = 0) -> bool | None:
    return is_silent(voice(entries), NOW + timedelta(seconds=later))


def test_a_node_that_writes_ten_a_second_is_silent_within_a_minute() -> None:
    busy = every(0.1)
    assert silent(busy, later=40) is False
    assert silent(busy, later=50) is True


def test_one_that_writes_every_five_minutes_is_not_silent_after_three() -> None:
    calm = every(300)
    assert silent(calm, later=180) is False
    assert silent(calm, later=550) is False
    assert silent(calm, later=650) is True


def test_one_that_writes_once_an_hour_has_no_rhythm_to_be_judged_by() -> None:
    assert silent([entry(3000), entry(10)], later=180) is None
    assert silent([entry(3000), entry(10)], later=100_000) is None


@pytest.mark.parametrize("seconds", [5, 8, 30, 60, 120])
def test_whatever_the_pace_twice_the_longest_pause_is_enough(seconds: float) -> None:
    pause = longest_pause(voice(every(seconds)))
    assert pause is not None
    assert seconds <= pause <= seconds + 5
    assert silent_after(voice(every(seconds))) == max(45, 2 * pause)


def test_order_and_repetition_of_entries_make_no_difference() -> None:
    wanted = heard({}, runs(every(8)))
    shuffled = every(8) * 2
    Random(3).shuffle(shuffled)
    found: Mapping[str, Voice] = {}
    for start in range(0, len(shuffled), 17):
        found = heard(found, runs(shuffled[start : start + 17]))
    assert found == wanted


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    old = [entry(2 * HOUR - x) for x in range(0, 600, 60)]
    found = heard(heard({}, runs(old)), runs([entry(0)]))["a"]
    assert longest_pause(found) is None
    assert found.last == NOW


def test_each_node_has_a_rhythm_of_its_own_and_the_nameless_none() -> None:
    nameless = Entry(1, {"job": "talos-kernel"}, "line")
    found = heard({}, runs([*every(8), entry(9, "b"), nameless]))
    assert set(found) == {"a", "b"}


def test_an_entry_of_a_service_tells_that_services_are_sent() -> None:
    kernel = entry(5, talos_service="kernel")
    found = heard({}, runs([entry(60, talos_service="apid"), kernel]))["a"]
    assert found.services_last == NOW - timedelta(seconds=60)
    assert heard({}, runs([kernel]))["a"].services_last is None


def test_a_node_may_be_named_by_structured_metadata() -> None:
    named = Entry(1_000_000_000, {"job": "x"}, "line", {"node": "a"})
    assert heard({}, runs([named]))["a"].is_metadata


def test_doubts_of_a_node_do_not_come_and_go() -> None:
    """At the worst pace, about as often as it takes to have a rhythm, at random."""
    random = Random(7)
    hours, pause = 40, 3600 / LEAST_HEARD
    times = [0.0]
    while times[-1] < hours * 3600:
        times.append(times[-1] + random.expovariate(1 / pause))
    known: Mapping[str, Voice] = {}
    was_doubted, begun, next_ = True, 0, 0
    for seconds in range(0, hours * 3600, 30):
        came = []
        while times[next_] <= seconds:
            came.append(entry(-times[next_]))
            next_ += 1
        known = heard(known, runs(came)) if came else known
        at = NOW + timedelta(seconds=seconds)
        is_doubted = "a" not in known or is_silent(known["a"], at) is not False
        begun += is_doubted and not was_doubted
        was_doubted = is_doubted
    assert 0 < begun < hours
