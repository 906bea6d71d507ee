"""When the last incident was, as far as the notes of a record tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tui.model.taped import TapeNote
from tui.report.values import Stretch

_APART = timedelta(minutes=30)
"""What turned real so long after all before it belongs to another incident."""
_BEFORE = timedelta(minutes=2)
_AFTER = timedelta(minutes=5)
_USUAL = timedelta(hours=1)


def last_incident(
    notes: Sequence[TapeNote], first: datetime, last: datetime
) -> Stretch:
    """From shortly before something turned real to shortly after it was over.

    When nothing did, the last hour of the record.

    notes   oldest first
    """
    told = [each for each in notes if first <= each.at <= last]
    real = [each.at for each in told if each.tone == "real"]
    if not real:
        return Stretch(max(first, last - _USUAL), last)
    begin = real[-1]
    for at in reversed(real):
        if begin - at > _APART:
            break
        begin = at
    end = real[-1]
    for each in told:
        if each.tone in {"better", "mark"} and timedelta() < each.at - end <= _APART:
            end = each.at
    return Stretch(max(first, begin - _BEFORE), min(last, end + _AFTER))
