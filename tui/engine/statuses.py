"""How each thing that a cluster depends on is doing.

A fleet has hundreds of machines with some feeds each: of one that says nothing new the
status is not made again.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from tui.engine.clocks import clocks_of
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

_Of: TypeAlias = tuple[Reading[Any], Feed, float | None]
_Made: TypeAlias = tuple[_Of, SourceStatus]


class Statuses:
    """Lives through all passes."""

    def __init__(self) -> None:
        self._made: dict[FeedKey, _Made] = {}

    def of(self, view: View) -> dict[str, tuple[SourceStatus, ...]]:
        """By name of the cluster, in the order of the feeds; a machine is one thing."""
        found: dict[str, dict[object, tuple[int, SourceStatus]]] = {}
        insecure = {
            (each.kind, each.endpoint.urls[0])
            for each in view.served
            if each.endpoint.insecure
        }
        made, self._made = self._made, {}
        clocks = clocks_of(view)
        for key, feed in view.feeds.items():
            of, known = (view.reading(key), feed, clocks.off(key)), made.get(key)
            if known is None or known[0][0] is not of[0] or known[0][1:] != of[1:]:
                is_unverified = (key.kind, key.endpoint) in insecure
                known = of, _status(key, of, is_unverified)
            self._made[key] = known
            status = known[1]
            if key.feed == "certificate" and status.fault is None:
                continue  # a file of our own that can be read is no server
            is_machine = key.kind is SourceKind.TALOS and key.feed in NODE_FEEDS
            thing = key.endpoint if is_machine else key
            # A machine is shown by its feed in the most trouble, the first of such.
            ranked = (
                (_TROUBLE.index(status.state(view.now)) if is_machine else 0),
                status,
            )
            for name in feed.clusters:
                things = found.setdefault(name, {})
                before = things.get(thing)
                if before is None or ranked[0] < before[0]:
                    things[thing] = ranked
        return {
            name: tuple(status for _, status in things.values())
            for name, things in found.items()
        }


def _status(
    key: FeedKey,
    of: _Of,
    is_unverified: bool,  # noqa: FBT001 - a field, passed on
) -> SourceStatus:
    reading, feed, clock_ahead = of
    return SourceStatus(
        key,
        feed.interval_seconds,
        reading.observed_at,
        reading.fault,
        reading.attempts,
        is_unverified,
        tunnel=reading.value if key.feed == TUNNEL else None,
        clock_ahead_seconds=clock_ahead,
    )
