"""Whether memory is flat: the last half of a run, as a straight line through it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

NOISE_MIB = 1.0
"""As much comes and goes at once: one arena of Python's, or what glibc gives back."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A line through readings of memory, by least squares.

    hours  that it spans
    mib_per_hour  how steep it is
    noise_mib  how far readings are from it: twice their standard deviation
    """

    hours: float
    mib_per_hour: float
    noise_mib: float

    @property
    def rise_mib(self) -> float:
        """From the line's one end to its other."""
        return self.mib_per_hour * self.hours

    @property
    def is_flat(self) -> bool:
        """Whether it rises by no more than what readings are off by anyway."""
        return self.rise_mib <= max(self.noise_mib, NOISE_MIB)

    def __str__(self) -> str:
        word = "flat" if self.is_flat else "NOT FLAT"
        return (
            f"memory is {word}: {self.mib_per_hour:+.2f} MiB an hour in the last "
            f"{self.hours:g} h, {self.rise_mib:+.1f} MiB in all; "
            f"readings are within {self.noise_mib:.1f} MiB of that"
        )


def trend(readings: Sequence[tuple[float, float]]) -> Trend:
    """Of hours and MiB, at least three of them, the last half of the hours."""
    end = readings[-1][0]
    late = [each for each in readings if each[0] >= end / 2]
    hours, mib = zip(*late, strict=True)
    slope, start = statistics.linear_regression(hours, mib)
    off = [held - (start + slope * at) for at, held in late]
    return Trend(end - hours[0], slope, 2 * statistics.pstdev(off))
