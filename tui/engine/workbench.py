"""Works out what is known, beside the event loop, and keeps what it may need again.

A pass is pure but for what is kept here, and there is one pass at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tui.chronicle.attention import Attention, of_alerts
from tui.chronicle.happenings import Happenings
from tui.chronicle.watcher import Seen, Watcher
from tui.engine import tracing
from tui.engine.assemble import assemble
from tui.engine.judging import Judging
from tui.engine.review import Reviewer
from tui.engine.view import View
from tui.model.attention import Real, Wishes
from tui.model.event import Event
from tui.model.fleet import Cluster, FeedKey, Fleet, SourceKind, verdicts_of
from tui.model.kept import once
from tui.model.question import KubeNodes, Question
from tui.model.question_beyond import NodePrinted
from tui.model.target import Target
from tui.model.target_summary import summarised
from tui.triage.changes import NOTHING, Changes, follow

Asked = Mapping[str, tuple[Question, ...]]
"""Questions by name of the cluster."""


class Made(Struct, frozen=True):
    """What one pass comes to."""

    asked: Asked
    """What the alerts of each cluster make us ask; its nodes, whatever they do."""
    seen: Seen
    """The fleet compared with the one before."""
    outdated: frozenset[FeedKey] = frozenset()
    """Feeds that must be read again before their turn."""
    happened: tuple[Event, ...] = ()
    """Since the fleet before, beside what alerts did; oldest first."""
    called: tuple[Real, ...] = ()
    """What has turned real, of which a person wants to be told; the worst first."""

    @property
    def fleet(self) -> Fleet:
        """Everything that is known."""
        return self.seen.fleet


class Workbench:
    """Makes a fleet of a view."""

    def __init__(self, watcher: Watcher, wishes: Wishes) -> None:
        self._watcher = watcher
        self._attention = Attention(wishes)
        self._happenings = Happenings()
        self._reviewer = Reviewer()
        self._changes: dict[FeedKey, Changes] = {}
        self._hurried: set[tuple[FeedKey, datetime]] = set()

    def make(self, view: View, *, is_waking: bool = False) -> Made:
        """Everything that is known at `view.now`, and what must be asked for more.

        is_waking   the proof is of before the machine slept: nothing turns by it
        """
        view = replace(view, changes=self._followed(view))
        fleet = self._reviewer.reviewed(view, assemble(view))
        watcher = self._watcher
        seen = watcher.glance(fleet) if is_waking else watcher.look(fleet, view.now)
        for cluster in seen.fleet.clusters:
            # Here rather than on the loop, when somebody looks.
            once(cluster.targets or (), summarised)
            once(cluster.alerts or (), of_alerts)
            once(cluster.alerts or (), verdicts_of)
        return Made(
            self._asked(view, fleet),
            seen,
            self._outdated(view, fleet),
            self._happenings.look(seen.fleet, view.now),
            self._attention.look(seen.fleet, view.now),
        )

    def _outdated(self, view: View, fleet: Fleet) -> frozenset[FeedKey]:
        """Each once for each line that it is too old for."""
        found = {
            each
            for cluster in fleet.clusters
            for each in tracing.outdated(view, cluster)
        }
        new = found - self._hurried
        self._hurried = found
        return frozenset(key for key, _ in new)

    def _followed(self, view: View) -> Mapping[FeedKey, Changes]:
        """When targets changed, now that they were read again."""
        for served in view.of_kind(SourceKind.PROMETHEUS):
            key = served.key("targets")
            reading = view.reading(key)
            listed: tuple[Target, ...] | None = reading.value
            known, at = self._changes.get(key, NOTHING), reading.observed_at
            if listed is not None and at is not None and at != known.read_at:
                self._changes[key] = follow(known, listed, at)
        return dict(self._changes)

    def _asked(self, view: View, fleet: Fleet) -> Asked:
        """Each question once, in a stable order."""
        found: dict[str, dict[Question, None]] = {
            cluster.name: {KubeNodes(): None} for cluster in fleet.clusters
        }
        for names, questions in view.memo.keep(Judging).asked:
            for name in found.keys() & set(names):
                found[name].update(dict.fromkeys(questions))
        for cluster in fleet.clusters:
            found[cluster.name].update(dict.fromkeys(_doubted(cluster)))
            found[cluster.name].update(dict.fromkeys(tracing.wanted(cluster)))
        return {name: tuple(questions) for name, questions in found.items()}


def _doubted(cluster: Cluster) -> Iterator[NodePrinted]:
    """The nodes that Loki hears less than usual, if Talos knows them."""
    known = {node.address for node in cluster.nodes if node.talos.value is not None}
    for node in cluster.pipeline.nodes if cluster.pipeline else ():
        if node.is_suspect and node.address in known:
            yield NodePrinted(node.address)
