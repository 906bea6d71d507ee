from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tui.clock import SystemClock
from tui.silencing.span import parse_end


@pytest.fixture
def amsterdam(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Needs no database of zones: the rule itself."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("amsterdam")
def test_the_operators_zone_knows_when_the_clocks_are_changed() -> None:
    zone = SystemClock().zone
    summer, winter = datetime(2026, 7, 1, 8), datetime(2026, 12, 1, 8)  # noqa: DTZ001 - told next
    for naive, hours, name in ((summer, 2, "CEST"), (winter, 1, "CET")):
        at = naive.replace(tzinfo=zone)
        assert at.utcoffset() == timedelta(hours=hours)
        assert at.dst() == timedelta(hours=hours - 1)
        assert at.tzname() == name
        assert at.astimezone(UTC).hour == 8 - hours
        assert at.astimezone(UTC).astimezone(zone) == at


@pytest.mark.usefixtures("amsterdam")
def test_until_monday_is_the_operators_monday_even_when_clocks_change_before() -> None:
    saturday = datetime(2026, 10, 24, 12, tzinfo=UTC)  # summer time ends that night
    end = parse_end("until Monday 08:00", saturday, SystemClock().zone)
    assert end == datetime(2026, 10, 26, 7, tzinfo=UTC)


@pytest.mark.usefixtures("amsterdam")
def test_the_hour_that_comes_twice_is_two_hours() -> None:
    zone = SystemClock().zone
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for at, name in ((first, "CEST"), (first + timedelta(hours=1), "CET")):
        local = at.astimezone(zone)
        assert f"{local:%H:%M %Z}" == f"02:30 {name}"
        assert local.astimezone(UTC) == at


@pytest.mark.usefixtures("amsterdam")
def test_a_time_in_the_hour_that_is_left_out_is_an_hour_later() -> None:
    zone = SystemClock().zone
    at = datetime(2026, 3, 29, 2, 30, tzinfo=zone).astimezone(UTC)
    assert at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert f"{at.astimezone(zone):%H:%M %Z}" == "03:30 CEST"


@pytest.mark.usefixtures("amsterdam")
@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-10-24T22:00", "2026-10-25T00:30"),
        ("2026-10-25T00:45", "2026-10-25T01:30"),
        ("2026-10-25T01:45", "2026-10-26T01:30"),
        ("2026-03-28T22:00", "2026-03-29T01:30"),
    ],
)
def test_until_half_past_two_is_the_next_one_that_clocks_show(
    now: str, end: str
) -> None:
    typed_at = datetime.fromisoformat(f"{now}+00:00")
    found = parse_end("02:30", typed_at, SystemClock().zone)
    assert found == datetime.fromisoformat(f"{end}+00:00")
