"""When to ask again: a pure function of the failures so far."""

from __future__ import annotations

from math import ceil
from random import Random

from msgspec import Struct

from tui.model.fault import Fault

FIRST_RETRY_SECONDS = 1.0
JITTER = 0.1
LISTED_A_SECOND = 600
"""So many things are listed in a second, on average: a list of 20,000 costs its server
a second of CPU each time, and most of its targets are scraped each half a minute."""


class Schedule(Struct, frozen=True):
    """The pace of one feed.

    After a failure it comes back sooner than usual, then ever later, but never later
    than its usual interval: at 3 a.m. a server that is back must be seen to be back.
    """

    interval_seconds: float
    random: Random
    second_seconds: float | None = None
    """From the first success to the next attempt, for what two readings tell of."""
    deadline_seconds: float | None = None
    """How long an attempt may take; None: as long as the interval."""
    beat_seconds: float = 0.0
    """Attempts begin on a beat: what hundreds of feeds ask then goes out together."""

    is_by_length: bool = False
    """A long list is asked for more seldom."""

    @property
    def deadline(self) -> float:
        """Seconds after which an attempt is given up."""
        return self.deadline_seconds or self.interval_seconds

    def after(
        self, failures: int, fault: Fault | None = None, value: object = None
    ) -> float:
        """Seconds until the next attempt; what the server asked for wins.

        value   what this attempt gave
        """
        if failures == 0:
            seconds = self.interval_seconds
            return self._jittered(
                paced(seconds, value) if self.is_by_length else seconds
            )
        if fault is not None and fault.retry_after_seconds is not None:
            return fault.retry_after_seconds
        backoff = FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 20)
        return self._jittered(min(backoff, self.interval_seconds))

    def after_first(self, value: object = None) -> float:
        """Seconds from the first success to the attempt after it."""
        if self.second_seconds is None:
            return self.after(0, value=value)
        return self._jittered(self.second_seconds)

    def on_beat(self, pause_seconds: float, now_seconds: float) -> float:
        """The same pause, or a little longer, until the next beat."""
        if not self.beat_seconds:
            return pause_seconds
        beats = ceil((now_seconds + pause_seconds) / self.beat_seconds)
        return beats * self.beat_seconds - now_seconds

    def _jittered(self, seconds: float) -> float:
        """A little off, so that feeds do not march in step."""
        return seconds * (1 + self.random.uniform(-JITTER, JITTER))


def paced(seconds: float, value: object) -> float:
    """How often a list is asked for: in `seconds`, or more seldom when it is long."""
    listed = len(value) if isinstance(value, tuple) else 0
    return max(seconds, listed / LISTED_A_SECOND)
