"""A node's own log is kept as bytes, and reads as each of its records does alone."""

from __future__ import annotations

import tracemalloc

from tests.model.kernel_lines import TROUBLE
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, Gap, LogBatch
from tui.present import logs
from tui.present.glyphs import UNICODE
from tui.present.log_lines import EntryTeller, MergedTeller
from tui.present.machine_log import KernelTeller, NodeTeller, kernel_line, merged
from widgets.log_teller import CALM, ERROR
from widgets.ring import Ring
from widgets.values import LogLine, Tone

INFO = {"node": "10.10.0.40", "facility": "kern", "priority": "info"}
BAD = {**INFO, "priority": "err"}
MEGABYTE = 1 << 20


def entries(texts: list[str]) -> tuple[Entry, ...]:
    return tuple(Entry(at, INFO, text) for at, text in enumerate(texts))


def reader(teller: EntryTeller) -> MergedTeller:
    return MergedTeller({"wk-1": teller})


def lines(teller: MergedTeller, batch: LogBatch) -> list[LogLine]:
    told = (("wk-1", each) for each in logs.framed(batch, "wk-1"))
    return [teller.line(held) for held in teller.held(told)]


def test_trouble_is_found_among_many_lines_as_in_one() -> None:
    calm = [f"eth0: link of port {number} is up" for number in range(50)]
    batch = LogBatch(entries([*calm, *(each[0] for each in TROUBLE), *calm]))
    found = lines(reader(KernelTeller(UNICODE, "wk-1")), batch)

    assert found == [kernel_line(e, UNICODE, "wk-1") for e in batch.entries]
    assert all(line.key for line in found[50:-50])
    assert not any(line.key for line in (*found[:50], *found[-50:]))
    assert found[0].tone is Tone.TEXT


def test_an_error_by_the_kernels_own_level_is_one_to_who_looks_for_errors() -> None:
    teller = reader(KernelTeller(UNICODE))
    told = [Entry(1, INFO, "all is well"), Entry(2, BAD, "never seen before")]
    held = teller.held(("wk-1", each) for each in told)
    assert [teller.rank(each) for each in held] == [CALM, ERROR]
    assert [teller.gutter(each) for each in held] == ["", "err"]


def test_what_is_lost_and_what_failed_stands_around_the_entries() -> None:
    fault = Fault(FaultKind.UNREACHABLE, "the node ended the log")
    batch = LogBatch(entries(["a line"]), (Gap(1, 2, "the ring was full"),), fault)
    gap, line, end = lines(reader(NodeTeller(UNICODE, {})), batch)
    assert gap.is_gap
    assert gap.text.startswith("wk-1: gap: ")
    assert (line.text, line.gutter) == ("a line", "")
    assert end.text == "wk-1: the node ended the log; trying again"


def test_logs_of_nodes_are_merged_by_time_and_a_note_stays_behind_its_line() -> None:
    teller = MergedTeller({name: KernelTeller(UNICODE, name) for name in ("a", "b")})
    note = LogLine("b failed", is_gap=True)
    held = [
        teller.held([("a", Entry(1, INFO, "1")), ("a", Entry(4, INFO, "4"))]),
        teller.held([("b", Entry(2, INFO, "2")), ("b", note)]),
    ]
    found = [teller.line(each) for each in merged(held, teller.at_ns)]
    assert [line.text for line in found] == ["1", "2", "b failed", "4"]
    assert [line.gutter for line in found] == ["a", "b", "", "a"]


def test_a_hundred_thousand_lines_of_dmesg_take_less_than_25_megabytes() -> None:
    teller, count = reader(KernelTeller(UNICODE, "wk-1")), 100_000
    ring: Ring[object] = Ring(count)
    tracemalloc.start()
    try:
        for first in range(0, count, 500):
            numbers = range(first, first + 500)
            told = (
                Entry(n, INFO, f"br-lan: port 2(veth{n:08x}) entered forwarding state")
                for n in numbers
            )
            ring.extend(teller.held(("wk-1", each) for each in told))
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(ring) == count
    assert taken < 25 * MEGABYTE
