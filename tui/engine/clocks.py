"""The clocks of all servers against ours: whose is off, and what that makes unsure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tui.engine.plan import clock_key, node_key
from tui.engine.view import View
from tui.model import server_clock
from tui.model.finding import Finding
from tui.model.fleet import FeedKey, SourceKind
from tui.model.machine import Facts
from tui.model.reading import Freshness
from tui.model.server_clock import OurClock
from tui.triage import clocks
from tui.triage.clocks import ServerTime


class Clocks(Struct, frozen=True):
    """What one pass knows of them."""

    servers: tuple[ServerTime, ...] = ()
    time_servers: tuple[float, ...] = ()
    """How far those that the nodes ask are ahead of ours, in seconds."""
    ours: OurClock | None = None

    def off(self, key: FeedKey) -> float | None:
        """How far the server of a feed is ahead of ours, when that is its own fault."""
        found = (each for each in self.servers if each.answers(key.kind, key.endpoint))
        mine = [each.ahead for each in found if clocks.is_wrong(each, self.ours)]
        return max(mine, key=abs, default=None)

    def apart(self, kind: SourceKind, endpoint: str) -> float:
        """By how much a server and we differ, whoever is wrong; 0 when it is little."""
        found = (each.ahead for each in self.servers if each.answers(kind, endpoint))
        return max(filter(server_clock.is_off, found), key=abs, default=0.0)

    def findings(self, cluster: str) -> tuple[Finding, ...]:
        """Of the servers that live in a cluster."""
        of = self.servers, self.time_servers, self.ours
        return clocks.of_servers(*of, cluster)


def clocks_of(view: View) -> Clocks:
    """Worked out once a pass."""
    return view.memo.once_for(Clocks, (view.state, view.now), lambda: _clocks(view))


def _clocks(view: View) -> Clocks:
    servers = tuple(_servers(view))
    times = tuple(_time_servers(view))
    hosts = clocks.of_hosts(servers)
    ours = server_clock.ours([*(each[0].ahead for each in hosts), *times])
    return Clocks(servers, times, ours)


def _servers(view: View) -> Iterator[ServerTime]:
    for kind, endpoint, home, where in _places(view):
        ahead = view.reading(clock_key(kind, where)).value
        if ahead is not None:
            is_live = not server_clock.is_off(ahead) or _is_live(view, kind, endpoint)
            yield ServerTime(kind, endpoint, home, ahead, is_live, where)


def _places(view: View) -> Iterator[tuple[SourceKind, str, str, str]]:
    """Kind, endpoint, cluster and own URL, or context, of each server."""
    for served in view.served:
        urls = served.endpoint.urls
        for url in urls:
            yield served.kind, urls[0], served.home or served.names[0], url
    for cluster in view.config.clusters:
        if context := cluster.context:
            yield SourceKind.KUBERNETES, context, cluster.name, context


def _is_live(view: View, kind: SourceKind, endpoint: str) -> bool:
    """Whether it still answers: any of its feeds."""
    of_it = (key for key in view.feeds if (key.kind, key.endpoint) == (kind, endpoint))
    return any(
        reading.fault is None and reading.freshness(view.now, pace) is Freshness.LIVE
        for reading, pace in map(view.said, of_it)
    )


def _time_servers(view: View) -> Iterator[float]:
    for cluster in view.config.clusters:
        for address in view.addresses.get(cluster.name, ()):
            facts: Facts | None = view.reading(
                node_key(cluster, address, "facts")
            ).value
            if facts is not None and facts.time_server_ahead_seconds is not None:
                yield facts.time_server_ahead_seconds
