"""The marks on the bar of time say what was good news, and what was not."""

from __future__ import annotations

import pytest

from tests.chronicle.scenes import fleet, judged
from tests.chronicle.test_changes import follow
from tests.judged import NOW
from tui.model.alert import Verdict
from tui.tape.notes import note


@pytest.mark.parametrize(
    ("was", "verdict", "tone"),
    [
        (Verdict.FALSE_POSITIVE, Verdict.REAL, "real"),
        (Verdict.REAL, Verdict.FALSE_POSITIVE, "better"),
        (Verdict.FALSE_POSITIVE, Verdict.UNDECIDED, "news"),
    ],
)
def test_what_is_no_longer_known_is_no_better(
    was: Verdict, verdict: Verdict, tone: str
) -> None:
    changes = follow((0, fleet([judged(was)], 0)), (10, fleet([judged(verdict)], 10)))
    assert note(changes[-1], NOW).tone == tone
