"""What is told of another day carries its date, on both sides of midnight.

Times are UTC, wherever the terminal stands; what is typed is of its own zone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from tests.estate import BTRFS, make_silence
from tests.remembered import CHANGES
from tui.model.event import Event, Mark, Turn
from tui.model.silence import Silence
from tui.model.unix import to_ns
from tui.present import change, finding, happened, silence, silenced
from tui.present.glyphs import UNICODE
from tui.present.log_bars import Steps, bars
from tui.present.units import between, brief_moment, clock, day_and_time
from tui.silencing.span import parse_end

BERLIN = ZoneInfo("Europe/Berlin")
BEFORE = datetime(2026, 11, 20, 23, 59, 50, tzinfo=UTC)
AFTER = datetime(2026, 11, 21, 0, 0, 10, tzinfo=UTC)
LOCAL = datetime(2026, 11, 21, 0, 30, tzinfo=BERLIN)
"""Of the 20th in UTC, and of the 21st on the wall."""


@pytest.mark.parametrize("now", [BEFORE, LOCAL], ids=["utc", "local"])
def test_a_time_of_the_same_day_of_utc_has_no_date(now: datetime) -> None:
    at = datetime(2026, 11, 20, 0, 5, 1, tzinfo=UTC)
    assert clock(at, now) == "00:05"
    assert day_and_time(at, now) == "00:05:01"
    assert brief_moment(at.astimezone(BERLIN), now) == "00:05:01"


@pytest.mark.parametrize("zone", [UTC, BERLIN], ids=["utc", "local"])
def test_a_second_of_yesterday_has_its_date(zone: tzinfo) -> None:
    at, now = BEFORE.astimezone(zone), AFTER.astimezone(zone)
    assert clock(at, now) == "2026-11-20 23:59"
    assert day_and_time(at, now) == "2026-11-20 23:59:50"
    assert brief_moment(at, now) == "Nov 20 23:59"


def test_a_span_tells_each_day_once() -> None:
    assert between(BEFORE, BEFORE, BEFORE) == "at 23:59:50"
    assert between(BEFORE, BEFORE, AFTER) == "at 2026-11-20 23:59:50"
    across = "2026-11-20 23:59:50 to 2026-11-21 00:00:10"
    assert between(BEFORE, AFTER, AFTER) == across


@pytest.mark.parametrize("zone", [UTC, BERLIN], ids=["utc", "local"])
def test_the_history_dates_what_happened_yesterday(zone: tzinfo) -> None:
    at = BEFORE.astimezone(zone)
    event = Event(at, Turn.BEGAN, Mark("disk pulled", "ops"))
    turned = replace(CHANGES[0], at=at, after=None)
    for now, told in ((BEFORE, "23:59:50"), (AFTER, "Nov 20 23:59")):
        row = happened.event_row(event, now, UNICODE, is_wide=True)
        assert row.cells[0].text == told
        assert change.short_when(turned, now) == told


def until_after_midnight() -> Silence:
    """Made before midnight, and it ends behind it."""
    return replace(make_silence(), ends_at=AFTER + timedelta(hours=1))


def test_the_end_of_a_silence_has_its_date_until_it_is_today() -> None:
    event = Event(BEFORE, Turn.BEGAN, until_after_midnight())
    assert "until 2026-11-21 01:00" in happened.event_text(event, BEFORE)
    assert "until 01:00" in happened.event_text(event, AFTER)


def test_an_end_typed_before_midnight_of_the_wall_is_the_next_one() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=BERLIN)
    end = parse_end("01:00", late, BERLIN)
    assert end == datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
    assert silence.end_text(end, BERLIN) == "2026-11-21 01:00"
    assert clock(end, late) == "2026-11-21 00:00"
    assert parse_end("01:00", LOCAL, BERLIN) == end


def test_a_row_is_made_anew_when_its_day_ends() -> None:
    assert silenced.row_changes(BEFORE) == AFTER - timedelta(seconds=10)
    assert silenced.row_changes(LOCAL) == AFTER - timedelta(seconds=10)


def test_the_evidence_of_the_kernel_log_has_its_date() -> None:
    found = replace(BTRFS, first=BEFORE, last=AFTER)
    item = finding.kernel_item(found, "prod", AFTER, UNICODE)
    assert "2026-11-20 23:59:50 to 2026-11-21 00:00:10 UTC" in item.claim


def test_a_histogram_across_midnight_dates_both_its_ends() -> None:
    steps = Steps(to_ns(BEFORE), to_ns(AFTER), 10)
    shown = bars(steps, [1, 2], [0, 0])
    assert (shown.begin, shown.end) == ("11-20 23:59", "11-21 00:00")
    hour = Steps(to_ns(BEFORE) - 600 * 10**9, to_ns(BEFORE), 10)
    assert bars(hour, [1], [0]).begin == "23:49"
