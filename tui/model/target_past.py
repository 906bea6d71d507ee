"""How a target did in the last day, as Prometheus remembers it."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from tui.model.target import Health, Since

SPAN = timedelta(hours=24)
"""How far back is asked."""


class Past(Struct, frozen=True, gc=False):
    """Steps of equal length, oldest first; the newest is not over yet."""

    asked_at: datetime
    end: datetime
    """Of the newest step, at or after `asked_at`: steps stand on a grid."""
    step_seconds: float
    up: tuple[float | None, ...]
    """The share of its scrapes that succeeded; None where there was none."""
    took: tuple[float | None, ...] = ()
    """Seconds of the longest scrape in each step; empty when that was not asked."""

    @property
    def is_empty(self) -> bool:
        """Prometheus remembers nothing at all of it."""
        return all(share is None for share in self.up)

    def since(self, health: Health) -> Since | None:
        """Since when it is as it is now; None when the steps do not say.

        In the step in which it turned it is taken to have been so for the share that
        fits: which is right when it turned once.
        """
        if health not in {Health.UP, Health.DOWN}:
            return None
        wanted = 1.0 if health is Health.UP else 0.0
        steps = 0
        for share in reversed(self.up):
            if share != wanted:
                break
            steps += 1
        else:
            return Since(self._start(steps), is_exact=False) if steps else None
        if share is None:
            # Nobody scraped it before; it may have been so all the same. Where in the
            # oldest step it was first scraped is not told: after that it is certain.
            return Since(self._start(steps - 1), is_exact=False) if steps else None
        part = share if health is Health.UP else 1 - share
        if not part and not steps:
            return None  # what the newest scrape showed is not in the series yet
        turned = self._start(steps)
        return Since(turned - part * (turned - self._start(steps + 1)))

    def _start(self, steps: int) -> datetime:
        """When the newest so many steps began; it is now when that is none."""
        if not steps:
            return self.asked_at
        return self.end - timedelta(seconds=steps * self.step_seconds)
