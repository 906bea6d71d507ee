"""The bar of time: where one is in the record, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tui.present.glyphs import Marks
from tui.present.happened import MARK
from tui.present.units import moment
from widgets.values import Line, Span, Tone

if TYPE_CHECKING:
    from tui.model.taped import TapeNote

REFUSAL = "This is the past: nothing can be changed. end leads back to now."
_SIGNS = {"real": ("!", Tone.CRITICAL), "mark": (MARK, Tone.ACCENT)}
_RANK = ("real", "mark")


def bar(
    span: tuple[datetime, datetime],
    at: datetime,
    notes: Iterable[TapeNote],
    width: int,
    marks: Marks,
) -> Line:
    """The record from end to end: `!` where something turned real, `#` for marks."""
    first, last = span
    left, right = f" {moment(first)} ", f" {moment(last)} "
    room = max(1, width - len(left) - len(right))
    spread = (last - first).total_seconds() or 1.0

    def place(then: datetime) -> int:
        share = (then - first).total_seconds() / spread
        return min(room - 1, max(0, int(share * room)))

    cells = [(marks.glyphs.box.horizontal, Tone.QUIET)] * room
    told = [each for each in notes if first <= each.at <= last]
    for note in sorted(told, key=lambda each: each.tone == _RANK[0]):
        cells[place(note.at)] = _SIGNS.get(note.tone, ("+", Tone.TEXT))
    sign, tone = cells[place(at)]
    found = [Span(text, tone) for text, tone in cells]
    here = tone if sign == "!" else Tone.ACCENT
    found[place(at)] = Span(marks.up, here, bold=True)
    return (Span(left, Tone.QUIET), *found, Span(right, Tone.QUIET))
