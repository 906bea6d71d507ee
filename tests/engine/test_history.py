"""What nodes' numbers were."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta

from msgspec.structs import replace

from tests.clock import START
from tui.engine.history import History
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import FeedKey, SourceKind
from tui.model.machine import CpuUse, Detail, DiskRate, Moment, Vitals
from tui.model.reading import Reading

VITALS = Vitals(None, 4, 100, 40, 1.0, 1.0, 1.0, None)
DISKS = (DiskRate("sda", 10.0, 20.0, 0.5),)


def key(feed: str, address: str = "10.0.0.1") -> FeedKey:
    return FeedKey(SourceKind.TALOS, f"prod/{address}", feed)


def vitals(history: History, at: datetime) -> None:
    history.note(key("vitals"), Reading(VITALS, at, None, 1))


def test_each_answer_is_a_moment_of_its_own_node() -> None:
    history = History()
    vitals(history, START)
    history.note(key("vitals", "10.0.0.2"), Reading(VITALS, START, None, 1))
    assert [each.at for each in history.of("prod/10.0.0.1")] == [START]
    assert history.of("prod/10.0.0.9") == ()


def test_a_detail_is_a_moment_of_its_own_and_leaves_the_vitals_alone() -> None:
    history = History()
    vitals(history, START)
    later = START + timedelta(seconds=3)
    history.note(key("detail"), Reading(Detail(disks=DISKS), later, None, 1))
    first, second = history.of("prod/10.0.0.1")
    assert (first.vitals, first.disks) == (VITALS, None)
    assert (second.at, second.vitals, second.disks) == (later, None, DISKS)


def test_numbers_come_back_as_they_were() -> None:
    history = History()
    at = START + timedelta(microseconds=123_457)
    use = CpuUse(0.1, 0.2, 0.3, 0.4)
    full = replace(VITALS, cpu=use, memory_total_bytes=2**48 + 1, booted_at=START)
    history.note(key("vitals"), Reading(full, at, None, 1))
    assert history.of("prod/10.0.0.1") == (Moment(at, full),)


def test_a_failure_is_no_moment() -> None:
    history = History()
    fault = Fault(FaultKind.TIMEOUT, "no answer")
    history.note(key("vitals"), Reading(VITALS, START, fault, 2))
    assert history.of("prod/10.0.0.1") == ()


def test_an_hour_is_kept() -> None:
    history = History()
    for minutes in range(90):
        vitals(history, START + timedelta(minutes=minutes))
    kept = history.of("prod/10.0.0.1")
    assert len(kept) == 61
    assert kept[-1].at == START + timedelta(minutes=89)


def test_a_hundred_nodes_take_some_megabytes() -> None:
    tracemalloc.start()
    history = History()
    for second in range(0, 3600, 10):
        for node in range(100):
            reading = Reading(VITALS, START + timedelta(seconds=second), None, 1)
            history.note(key("vitals", f"10.0.1.{node}"), reading)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 6 * 2**20
