"""How the times of a log are told: one way of several, with the day where needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from widgets.values import TimeWords

NUMBERS = TimeWords("", str)


class LogTimes:
    """The ways to tell times, and the one that is chosen."""

    def __init__(self, ways: Sequence[TimeWords]) -> None:
        self.ways = tuple(ways)
        self.place = 0
        self.has_days = False
        """Whether one of the times that are in view is of another day than today."""

    @property
    def way(self) -> TimeWords:
        """The one that is chosen."""
        return self.ways[self.place]

    def look_at(self, times: Iterable[int]) -> bool:
        """Take note of what is in view, as unix nanoseconds; 0 is none.

        return  whether the day is told now, or no longer
        """
        before = self.has_days
        today = self.way.today_ns() if self.way.dated else 0
        self.has_days = any(0 < at < today for at in times)
        return self.has_days != before

    def words(self, at_ns: int) -> str:
        """A time in words."""
        way = self.way
        tell = way.dated if self.has_days and way.dated else way.words
        return tell(at_ns)
