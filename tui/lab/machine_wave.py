"""Numbers that wander: how busy a machine is, and counters that only ever rise."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from math import cos, sin, tau
from zlib import crc32

from msgspec import Struct

from tui.lab.estate import LabNode

_SECOND = timedelta(seconds=1)


def share(*names: str) -> float:
    """A number from 0 to 1 that those names always give."""
    return crc32("/".join(names).encode()) % 10_007 / 10_007


def uptime(node: LabNode, at: timedelta) -> float:
    """Seconds since the node's kernel started; never negative."""
    return max((at - node.booted_at) / _SECOND, 0.0)


class Wave(Struct, frozen=True):
    """A rate around 1, and its sum since zero, both in closed form.

    Two swings whose heights add up to less than 1, so the sum never falls.
    """

    swings: tuple[tuple[float, float, float], ...]  # height, period in s, phase

    def level(self, seconds: float) -> float:
        """The rate at that time: 0.2 to 1.8."""
        return 1 + sum(
            height * cos(tau * seconds / period + phase)
            for height, period, phase in self.swings
        )

    def total(self, seconds: float) -> float:
        """The rate summed from 0 on; 0 at 0."""
        return seconds + sum(
            height * period / tau * (sin(tau * seconds / period + phase) - sin(phase))
            for height, period, phase in self.swings
        )

    def mean(self, seconds: float, window: float) -> float:
        """The rate averaged over the window that ends then."""
        start = max(seconds - window, 0.0)
        if start == seconds:
            return self.level(seconds)
        return (self.total(seconds) - self.total(start)) / (seconds - start)


@lru_cache(maxsize=4096)
def wave(*names: str) -> Wave:
    """The wave that belongs to those names."""
    return Wave(
        (
            (0.5, 240 + 300 * share(*names, "slow"), tau * share(*names, "phase")),
            (0.3, 23 + 40 * share(*names, "fast"), tau * share(*names, "offset")),
        )
    )
