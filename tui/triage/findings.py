"""What a person should act on beside alerts: targets, nodes, services, the kernel.

Each function looks at one kind of fact of one cluster. What may be our own blindness
is undecided, never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from tui.model.alert import Verdict
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import NodeView
from tui.model.kernel import GRAVITY
from tui.model.labels import NO_LABELS, Labels
from tui.model.log import LogFinding
from tui.model.metric import Rule
from tui.model.reading import Freshness
from tui.model.scrape_error import scrape_error
from tui.model.talos import ServiceHealth, TalosService
from tui.model.target import Expected, Health, TargetRow
from tui.model.target_fix import fixes
from tui.model.trace import Trace
from tui.triage import log_rule
from tui.triage.trace import response


def of_targets(
    rows: Iterable[TargetRow],
    freshness: Freshness,
    cluster: str,
    marks: Labels = NO_LABELS,
) -> tuple[Finding, ...]:
    """Targets that are not as the inventory would have them, with the ways out.

    freshness   of Prometheus' answer: from an old one nothing is certain
    marks       labels that mark the cluster's targets on a shared Prometheus
    """
    same: dict[tuple[object, ...], tuple[Finding, list[TargetRow]]] = {}
    for row in rows:
        if row.is_finding:
            found = _of_target(row, freshness)
            name = found.kind, found.verdict, found.subject
            same.setdefault(name, (found, []))[1].append(row)
    return tuple(_together(*each, cluster, marks) for each in same.values())


def _together(
    found: Finding, rows: Sequence[TargetRow], cluster: str, marks: Labels
) -> Finding:
    """One finding of all targets of one name: a kubelet is scraped three times."""
    exact = [row.since.at for row in rows if row.since and row.since.is_exact]
    many = f"{len(rows)} targets" if len(rows) > 1 else ""
    return replace(
        found,
        detail=": ".join(filter(None, (many, found.detail))),
        since=min(exact) if len(exact) == len(rows) else None,
        fixes=tuple(fix.text for fix in fixes(cluster, rows[0], marks)),
    )


def _of_target(row: TargetRow, freshness: Freshness) -> Finding:
    subject = f"{row.job} {row.instance}".rstrip()
    is_certain = freshness is Freshness.LIVE and row.expected is not Expected.UNLISTED
    verdict = Verdict.REAL if is_certain else Verdict.UNDECIDED
    if row.expected is Expected.NO:
        kind, said = FindingKind.TARGET_UNEXPECTED, "is scraped, but not expected"
        if row.health is Health.DOWN:
            # Nothing that anybody wants is broken: only what is scraped is wrong.
            said = "is scraped, and down, but not expected"
            verdict = Verdict.FALSE_POSITIVE if is_certain else Verdict.UNDECIDED
        detail = row.reason
    elif row.health is Health.ABSENT:
        kind, said = (
            FindingKind.TARGET_ABSENT,
            "is expected, but Prometheus has no such",
        )
        detail = row.reason
    else:
        kind, said = FindingKind.TARGET_DOWN, "is down"
        if row.expected is Expected.UNLISTED:
            said = "is down, and not in the inventory"
        detail = scrape_error(row.last_error).words
    return Finding(kind, verdict, subject, f"{subject} {said}", detail)


def of_nodes(
    nodes: Iterable[NodeView], interval: timedelta, now: datetime
) -> tuple[Finding, ...]:
    """Nodes that do not answer, are not Ready, or have services that are not well.

    interval    how often each node is asked
    """
    found: list[Finding] = []
    for node in nodes:
        freshness = node.talos.freshness(now, interval)
        found += _unreachable(node, freshness)
        found += _not_ready(node)
        found += _services(node, freshness)
    return tuple(found)


def _unreachable(node: NodeView, freshness: Freshness) -> list[Finding]:
    """No answer may be our own fault: it takes Kubernetes' word to be certain."""
    fault = node.talos.fault
    if fault is None or freshness is Freshness.LIVE:
        return []
    is_certain = node.kube is not None and node.kube.is_ready is not True
    return [
        Finding(
            FindingKind.NODE_UNREACHABLE,
            Verdict.REAL if is_certain else Verdict.UNDECIDED,
            node.name,
            f"{node.name} does not answer",
            fault.summary,
            node.talos.observed_at,
        )
    ]


def _not_ready(node: NodeView) -> list[Finding]:
    kube = node.kube
    if kube is None or kube.is_ready is True:
        return []
    said = "is not Ready" if kube.is_ready is False else "has gone quiet: Ready unknown"
    return [
        Finding(
            FindingKind.NODE_NOT_READY,
            Verdict.REAL,
            node.name,
            f"{node.name} {said}",
            kube.ready_message,
        )
    ]


def _services(node: NodeView, freshness: Freshness) -> list[Finding]:
    talos = node.talos.value
    if talos is None:
        return []
    verdict = Verdict.REAL if freshness is Freshness.LIVE else Verdict.UNDECIDED
    return [
        Finding(
            FindingKind.SERVICE_UNHEALTHY,
            verdict,
            f"{node.name} {service.id}",
            f"{service.id} on {node.name} is {_ailment(service)}",
            service.message,
            service.last_change,
        )
        for service in talos.services
        if _is_ill(service)
    ]


def _is_ill(service: TalosService) -> bool:
    """Failed, or found unhealthy while it runs: starting and waiting are no illness."""
    is_unhealthy = service.health is ServiceHealth.UNHEALTHY
    return service.state == "Failed" or (service.state == "Running" and is_unhealthy)


def _ailment(service: TalosService) -> str:
    return "failed" if service.state == "Failed" else "unhealthy"


def of_kernel(
    found: Iterable[LogFinding],
    rules: Sequence[Rule],
    traces: Sequence[Trace] = (),
    context: str = "",
) -> tuple[Finding, ...]:
    """Nodes whose kernel reported errors in the window: one finding a node.

    One broken disk speaks in many classes, and a person acts on the node as a whole;
    the log findings keep them apart. Warnings stay with the log.

    found   as `kernel_log` ranks them
    rules   of the ruler over these logs, to name those that do not see a line
    traces  of the devices that the lines name, gravest first
    context of the kubeconfig, for commands
    """
    nodes: dict[str, list[LogFinding]] = {}
    for each in found:
        if each.severity == "error":
            nodes.setdefault(each.node, []).append(each)
    return tuple(
        _traced(_of_kernel(node, errors, rules), node, traces, context)
        for node, errors in nodes.items()
    )


def _traced(
    finding: Finding, node: str, traces: Sequence[Trace], context: str
) -> Finding:
    """The finding with what its devices lead to, and what the runbook says to do."""
    own = tuple(each for each in traces if each.node == node)
    told = [response.commands(each, context) for each in own]
    return replace(finding, traces=own, fixes=tuple(filter(None, told)))


def _of_kernel(node: str, errors: list[LogFinding], rules: Sequence[Rule]) -> Finding:
    gravest = min(errors, key=lambda each: GRAVITY[each.meaning])
    classes = dict.fromkeys(f"{each.kind} {each.device}".rstrip() for each in errors)
    told = [f"{', '.join(classes)}: {gravest.sample}", log_rule.hole(gravest, rules)]
    return Finding(
        FindingKind.KERNEL,
        Verdict.REAL,
        node,
        f"kernel of {node}: {gravest.meaning}",
        "; ".join(filter(None, told)),
        min(each.first for each in errors if each.meaning == gravest.meaning),
        seen_by=gravest.seen_by or (),
    )


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Real first, then by kind in the order of the enum, else as they came."""
    kinds = list(FindingKind)

    def attention(finding: Finding) -> tuple[bool, int]:
        return finding.verdict is not Verdict.REAL, kinds.index(finding.kind)

    return tuple(sorted(findings, key=attention))
