"""How each thing that a cluster depends on is doing.

A fleet has hundreds of machines with some feeds each: of one that says nothing new the
status is not made again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tui.engine.plan import NODE_FEEDS, TUNNEL
from tui.engine.view import Feed, View
from tui.model.fleet import FeedKey, SourceKind, SourceState, SourceStatus
from tui.model.reading import Reading

_TROUBLE = (
    SourceState.DOWN,
    SourceState.FAILING,
    SourceState.STALE,
    SourceState.CONNECTING,
    SourceState.LIVE,
)


class Statuses:
    """Lives through all passes."""

    def __init__(self) -> None:
        self._made: dict[FeedKey, tuple[Reading[Any], Feed, SourceStatus]] = {}

    def of(self, view: View) -> dict[str, tuple[SourceStatus, ...]]:
        """By name of the cluster, in the order of the feeds; a machine is one thing."""
        found: dict[str, dict[object, SourceStatus]] = {}
        insecure = {
            (each.kind, each.endpoint.urls[0])
            for each in view.served
            if each.endpoint.insecure
        }
        made, self._made = self._made, {}
        for key, feed in view.feeds.items():
            reading, known = view.reading(key), made.get(key)
            if known is None or known[0] is not reading or known[1] != feed:
                is_unverified = (key.kind, key.endpoint) in insecure
                known = reading, feed, _status(key, feed, reading, is_unverified)
            self._made[key] = known
            status = known[2]
            if key.feed == "certificate" and status.fault is None:
                continue  # a file of our own that can be read is no server
            is_machine = key.kind is SourceKind.TALOS and key.feed in NODE_FEEDS
            thing = key.endpoint if is_machine else key
            for name in feed.clusters:
                things = found.setdefault(name, {})
                before = things.get(thing)
                things[thing] = _worse(before, status, view.now) if before else status
        return {name: tuple(things.values()) for name, things in found.items()}


def _status(
    key: FeedKey,
    feed: Feed,
    reading: Reading[Any],
    is_unverified: bool,  # noqa: FBT001 - a field, passed on
) -> SourceStatus:
    return SourceStatus(
        key,
        feed.interval_seconds,
        reading.observed_at,
        reading.fault,
        reading.attempts,
        is_unverified,
        tunnel=reading.value if key.feed == TUNNEL else None,
    )


def _worse(one: SourceStatus, other: SourceStatus, now: datetime) -> SourceStatus:
    """The one in more trouble; the first when they are alike."""
    return min(one, other, key=lambda each: _TROUBLE.index(each.state(now)))
