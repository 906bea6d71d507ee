"""What one feed last said, as evidence of the review, the pipeline and the traces."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Generic, TypeVar

from msgspec import Struct

from tui.model.reading import Freshness, Reading

T = TypeVar("T")


class Told(Struct, Generic[T], frozen=True):
    """What one feed last said, who that is, and how a person would ask it."""

    reading: Reading[T]
    interval: timedelta
    source: str
    query: str = ""

    @property
    def value(self) -> T | None:
        """The last answer, however old; None when there is none."""
        return self.reading.value

    def is_fresh(self, now: datetime) -> bool:
        """Whether the answer is no older than two refreshes."""
        return self.reading.freshness(now, self.interval) is Freshness.LIVE

    def blindness(self, now: datetime) -> str:
        """Why there is no fresh answer, in words that name who failed."""
        reading = self.reading
        if reading.fault is not None:
            return f"{self.source}: {reading.fault.summary}"
        if reading.observed_at is None or reading.value is None:
            return f"{self.source} has not answered yet"
        seconds = (now - reading.observed_at).total_seconds()
        return f"{self.source} last answered {seconds:.0f} s ago"
