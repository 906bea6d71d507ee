"""What happened between two looks at the fleet, beside what alerts did. Pure.

What is there when everything has been read for the first time is no event: nobody saw
it happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from tui.chronicle.met import Met
from tui.model.event import Connection, Event, Turn
from tui.model.finding import Finding
from tui.model.fleet import Cluster, FeedKey, Fleet, SourceKind, SourceStatus
from tui.model.silence import Silence, SilenceState, acknowledged

PATIENCE = timedelta(seconds=30)
"""A server that is silent for less than that was not lost."""

FindingName = tuple[str, str, str]
Server = tuple[SourceKind, str]


class Happenings:
    """Carries what was there from one look to the next."""

    def __init__(self) -> None:
        self._met = Met()
        self._findings: Mapping[FindingName, tuple[Finding, datetime | None]] = {}
        """With the time from which on they are known."""
        self._found_in: Mapping[str, tuple[Finding, ...]] = {}
        self._silences: tuple[Silence, ...] = ()
        self._known: Mapping[str, Silence] = {}
        self._begun: datetime | None = None
        """When the first look was taken."""
        self._silent: dict[Server, datetime] = {}
        """Since when a server answers nothing."""
        self._lost: dict[Server, datetime] = {}
        """Of those, the ones that were told of."""

    def look(self, fleet: Fleet, now: datetime) -> tuple[Event, ...]:
        """What happened, oldest first; mostly nothing."""
        self._begun = self._begun or now
        events = [
            *self._of_findings(fleet, now),
            *self._of_silences(fleet, now),
            *self._of_servers(fleet, now),
        ]
        self._met.note(fleet, now)
        return tuple(sorted(events, key=lambda event: event.at))

    def _of_findings(self, fleet: Fleet, now: datetime) -> Iterator[Event]:
        found_in = {each.name: each.findings for each in fleet.clusters}
        before = self._found_in
        if all(before.get(name) is each for name, each in found_in.items()):
            return
        known, new = (
            self._findings,
            dict[FindingName, tuple[Finding, datetime | None]](),
        )
        for cluster, findings in found_in.items():
            for finding in findings:
                name = cluster, finding.kind.value, finding.subject
                old = known.get(name)
                is_seen = cluster in self._met
                since = old[1] if old else finding.since or (now if is_seen else None)
                new[name] = finding, since
                if old is None and is_seen:
                    yield Event(since or now, Turn.BEGAN, finding, cluster)
                elif old is not None and old[0].verdict is not finding.verdict:
                    yield Event(now, Turn.CHANGED, finding, cluster)
        for name, (finding, since) in known.items():
            # Until all is known, a finding may only get another name.
            if name not in new and name[0] in self._met:
                lasted = (now - since).total_seconds() if since else None
                yield Event(now, Turn.ENDED, finding, name[0], lasted)
        self._findings, self._found_in = new, found_in

    def _of_silences(self, fleet: Fleet, now: datetime) -> Iterator[Event]:
        if fleet.silences is self._silences:
            return
        before, self._silences = self._known, fleet.silences
        self._known = {each.id: each for each in fleet.silences}
        for name, silence in self._known.items():
            old = before.get(name)
            is_over = silence.state is SilenceState.EXPIRED
            at = min(silence.updated_at or silence.starts_at, now)
            if old is None:
                # Of an Alertmanager that is back, all are new to us, and few are new.
                if not is_over and self._begun is not None and at >= self._begun:
                    yield Event(at, Turn.BEGAN, silence)
            elif is_over and old.state is not SilenceState.EXPIRED:
                lasted = (silence.ends_at - silence.starts_at).total_seconds()
                at = min(silence.ends_at, now)
                # As it was: how long it was to last, the one that is over has lost.
                yield Event(at, Turn.ENDED, old, "", lasted)
            elif not is_over and _is_other(old, silence):
                yield Event(at, Turn.CHANGED, silence)

    def _of_servers(self, fleet: Fleet, now: datetime) -> Iterator[Event]:
        servers = _servers(fleet)
        for server, (statuses, clusters) in servers.items():
            cluster = clusters[0] if len(clusters) == 1 else ""
            key = FeedKey(*server, "")
            why = _why(statuses)
            if why is None:
                self._silent.pop(server, None)
                since = self._lost.pop(server, None)
                if since is not None:
                    lasted = (now - since).total_seconds()
                    yield Event(now, Turn.ENDED, Connection(key), cluster, lasted)
                continue
            since = self._silent.setdefault(server, now)
            if server not in self._lost and now - since >= PATIENCE:
                self._lost[server] = since
                yield Event(since, Turn.BEGAN, Connection(key, why), cluster)
        for server in self._silent.keys() - servers.keys():
            del self._silent[server]
            self._lost.pop(server, None)


def _is_other(old: Silence, new: Silence) -> bool:
    if (old.comment, old.matchers) != (new.comment, new.matchers):
        return True
    if new.ends_at > old.ends_at and acknowledged(new.comment) is not None:
        # kthxbye prolongs those every few minutes while their alert fires.
        return False
    return old.ends_at != new.ends_at


def _servers(fleet: Fleet) -> dict[Server, tuple[list[SourceStatus], list[str]]]:
    """All servers, with what is read from each and the clusters that it serves."""
    found: dict[Server, tuple[list[SourceStatus], list[str]]] = {}
    for cluster in fleet.clusters:
        for status in _lasting(cluster):
            server = status.key.kind, status.key.endpoint
            statuses, clusters = found.setdefault(server, ([], []))
            statuses.append(status)
            if cluster.name not in clusters:
                clusters.append(cluster.name)
    return found


def _lasting(cluster: Cluster) -> Iterator[SourceStatus]:
    """All but nodes, of which findings tell."""
    for status in cluster.sources:
        if status.key.kind is not SourceKind.TALOS:
            yield status


def _why(statuses: list[SourceStatus]) -> str | None:
    """Why a server answers nothing at all; None when it does, or was never asked."""
    tried = [each for each in statuses if each.attempts]
    faults = [each.fault for each in tried if each.fault is not None]
    if not tried or len(faults) < len(tried):
        return None
    return faults[0].summary
