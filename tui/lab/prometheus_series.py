"""The series of the lab's Prometheus, read off the story at any instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from math import fsum

from tui.lab.estate import LabTarget
from tui.lab.matchers import Matcher, all_match
from tui.lab.promql import Labels, freeze, last_scrape
from tui.lab.scrape_time import scrape_seconds
from tui.lab.story import Story
from tui.lab.world import World

# How far back the lab's Prometheus remembers.
RETENTION = timedelta(days=2)
UP = "up"
TOOK = "scrape_duration_seconds"
_OF_TARGETS = (UP, TOOK)
_REMEMBERED = 20_000

Sample = tuple[datetime, float]


class StorySeries:
    """`up` and how long the scrape took for every target, `ALERTS` for every alert."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._story: Story | None = None
        self._targets: dict[timedelta, tuple[LabTarget, ...]] = {}

    def at(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], float]]:
        """The series that match, with their value at an instant."""
        offset = self._offset(instant)
        if offset is None:
            return
        yield from self._told(matchers, offset)
        for name in _names(matchers):
            for target in self._world.crowd.matching(matchers):
                labels = {**target.labels, "__name__": name}
                yield labels, _value(name, target, offset)

    def totals(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> tuple[int, float]:
        """How many series match, and their sum: faster than one by one."""
        offset = self._offset(instant)
        if offset is None:
            return 0, 0.0
        values = [value for _, value in self._told(matchers, offset)]
        if UP not in _names(matchers):
            return len(values), fsum(values)
        count, total = self._world.crowd.totals(matchers, offset)
        return len(values) + count, fsum(values) + total

    def written(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], datetime]]:
        """The same series, with when they were scraped."""
        at = last_scrape(instant)
        return ((labels, at) for labels, _ in self.at(matchers, instant))

    def over(
        self, matchers: tuple[Matcher, ...], moments: Sequence[datetime]
    ) -> dict[Labels, list[Sample]]:
        """The samples that match at these moments, none of which is yet to come."""
        now = self._world.now()
        offsets = [
            (moment, self._world.clock.offset(moment))
            for moment in moments
            if timedelta(0) <= now - moment <= RETENTION
        ]
        found: dict[Labels, list[Sample]] = {}
        for moment, offset in offsets:
            for labels, value in self._alerts(matchers, offset):
                found.setdefault(freeze(labels), []).append((moment, value))
        for name in _names(matchers):
            self._add(found, name, matchers, offsets)
        return found

    def _add(
        self,
        found: dict[Labels, list[Sample]],
        name: str,
        matchers: tuple[Matcher, ...],
        offsets: Sequence[tuple[datetime, timedelta]],
    ) -> None:
        """Samples of targets; their labels are looked at once, not at each moment."""
        plain = _without_name(matchers)
        known: dict[int, list[Sample] | None] = {}
        for moment, offset in offsets:
            for target in self._targets_at(offset):
                place = id(target.labels)
                if place not in known:
                    known[place] = None
                    if all_match(plain, target.labels):
                        key = freeze({**target.labels, "__name__": name})
                        known[place] = found.setdefault(key, [])
                samples = known[place]
                if samples is not None:
                    samples.append((moment, _value(name, target, offset)))
        for target in self._world.crowd.matching(matchers):
            key = freeze({**target.labels, "__name__": name})
            found[key] = [
                (moment, _value(name, target, offset)) for moment, offset in offsets
            ]

    def _targets_at(self, offset: timedelta) -> tuple[LabTarget, ...]:
        """The homelab's targets at an offset: one range asks what another did."""
        story = self._world.story
        if story is not self._story or len(self._targets) > _REMEMBERED:
            self._story, self._targets = story, {}
        found = self._targets.get(offset)
        if found is None:
            found = self._targets[offset] = story.targets(offset)
        return found

    def _offset(self, instant: datetime) -> timedelta | None:
        """Where the story stood; None where nothing is remembered."""
        now = self._world.now()
        if not timedelta(minutes=-5) <= now - instant <= RETENTION:
            return None
        return self._world.clock.offset(min(instant, now))

    def _told(
        self, matchers: tuple[Matcher, ...], offset: timedelta
    ) -> Iterator[tuple[Mapping[str, str], float]]:
        """The homelab's own series."""
        series = chain.from_iterable(
            (
                ({**target.labels, "__name__": name}, _value(name, target, offset))
                for target in self._world.story.targets(offset)
            )
            for name in _names(matchers)
        )
        for labels, value in series:
            if all_match(matchers, labels):
                yield labels, value
        yield from self._alerts(matchers, offset)

    def _alerts(
        self, matchers: tuple[Matcher, ...], offset: timedelta
    ) -> Iterator[tuple[Mapping[str, str], float]]:
        if not _may_be("ALERTS", matchers):
            return
        estate = self._world.story.at(offset)
        for rule in self._world.rules:
            for alert in self._world.raised(rule, estate):
                state = "firing" if alert.is_firing else "pending"
                labels = {"__name__": "ALERTS", "alertstate": state}
                known = {**alert.labels, **labels}
                if all_match(matchers, known):
                    yield known, 1.0


def _value(name: str, target: LabTarget, offset: timedelta) -> float:
    outage = target.outage(offset)
    if name == UP:
        return float(outage is None)
    return scrape_seconds(target, offset, outage)


def _names(matchers: tuple[Matcher, ...]) -> list[str]:
    """The metrics of targets that may be meant."""
    return [name for name in _OF_TARGETS if _may_be(name, matchers)]


def _may_be(name: str, matchers: tuple[Matcher, ...]) -> bool:
    return all(one.accepts(name) for one in matchers if one.name == "__name__")


def _without_name(matchers: tuple[Matcher, ...]) -> tuple[Matcher, ...]:
    return tuple(one for one in matchers if one.name != "__name__")
