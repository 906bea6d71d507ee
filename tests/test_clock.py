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
