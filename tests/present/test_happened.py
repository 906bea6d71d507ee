from __future__ import annotations

import pytest

from tests.chronicle.scenes import at, silence
from tests.judged import NOW
from tui.model.alert import Verdict
from tui.model.event import Connection, Event, Turn
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import FeedKey, SourceKind
from tui.present import happened
from tui.present.glyphs import UNICODE
from widgets.values import Cell

DOWN = Finding(FindingKind.NODE_UNREACHABLE, Verdict.REAL, "wk-1", "wk-1 is down", "no")
LOKI = FeedKey(SourceKind.LOKI, "http://loki:3100", "")
MADE = silence(made=at(-60), hours=2, comment="reboot\nof wk-1", by="mia")


def plain_of(cell: Cell) -> str:
    return cell.text or "".join(span.text for span in cell.spans)


def told(event: Event) -> str:
    row = happened.event_row(event, NOW, UNICODE, is_wide=True)
    return " | ".join(plain_of(cell) for cell in row.cells)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            Event(at(-5), Turn.BEGAN, DOWN, "prod"),
            "began ✖ REAL | wk-1 is down | prod | no",
        ),
        (
            Event(at(-5), Turn.CHANGED, DOWN, "prod"),
            "is now ✖ REAL | wk-1 is down | prod | no",
        ),
        (
            Event(at(-5), Turn.ENDED, DOWN, "prod", 180.0),
            "ended | wk-1 is down | prod | after 3m",
        ),
        (Event(at(-5), Turn.ENDED, DOWN, "prod"), "ended | wk-1 is down | prod | "),
        (
            Event(at(-60), Turn.BEGAN, MADE),
            'silence made | alertname="KubeProxyDown" |  | by mia until ',
        ),
        (
            Event(at(-5), Turn.ENDED, MADE, "", 7200.0),
            'silence ended | alertname="KubeProxyDown" |  | by mia after 2h',
        ),
        (
            Event(at(-5), Turn.BEGAN, Connection(LOKI, "refused"), "prod"),
            "does not answer | Loki http://loki:3100 | prod | refused",
        ),
        (
            Event(at(-5), Turn.ENDED, Connection(LOKI), "", 65.0),
            "answers again | Loki http://loki:3100 |  | after 1m",
        ),
    ],
)
def test_each_kind_of_event_is_told_in_its_own_words(event: Event, words: str) -> None:
    assert words in told(event)


def test_a_comment_of_several_lines_is_one() -> None:
    assert "reboot of wk-1" in told(Event(at(-60), Turn.BEGAN, MADE))
