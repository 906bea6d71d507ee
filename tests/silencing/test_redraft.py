from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.estate import make_silence
from tests.judged import NOW, ago
from tui.model.silence import Silence, SilenceState
from tui.silencing.grammar import WordingError
from tui.silencing.redraft import created_again, edited, extended

HOUR = timedelta(hours=1)
SILENCE = make_silence()
OVER = replace(SILENCE, state=SilenceState.EXPIRED, ends_at=ago(days=1))


def test_a_longer_one_keeps_all_but_its_end() -> None:
    assert extended(SILENCE, HOUR, NOW) == replace(
        edited(SILENCE), ends_at=SILENCE.ends_at + HOUR
    )


def test_one_that_is_over_begins_anew() -> None:
    draft = extended(OVER, HOUR, NOW)
    assert (draft.id, draft.starts_at, draft.ends_at) == ("", NOW, NOW + HOUR)
    assert (draft.matchers, draft.comment) == (SILENCE.matchers, SILENCE.comment)


@pytest.mark.parametrize("years", [2, 9])
@pytest.mark.parametrize("silence", [SILENCE, OVER])
def test_one_that_would_outlast_the_calendar_is_refused_in_words(
    silence: Silence, years: int
) -> None:
    end = NOW.replace(year=9997)
    late = replace(silence, ends_at=end)
    with pytest.raises(WordingError, match="9998 is the last year"):
        extended(late, years * 365 * 24 * HOUR, end)


def test_who_makes_it_again_may_sign_it() -> None:
    assert created_again(OVER, NOW + HOUR, NOW, "ada").created_by == "ada"
    assert created_again(OVER, NOW + HOUR, NOW).created_by == SILENCE.created_by
