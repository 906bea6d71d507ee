from __future__ import annotations

from datetime import timedelta

from tui.lab.estate import LabTarget, Outage
from tui.lab.scrape_time import scrape_seconds

TARGET = LabTarget({"job": "a"}, "http://10.0.0.1:80/metrics")
NOON = timedelta(hours=12)


def test_a_scrape_that_waits_in_vain_takes_its_whole_timeout() -> None:
    outage = Outage(NOON, None, "context deadline exceeded")
    assert 4 < scrape_seconds(TARGET, NOON, outage) < 4.01


def test_one_that_is_refused_is_as_quick_as_any() -> None:
    outage = Outage(NOON, None, "connect: connection refused")
    assert scrape_seconds(TARGET, NOON, outage) == scrape_seconds(TARGET, NOON, None)


def test_the_time_swings_with_the_day() -> None:
    hours = [scrape_seconds(TARGET, timedelta(hours=h), None) for h in range(24)]
    assert 1.2 < max(hours) / min(hours) < 2
