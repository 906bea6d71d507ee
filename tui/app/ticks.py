"""The clock at the top of the screen: each second, but none is drawn twice."""

from __future__ import annotations

from datetime import datetime

from tui.present.units import time_of_day

AGES_SECONDS = 2.0
"""Until ages are drawn anew, once nothing else has them drawn."""
NEWS_SECONDS = 2.2
"""The same after news: more of it mostly comes a little more than a beat later."""
_AT_SECONDS = 0.25
"""Into each second: a fleet is made at its begin, and the clock is drawn with it."""


def first_tick(now: datetime) -> float:
    """Seconds until the clock is looked at for the first time; then each second."""
    return (_AT_SECONDS - now.microsecond / 1_000_000) % 1


class Ticks:
    """Knows whether a tick has something to draw."""

    def __init__(self) -> None:
        """Nothing is drawn yet."""
        self._drawn: str | None = None

    def drawn(self, now: datetime) -> None:
        """Take note that the top of the screen was drawn."""
        self._drawn = time_of_day(now)

    def is_due(self, now: datetime) -> bool:
        """Whether this second's top was not drawn since the last tick.

        Where the clock stands, each second tick draws: not only the clock is there.
        """
        drawn, self._drawn = self._drawn, None
        return drawn != time_of_day(now)
