"""Asks Prometheus how targets did in the last day: only when somebody looks at them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tui.clock import Clock
from tui.config import Config, Endpoint
from tui.engine.connections import Connections
from tui.engine.supervisor import attempt
from tui.model.fault import Fault, FaultKind
from tui.model.labels import Labels, matches, quoted
from tui.model.metric import Series
from tui.model.target import Target
from tui.model.target_past import SPAN, Past

STRIP_SECONDS = 900.0
"""The steps of many targets at once ..."""
WHOLE_SECONDS = 300.0
"""... and of one; longer when it is scraped that rarely."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Name = tuple[str, str]
"""Job and instance."""


class Pasts:
    """One query a Prometheus, however many targets are asked about."""

    def __init__(self, config: Config, connections: Connections, clock: Clock) -> None:
        self._endpoints = {each.name: each.prometheus for each in config.clusters}
        self._timeout = config.timeout_seconds
        self._connections = connections
        self._clock = clock

    async def strips(
        self, wanted: Sequence[tuple[str, Target]]
    ) -> tuple[Past | Fault, ...]:
        """How each target did, in quarters of an hour.

        wanted  name of the cluster, and the target
        return  in the same order
        """
        groups: dict[Endpoint | None, list[int]] = {}
        for place, (cluster, _) in enumerate(wanted):
            groups.setdefault(self._endpoints.get(cluster), []).append(place)
        found: dict[int, Past | Fault] = {}
        for endpoint, places in groups.items():
            targets = [wanted[place][1] for place in places]
            answers = await self._ask(endpoint, targets, STRIP_SECONDS, (_up,))
            found.update(zip(places, answers, strict=True))
        return tuple(found[place] for place in range(len(wanted)))

    async def whole(self, cluster: str, target: Target) -> Past | Fault:
        """How one target did, in finer steps, and how long its scrapes took."""
        step = max(WHOLE_SECONDS, 2 * target.interval_seconds)
        endpoint = self._endpoints.get(cluster)
        (answer,) = await self._ask(endpoint, [target], step, (_up, _took))
        return answer

    async def _ask(
        self,
        endpoint: Endpoint | None,
        targets: Sequence[Target],
        step: float,
        queries: Sequence[Callable[[str, float], str]],
    ) -> Sequence[Past | Fault]:
        if endpoint is None:
            summary = "no Prometheus is configured for it"
            return [Fault(FaultKind.CONFIG, summary)] * len(targets)
        source = self._connections.prometheus(endpoint)
        now = self._clock.now()
        end = _grid_end(now, step)
        first = end - SPAN + timedelta(seconds=step)
        columns: list[list[tuple[float | None, ...]]] = []
        for query in queries:
            work = source.query_range(query(selector(targets), step), first, end, step)
            fault, series = await attempt(work, self._timeout, endpoint.urls[0])
            if fault is not None:
                return [replace(fault, at=now)] * len(targets)
            lines = _by_name(series)
            count = int(SPAN.total_seconds() // step)
            columns.append(
                [_steps(_of(each, lines), first, step, count) for each in targets]
            )
        return [Past(now, end, step, *rows) for rows in zip(*columns, strict=True)]


def _grid_end(now: datetime, step: float) -> datetime:
    """The end of the step that is not over yet."""
    seconds = (now - _EPOCH).total_seconds()
    return _EPOCH + timedelta(seconds=-(-seconds // step) * step)


def _up(selector: str, step: float) -> str:
    return f"avg_over_time(up{selector}[{step:.0f}s])"


def _took(selector: str, step: float) -> str:
    return f"max_over_time(scrape_duration_seconds{selector}[{step:.0f}s])"


def selector(targets: Iterable[Target]) -> str:
    """Matchers that all of them have; others may too, and are left aside."""
    known = tuple(targets)
    pairs = (
        ("job", dict.fromkeys(target.job for target in known)),
        ("instance", dict.fromkeys(target.instance for target in known)),
    )
    return "{" + ",".join(f"{name}{_any(values)}" for name, values in pairs) + "}"


def _any(values: Iterable[str]) -> str:
    first, *rest = values
    if not rest:
        return f"={quoted(first)}"
    return "=~" + quoted("|".join(re.escape(value) for value in (first, *rest)))


def _by_name(series: Iterable[Series]) -> Mapping[Name, list[Series]]:
    found: dict[Name, list[Series]] = {}
    for each in series:
        name = each.labels.get("job", ""), each.labels.get("instance", "")
        found.setdefault(name, []).append(each)
    return found


def _of(target: Target, lines: Mapping[Name, list[Series]]) -> Series | None:
    """Its own among the series of its name; others may carry more labels than it."""
    known = lines.get((target.job, target.instance), [])
    fitting = [each for each in known if matches(each.labels, _own(target))]
    return min(fitting, key=lambda each: len(each.labels), default=None)


def _own(target: Target) -> Labels:
    """A label without a value is, in a series, one that is not there."""
    return {name: value for name, value in target.labels.items() if value}


def _steps(
    series: Series | None, first: datetime, step: float, count: int
) -> tuple[float | None, ...]:
    """The values by their place on the grid; what is missing stays a gap."""
    found: list[float | None] = [None] * count
    start = first.timestamp()
    for at, value in series.points if series else ():
        place = round((at - start) / step)
        if 0 <= place < count and value == value:  # noqa: PLR0124 - NaN is no value
            found[place] = value
    return tuple(found)
