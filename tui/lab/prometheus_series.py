"""The series of the lab's Prometheus, read off the story at any instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from math import fsum

from tui.lab.matchers import Matcher, all_match
from tui.lab.world import World

# How far back the lab's Prometheus remembers.
RETENTION = timedelta(days=2)


class StorySeries:
    """`up` for every target and `ALERTS` for every alert, now and in the past."""

    def __init__(self, world: World) -> None:
        self._world = world

    def at(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], float]]:
        """The series that match, with their value at an instant."""
        offset = self._offset(instant)
        if offset is None:
            return
        yield from self._story(matchers, offset)
        if _may_be("up", matchers):
            for labels, value in self._world.crowd.up(matchers, offset):
                yield {**labels, "__name__": "up"}, value

    def totals(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> tuple[int, float]:
        """How many series match, and their sum: faster than one by one."""
        offset = self._offset(instant)
        if offset is None:
            return 0, 0.0
        values = [value for _, value in self._story(matchers, offset)]
        if not _may_be("up", matchers):
            return len(values), fsum(values)
        count, total = self._world.crowd.totals(matchers, offset)
        return len(values) + count, fsum(values) + total

    def _offset(self, instant: datetime) -> timedelta | None:
        """Where the story stood; None where nothing is remembered."""
        now = self._world.now()
        if not timedelta(minutes=-5) <= now - instant <= RETENTION:
            return None
        return self._world.clock.offset(min(instant, now))

    def _story(
        self, matchers: tuple[Matcher, ...], offset: timedelta
    ) -> Iterator[tuple[Mapping[str, str], float]]:
        for labels, value in self._all(matchers, offset):
            if all_match(matchers, labels):
                yield labels, value

    def _all(
        self, matchers: tuple[Matcher, ...], offset: timedelta
    ) -> Iterator[tuple[Mapping[str, str], float]]:
        estate = self._world.story.at(offset)
        if _may_be("up", matchers):
            for target in estate.targets:
                labels = {**target.labels, "__name__": "up"}
                yield labels, float(target.outage(offset) is None)
        if _may_be("ALERTS", matchers):
            for rule in self._world.rules:
                for alert in self._world.raised(rule, estate):
                    state = "firing" if alert.is_firing else "pending"
                    labels = {"__name__": "ALERTS", "alertstate": state}
                    yield {**alert.labels, **labels}, 1.0


def _may_be(name: str, matchers: tuple[Matcher, ...]) -> bool:
    return all(one.accepts(name) for one in matchers if one.name == "__name__")
