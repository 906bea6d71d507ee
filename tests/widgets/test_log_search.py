from __future__ import annotations

from time import thread_time

import pytest

from widgets.log_search import LogFilter, LogSearch, Pattern
from widgets.log_teller import LineTeller
from widgets.ring import Ring
from widgets.values import LogLine, Tone

LINES = (
    LogLine("BTRFS error (device sdb)", Tone.CRITICAL),
    LogLine("calm"),
    LogLine("gap: 40 entries lost", is_gap=True),
    LogLine("iscsi: reconnected", Tone.WARNING),
)


def ring_of(*lines: LogLine) -> Ring[LogLine]:
    ring: Ring[LogLine] = Ring(100)
    ring.extend(lines)
    return ring


def passing(chosen: LogFilter) -> list[str]:
    ring = ring_of(*LINES)
    test = chosen.test(ring, LineTeller())
    return [
        line.text.split()[0] for number, line in enumerate(LINES) if test(number, line)
    ]


def test_small_letters_find_capitals_but_not_the_other_way_round() -> None:
    assert Pattern("btrfs").finds("BTRFS error")
    assert not Pattern("BTRFS").finds("btrfs info")


def test_what_is_no_regular_expression_is_found_as_it_stands() -> None:
    assert Pattern("(device").finds("error (device sdb)")
    assert not Pattern("(device").finds("none")


def test_no_pattern_takes_for_ever() -> None:
    text = "a" * 50_000 + "!"
    for typed in ("(a+)+$", "(a|aa)+$", "(.*)*b"):
        begin = thread_time()
        assert not Pattern(typed).finds(text)
        assert thread_time() - begin < 1


def test_what_is_found_is_counted_in_letters() -> None:
    assert list(Pattern("fehler").stretches("größer: FEHLER \ud800 fehler")) == [
        (8, 14),
        (17, 23),
    ]


def test_half_a_letter_is_looked_for_without_harm() -> None:
    assert not Pattern("\ud800").finds("calm")
    assert Pattern("c.\u0308?").finds("calm \udfff")


@pytest.mark.parametrize("typed", ["(?=er)", r"(a)\1", "a{2000}"])
def test_what_re2_has_not_is_said_to_be_no_expression(typed: str) -> None:
    assert Pattern(typed).is_literal
    assert Pattern(typed).finds(f"x{typed}x")


def test_an_empty_match_marks_nothing() -> None:
    assert list(Pattern("x*").stretches("axxa")) == [(1, 3)]


@pytest.mark.parametrize(
    ("chosen", "texts"),
    [
        (LogFilter("btrfs|calm"), ["BTRFS", "calm", "gap:"]),
        (LogFilter("!btrfs|calm"), ["gap:", "iscsi:"]),
        (LogFilter(level=1), ["BTRFS", "gap:", "iscsi:"]),
        (LogFilter(level=2), ["BTRFS", "gap:"]),
        (LogFilter("!sdb", level=1), ["gap:", "iscsi:"]),
    ],
)
def test_a_filter_lets_pass(chosen: LogFilter, texts: list[str]) -> None:
    assert passing(chosen) == texts


@pytest.mark.parametrize("typed", ["", "!"])
def test_a_filter_without_a_pattern_hides_nothing(typed: str) -> None:
    assert LogFilter(typed).is_open


def test_a_filter_says_what_passes() -> None:
    assert LogFilter("!sdb", 1, 2).words == "& !sdb, warnings and errors, ±2"


def test_only_lines_that_are_shown_are_found() -> None:
    shown = LogFilter("sdb")
    search = LogSearch("e", ring_of(*LINES), LineTeller(), shown)
    search.read(lambda: False)
    assert [search.at(place) for place in range(len(search))] == [0, 2]
