"""What an endpoint last told us, and how old that is."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Generic, TypeVar

from msgspec import Struct

from tui.model.fault import Fault

T = TypeVar("T")

STALE_AFTER = 2
LOST_AFTER = 10


class Freshness(Enum):
    """How much a reading may still be trusted."""

    NEVER = "never"
    LIVE = "live"
    STALE = "stale"
    LOST = "lost"


class Reading(Struct, Generic[T], frozen=True, gc=False):
    """What one endpoint last told us. A failed attempt keeps `value`."""

    value: T | None = None
    observed_at: datetime | None = None
    """When `value` was received, UTC; None until the first success."""
    fault: Fault | None = None
    """Why the newest attempt failed; None when it did not."""
    attempts: int = 0
    """Attempts so far, failed ones too: 0 means still connecting."""

    def freshness(self, now: datetime, interval: timedelta) -> Freshness:
        """NEVER before the first success, STALE after 2 missed polls, LOST after 10."""
        return freshness(self.observed_at, now, interval)


def freshness(
    observed_at: datetime | None, now: datetime, interval: timedelta
) -> Freshness:
    """How much what was received then may still be trusted."""
    if observed_at is None:
        return Freshness.NEVER
    missed = (now - observed_at) / interval
    if missed > LOST_AFTER:
        return Freshness.LOST
    return Freshness.STALE if missed > STALE_AFTER else Freshness.LIVE
