"""Everything that is known at one moment: one frozen value for all screens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.model.alert import JudgedAlert, Verdict
from tui.model.kept import once
from tui.model.reading import Freshness, Reading, freshness

if TYPE_CHECKING:
    from tui.model.alertmanager import Alertmanager
    from tui.model.fault import Fault
    from tui.model.finding import Finding
    from tui.model.kube import KubeNode
    from tui.model.log import LogFinding
    from tui.model.machine import Certificate, Detail, Facts, Vitals
    from tui.model.metric import Ruler, Series
    from tui.model.pipeline import Pipeline
    from tui.model.review import Check
    from tui.model.server_clock import OurClock
    from tui.model.silence import Silence
    from tui.model.talos import TalosNode
    from tui.model.target import TargetRow
    from tui.model.trace import Trace
    from tui.model.tunnel import Tunnel


class SourceKind(Enum):
    """The kinds of server that the product reads."""

    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    LOKI = "loki"
    KUBERNETES = "kubernetes"
    TALOS = "talos"

    # The one of Enum runs in Python, and each look-up by a FeedKey needs it.
    __hash__ = object.__hash__


class SourceState(Enum):
    """What one feed is worth at this moment."""

    CONNECTING = "connecting"
    """No attempt has ended yet."""
    LIVE = "live"
    FAILING = "failing"
    """The newest attempt failed; the rows shown are from before."""
    STALE = "stale"
    """No failure is known, but the next answer is overdue."""
    DOWN = "down"
    """It failed and has never answered, or not for ten intervals."""


class FeedKey(Struct, frozen=True, gc=False):
    """One thing that is read from one endpoint, at its own pace."""

    kind: SourceKind
    endpoint: str
    """A URL without secrets, a kubeconfig context, or a Talos node."""
    feed: str
    """`targets`, `rules`, `alerts`, `silences`, `nodes`, `services`, `tail`, …"""


class SourceStatus(Struct, frozen=True, gc=False):
    """How one feed is doing."""

    key: FeedKey
    interval_seconds: float
    observed_at: datetime | None = None
    fault: Fault | None = None
    attempts: int = 0
    is_unverified: bool = False
    """Its certificate is not looked at: the config says `insecure`."""
    tunnel: Tunnel | None = None
    """Of the feed that watches a port-forward: the way that it last had."""
    clock_ahead_seconds: float | None = None
    """How far its server's clock is ahead of ours; None where that is well, not known,
    or where it is ours that is wrong."""

    def state(self, now: datetime) -> SourceState:
        """Worked out when it is drawn: a stored state is already wrong."""
        if self.attempts == 0:
            return SourceState.CONNECTING
        interval = timedelta(seconds=self.interval_seconds)
        found = freshness(self.observed_at, now, interval)
        if self.fault is not None:
            lost = found in {Freshness.NEVER, Freshness.LOST}
            return SourceState.DOWN if lost else SourceState.FAILING
        live = found is Freshness.LIVE
        return SourceState.LIVE if live else SourceState.STALE


class Trend(Struct, frozen=True, gc=False):
    """Targets up against targets known, over the last half hour."""

    up: Series
    total: Series


class NodeView(Struct, frozen=True, gc=False):
    """One machine, as Talos and as Kubernetes see it: two independent facts."""

    name: str
    address: str
    talos: Reading[TalosNode]
    kube: KubeNode | None
    """None when Kubernetes does not list it, or was never asked."""
    kernel: tuple[LogFinding, ...] = ()
    vitals: Reading[Vitals] = Reading()
    facts: Reading[Facts] = Reading()
    detail: Reading[Detail] = Reading()
    """Only of nodes that are being watched."""

    @property
    def handle(self) -> str:
        """What it is asked and opened by: its address, or its name without one."""
        return self.address or self.name


class Standing(Enum):
    """A cluster in one word, worst first."""

    REAL = "real"
    UNJUDGED = "unjudged"
    CONNECTING = "connecting"
    QUIET = "quiet"


class Cluster(Struct, frozen=True, gc=False):
    """One cluster. None stands for "not known yet", an empty tuple for "none"."""

    name: str
    sources: tuple[SourceStatus, ...] = ()
    """Of shared endpoints too, so that a cluster knows what it is blind to."""
    targets: tuple[TargetRow, ...] | None = None
    trend: Trend | None = None
    alerts: tuple[JudgedAlert, ...] | None = None
    """Real first, then undecided, false positive, by design."""
    nodes: tuple[NodeView, ...] = ()
    findings: tuple[Finding, ...] = ()
    traces: tuple[Trace, ...] = ()
    """Of the devices that kernel lines name, warnings included, gravest first."""
    log_findings: tuple[LogFinding, ...] = ()
    last_entry_at: datetime | None = None
    """Time of the newest kernel-log entry seen."""
    certificates: tuple[Certificate, ...] = ()
    review: tuple[Check, ...] = ()
    pipeline: Pipeline | None = None
    """None where no Loki serves it."""

    def newest(self, finding: Finding) -> Finding | None:
        """The same finding as it is now; None when it is not found any more."""
        same = (finding.kind, finding.subject)
        found = (each for each in self.findings if (each.kind, each.subject) == same)
        return next(found, None)

    def standing(self, now: datetime) -> Standing:
        """The worst thing about it: blindness is worse than quiet, not than real.

        Of which neither targets nor alerts are read, nobody can say that it is quiet.
        """
        verdicts = set(once(self.alerts or (), verdicts_of))
        verdicts |= {finding.verdict for finding in self.findings}
        if Verdict.REAL in verdicts:
            return Standing.REAL
        states = {source.state(now) for source in self.sources}
        blind = states - {SourceState.LIVE, SourceState.CONNECTING}
        if Verdict.UNDECIDED in verdicts or blind:
            return Standing.UNJUDGED
        if SourceState.CONNECTING in states or not states:
            return Standing.CONNECTING
        is_dark = self.targets is None and self.alerts is None
        return Standing.UNJUDGED if is_dark else Standing.QUIET


def verdicts_of(alerts: Sequence[JudgedAlert]) -> frozenset[Verdict]:
    """Those that there are; asked for every second, of thousands of alerts."""
    return frozenset(alert.verdict for alert in alerts)


class Fleet(Struct, frozen=True, gc=False):
    """All clusters in the order of the config, and what belongs to none of them."""

    clusters: tuple[Cluster, ...]
    unassigned_alerts: tuple[JudgedAlert, ...] = ()
    silences: tuple[Silence, ...] = ()
    """Of all Alertmanagers."""
    alertmanagers: tuple[Alertmanager, ...] = ()
    rulers: tuple[Ruler, ...] = ()
    stray_targets: tuple[TargetRow, ...] = ()
    """Of shared servers, and of no configured cluster."""
    our_clock: OurClock | None = None
    """None while it is not known to be wrong."""

    def cluster(self, name: str) -> Cluster | None:
        """The cluster of that name."""
        return next((each for each in self.clusters if each.name == name), None)
