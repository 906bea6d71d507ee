from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judged import NOW
from tui.silencing import span
from tui.silencing.grammar import WordingError


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("4h", timedelta(hours=4)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("8760h", timedelta(days=365)),
        ("1w", timedelta(weeks=1)),
        (" 90m ", timedelta(minutes=90)),
        ("1y", timedelta(days=365)),
        ("for good", timedelta(days=365)),
    ],
)
def test_durations_are_read_as_one_writes_them(text: str, length: timedelta) -> None:
    assert span.parse_end(text, NOW) == NOW + length


@pytest.mark.parametrize(
    "text", ["2026-11-21 08:00", "2026-11-21T08:00:00Z", "2026-11-21T10:00:00+02:00"]
)
def test_end_times_are_utc_unless_they_say_otherwise(text: str) -> None:
    assert span.parse_end(text, NOW) == datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        # NOW is Saturday the 21st, 02:13.
        ("until monday 08:00", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("Mon 8:00", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("monday", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("saturday 02:00", datetime(2026, 11, 28, 2, tzinfo=UTC)),
        ("saturday 02:14", datetime(2026, 11, 21, 2, 14, tzinfo=UTC)),
        ("tomorrow 18:00", datetime(2026, 11, 22, 18, tzinfo=UTC)),
        ("08:00", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("01:00", datetime(2026, 11, 22, 1, tzinfo=UTC)),
        ("monday 08:00 +02:00", datetime(2026, 11, 23, 6, tzinfo=UTC)),
    ],
)
def test_ends_are_read_as_people_say_them(text: str, end: datetime) -> None:
    assert span.parse_end(text, NOW) == end


def test_a_day_is_one_of_the_zone_in_which_it_is_said() -> None:
    auckland = timezone(timedelta(hours=13))
    assert span.parse_end("sunday 08:00", NOW, auckland) == datetime(
        2026, 11, 21, 19, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "say how long"),
        ("soon", "neither a duration"),
        ("4", "neither a duration"),
        ("1.5h", "neither a duration"),
        ("0h", "already over"),
        ("today 01:00", "already over"),
        ("2026-11-20 08:00", "already over"),
        ("1h2h", "names a unit twice"),
        ("2h1d", "larger unit first"),
        ("999y", "more than 292 years"),
        ("h4", "neither a duration"),
        ("25:00", "no time of day"),
        ("08:00 +25:00", "neither a duration"),
        ("monday 08:00 -01:99", "neither a duration"),
    ],
)
def test_what_is_no_duration_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(WordingError, match=words):
        span.parse_end(text, NOW)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_written_span_is_read_back(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert span.parse_duration(span.written(length)) == length


@pytest.mark.parametrize("text", ["9999-01-01 00:00", "9999-12-31 23:59"])
def test_an_end_that_no_server_can_keep_is_refused(text: str) -> None:
    with pytest.raises(WordingError, match="9998 is the last year"):
        span.parse_end(text, NOW)


@pytest.mark.parametrize("text", ["02:30", "sunday 02:30", "2026-10-25 02:30"])
@pytest.mark.parametrize(("minute", "hour"), [(15, 0), (45, 1)])
def test_of_the_hour_that_clocks_show_twice_the_one_that_is_ahead_counts(
    text: str, minute: int, hour: int
) -> None:
    now = datetime(2026, 10, 25, 0, minute, tzinfo=UTC)
    end = span.parse_end(text, now, ZoneInfo("Europe/Berlin"))
    assert end == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["02:30", "sunday 02:30", "2026-03-29 02:30"])
def test_a_time_that_clocks_leave_out_is_as_long_after_the_one_before(
    text: str,
) -> None:
    now = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)
    end = span.parse_end(text, now, ZoneInfo("Europe/Berlin"))
    assert end == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
