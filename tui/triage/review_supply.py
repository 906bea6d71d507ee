"""Checks of the review on what watches the cluster, and on what lets us in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from tui.model.alert import Evidence, Verdict
from tui.model.fleet import NodeView
from tui.model.kept import once
from tui.model.machine import Certificate
from tui.model.target import Health, TargetRow
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.review_rule import CheckRule, everyone, first_ill, piece
from tui.triage.rule import Ruling, fails, holds, unclear

SILENCE = timedelta(minutes=10)
EXPIRY = timedelta(days=30)


def _monitoring(case: ReviewCase) -> Iterator[Evidence]:
    claim = "Prometheus knows targets of this cluster"
    if case.targets is None:
        yield Evidence(
            claim, Verdict.UNDECIDED, "config", value="no Prometheus serves it"
        )
    else:
        yield piece(case, claim, [case.targets], _targets)


def _targets(rows: Sequence[TargetRow]) -> Ruling:
    counts = once(rows, _healths)
    listed, up = counts.total() - counts[Health.ABSENT], counts[Health.UP]
    if not listed:
        return fails("Prometheus has no target of this cluster")
    if not up:
        return fails(f"none of {listed} targets of this cluster is up")
    return holds(f"{up}/{listed} targets up")


def _healths(rows: Sequence[TargetRow]) -> Counter[Health]:
    return Counter(row.health for row in rows)


def _logging(case: ReviewCase) -> Iterator[Evidence]:
    claim = f"every node wrote entries in the last {_minutes(SILENCE)} minutes"
    if case.log is None:
        yield Evidence(claim, Verdict.UNDECIDED, "config", value="no Loki serves it")
    else:
        yield piece(case, claim, [case.log], lambda last: _written(case, last))
        yield everyone(case)


def _written(case: ReviewCase, last: Mapping[str, datetime]) -> Ruling:
    if not case.nodes:
        return unclear("no node is known")
    ill = first_ill(_written_by(case, node, last) for node in case.nodes)
    return ill or holds(f"{len(case.nodes)}/{len(case.nodes)} nodes")


def _written_by(
    case: ReviewCase, node: NodeView, last: Mapping[str, datetime]
) -> Ruling:
    times = [last[name] for name in (node.name, node.address) if name in last]
    if not times and "" in last:
        return unclear(f"entries do not say whose they are: {node.name} may be silent")
    if not times:
        return fails(f"Loki has no recent entry of {node.name}")
    silence = case.now - max(times)
    if silence > SILENCE:
        return fails(f"{node.name} has written nothing for {_minutes(silence)} minutes")
    return holds(node.name)


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)


def _certificates(case: ReviewCase) -> Iterator[Evidence]:
    claim = f"certificates are good for {EXPIRY.days} days and more"
    if not case.certificates:
        yield Evidence(
            claim, Verdict.UNDECIDED, "talosconfig", value="no certificate is known"
        )
    for each in case.certificates:
        left = each.expires_at - case.now
        ruling = _expiry(each, left)
        is_well = ruling.supports is Verdict.FALSE_POSITIVE
        yield Evidence(
            claim=claim if is_well else ruling.words,
            supports=ruling.supports,
            source="talosconfig",
            query="talosctl config info",
            value=ruling.words if is_well else "",
        )


def _expiry(certificate: Certificate, left: timedelta) -> Ruling:
    if left <= timedelta(0):
        return fails(f"{certificate.name} has expired")
    words = f"{certificate.name} expires in {left.days} days"
    return holds(words) if left > EXPIRY else fails(words)


CHECKS = (
    CheckRule(
        id="certificates",
        title="Certificates",
        passes=f"the certificates that let us in are good for more than {EXPIRY.days} "
        "days",
        advice="While it is valid: `talosctl -n CONTROL_PLANE config new "
        "--roles=os:reader FILE`. Afterwards only the secrets bundle makes a new one.",
        read=_certificates,
        asks=("talosctl config info",),
        blind_spots=(
            "The cluster's own authorities, which last ten years.",
            "The certificate of the kubeconfig.",
        ),
    ),
    CheckRule(
        id="monitoring",
        title="Monitoring",
        passes="Prometheus answers, lists targets of this cluster, and at least one is "
        "up",
        advice="No target: is the `cluster` label set where this cluster is scraped? "
        "None up: is the network between Prometheus and the cluster open?",
        read=_monitoring,
        asks=("Prometheus: /api/v1/targets?state=active",),
        blind_spots=("Which targets there should be: that is the inventory's part.",),
    ),
    CheckRule(
        id="logging",
        title="Logging",
        passes="Loki has an entry of every node that is younger than "
        f"{_minutes(SILENCE)} minutes",
        advice="Along the pipeline: `machine.logging` of that node, the NodePort as "
        "seen from it, the Vector pod on it, Loki.",
        read=_logging,
        asks=("Loki: the newest entry of each node of this cluster", NODES.text),
        blind_spots=(
            "A node that had nothing to say for so long looks like one that is cut "
            "off.",
            "Entries without `node`, `hostname` or `host` label: it cannot be told.",
        ),
    ),
)
