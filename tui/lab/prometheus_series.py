"""The series of the lab's Prometheus, read off the story at any instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from tui.lab.matchers import Matcher, all_match
from tui.lab.rules import raised_by_prometheus
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
        age = self._world.now() - instant
        if not timedelta(minutes=-5) <= age <= RETENTION:
            return
        offset = self._world.clock.offset(min(instant, self._world.now()))
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
            for alert in raised_by_prometheus(estate):
                state = "firing" if alert.is_firing else "pending"
                yield {**alert.labels, "__name__": "ALERTS", "alertstate": state}, 1.0


def _may_be(name: str, matchers: tuple[Matcher, ...]) -> bool:
    return all(one.accepts(name) for one in matchers if one.name == "__name__")
