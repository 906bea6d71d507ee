"""How long the lab's scrapes take: each its own time, which swings with the day."""

from __future__ import annotations

from datetime import timedelta
from math import pi, sin

from tui.lab.estate import LabTarget, Outage

TIMEOUT_SECONDS = 4
_SWING = 0.35
OVERDUE = 0.000702


def scrape_seconds(target: LabTarget, at: timedelta, outage: Outage | None) -> float:
    """Of the scrape at an offset. One that waits in vain takes its whole timeout."""
    if outage is not None and is_timeout(outage.error):
        return TIMEOUT_SECONDS + OVERDUE
    address = target.scrape_url.partition("://")[2].partition("/")[0]
    usual = 0.011 + sum(address.encode()) % 97 / 10_000
    hours = at.total_seconds() / 3600
    return usual * (1 + _SWING * sin(2 * pi * hours / 24) ** 2)


def is_timeout(error: str) -> bool:
    """Whether a scrape failed because nothing came in time."""
    return "deadline exceeded" in error or "i/o timeout" in error
