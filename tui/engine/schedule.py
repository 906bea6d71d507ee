"""When to ask again: a pure function of the failures so far."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from random import Random

from tui.model.fault import Fault

FIRST_RETRY_SECONDS = 1.0
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Schedule:
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

    @property
    def deadline(self) -> float:
        """Seconds after which an attempt is given up."""
        return self.deadline_seconds or self.interval_seconds

    def after(self, failures: int, fault: Fault | None = None) -> float:
        """Seconds until the next attempt; what the server asked for wins."""
        if failures == 0:
            return self._jittered(self.interval_seconds)
        if fault is not None and fault.retry_after_seconds is not None:
            return fault.retry_after_seconds
        backoff = FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 20)
        return self._jittered(min(backoff, self.interval_seconds))

    def after_first(self) -> float:
        """Seconds from the first success to the attempt after it."""
        return self._jittered(self.second_seconds or self.interval_seconds)

    def on_beat(self, pause_seconds: float, now_seconds: float) -> float:
        """The same pause, or a little longer, until the next beat."""
        if not self.beat_seconds:
            return pause_seconds
        beats = ceil((now_seconds + pause_seconds) / self.beat_seconds)
        return beats * self.beat_seconds - now_seconds

    def _jittered(self, seconds: float) -> float:
        """A little off, so that feeds do not march in step."""
        return seconds * (1 + self.random.uniform(-JITTER, JITTER))
