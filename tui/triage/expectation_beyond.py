"""What an operator's claims ask of other servers, and how the answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import isfinite, isnan

from tui.model.declared import (
    InventorySays,
    KernelLine,
    QueryHolds,
    ServiceHealthy,
    TargetsUp,
)
from tui.model.kube import KubeNode
from tui.model.metric import Sample
from tui.model.question_beyond import (
    KernelFound,
    KernelLines,
    Measured,
    NodeTold,
    PromQuery,
    TalosServices,
    TargetsOf,
)
from tui.model.reading import STALE_AFTER
from tui.model.talos import ServiceHealth
from tui.model.target import Health, TargetRow, hosts_named
from tui.triage.case import Case
from tui.triage.expectation import AHEAD, ON
from tui.triage.on_nodes import NODES, chosen, none_listed
from tui.triage.rule import Claim, Ruling, fails, holds, unclear

SERVICES = TalosServices()
_HARMLESS = "PromQL info"
_WRITTEN = timedelta(seconds=130)
"""Two scrapes at Prometheus' own pace of one a minute, or one of every two minutes, and
ten seconds for the scrape itself. Prometheus shows a sample for five minutes."""
_QUIET = timedelta(hours=1)
"""A kernel that is well may say nothing for minutes; its services hardly do."""


def query(expected: QueryHolds) -> Claim:
    """Every sample passes. None at all, one without a finite value, or a server in
    doubt proves nothing."""
    question = PromQuery(expected.expression)

    def read(case: Case) -> Ruling:
        measured: Measured = case.value(question)
        known = [each for each in measured.samples if not isnan(each.value)]
        against = next((each for each in known if _refutes(each, expected)), None)
        if against is not None:
            return fails(f"{_said(expected, against)}, not {expected.holds}")
        if doubt := _doubt(measured, case.dated_at(question)):
            return unclear(doubt)
        short = [each for each in known if not expected.holds.holds(each.value)]
        if short:
            return unclear(_said(expected, short[0]))
        more = f" and {len(known) - 1} more" if len(known) > 1 else ""
        return holds(f"{known[0].value:g}{more}")

    return Claim(f"{expected.expression} is {expected.holds}", (question,), read)


def _refutes(sample: Sample, expected: QueryHolds) -> bool:
    if expected.contradicts is not None:
        return expected.contradicts.holds(sample.value)
    return not expected.holds.holds(sample.value)


def _said(expected: QueryHolds, sample: Sample) -> str:
    labels = ", ".join(f"{k}={v}" for k, v in sorted(sample.labels.items())[:3])
    place = f" for {labels}" if labels else ""
    return f"{expected.expression} is {sample.value:g}{place}"


def _doubt(measured: Measured, seen: datetime | None) -> str:
    """Why the samples may not be all of them, or not of now; empty when they are."""
    warnings = [each for each in measured.warnings if not each.startswith(_HARMLESS)]
    if warnings:
        return f"Prometheus warns: {warnings[0]}"
    if not measured.samples:
        return "no series matches"
    if not all(isfinite(each.value) for each in measured.samples):
        return "the value is not a number"
    at = min(each.at for each in measured.samples)
    off = 0.0 if seen is None else seen.timestamp() - at
    if abs(off) > AHEAD.total_seconds():
        return f"its samples are {off:.0f} s old: a cache, or clocks that disagree"
    return _end(measured, at)


def _end(measured: Measured, at: float) -> str:
    """Whether a series was read that is no more, in words; empty when none was.

    at  when the expression was evaluated, as `Measured.written_at` by the server
    """
    if measured.ended:
        return f"{measured.ended} series that it reads ended within its range"
    if measured.down:
        word = "target is" if measured.down == 1 else "targets are"
        return f"{measured.down} {word} down of a job that it reads"
    if measured.written_at is None:
        return "nothing that it reads is written at this moment"
    age = at - measured.written_at
    if age > _WRITTEN.total_seconds():
        return f"a series that it reads was last written {age:.0f} s ago"
    return ""


def targets(expected: TargetsUp) -> Claim:
    """Prometheus reads all of them, and there is one."""
    question = TargetsOf(expected.job)

    def read(case: Case) -> Ruling:
        rows: tuple[TargetRow, ...] = case.value(question)
        seen = case.dated_at(question)
        for row in rows:
            if row.health in {Health.DOWN, Health.ABSENT}:
                return fails(f"{row.job} {row.instance} is {row.health.value}")
        for row in rows:
            if row.health is not Health.UP or not is_scraped(row, seen):
                return unclear(f"{row.job} {row.instance} was not scraped lately")
        if not rows:
            return unclear("Prometheus lists no such target")
        return holds(f"{len(rows)}/{len(rows)} up")

    return Claim(f"every target of {expected.job} is up", (question,), read)


def is_scraped(row: TargetRow, seen: datetime | None) -> bool:
    """Whether `up` is of now: a Prometheus that stands still goes on saying it."""
    target = row.target
    if target is None or target.last_scrape is None or seen is None:
        return False
    # In seconds: what a server says of its interval may be longer than any calendar.
    age, ahead = (seen - target.last_scrape).total_seconds(), AHEAD.total_seconds()
    return -ahead <= age <= STALE_AFTER * target.interval_seconds + ahead


def service(expected: ServiceHealthy) -> Claim:
    """A Talos service on each node that is meant, each by its own fresh word."""

    def read(case: Case) -> Ruling:
        nodes = chosen(case.value(NODES), expected.where)
        if not nodes:
            return none_listed(expected.where)
        told: tuple[NodeTold, ...] = case.value(SERVICES)
        rulings = [of_node(node, told, expected.service, case) for node in nodes]
        against = [each for each in rulings if each.refutes] or [
            each for each in rulings if not each.proves
        ]
        return against[0] if against else holds(f"{len(nodes)}/{len(nodes)} nodes")

    text = f"{expected.service} is healthy on {ON[expected.where]}"
    return Claim(text, (NODES, SERVICES), read)


def of_node(
    node: KubeNode, told: tuple[NodeTold, ...], name: str, case: Case
) -> Ruling:
    """A Talos service on one node, by that node's own fresh word."""
    names = {node.name, *node.addresses}
    own = next(
        (t for t in told if t.node.address in names or t.node.hostname in names), None
    )
    if own is None:
        return unclear(f"{node.name} did not tell of its services")
    found = next((each for each in own.node.services if each.id == name), None)
    if found is None:
        return fails(f"{node.name} has no service {name}")
    if found.state != "Running" or found.health is ServiceHealth.UNHEALTHY:
        why = found.message or f"{found.state}, {found.health.value}"
        return fails(f"{name} on {node.name} is not healthy ({why})")
    if over := _over(own, case):
        return unclear(f"{node.name} {over}")
    if found.health is not ServiceHealth.HEALTHY:
        return unclear(f"Talos does not check the health of {name} on {node.name}")
    return holds("healthy")


def _over(told: NodeTold, case: Case) -> str:
    """Why an answer proves nothing any more; empty while it does."""
    if told.refused:
        return f"says no more: {told.refused}"
    if told.observed_at < case.alert.starts_at:
        return "last answered before the alert began"
    age = case.now - told.observed_at
    is_old = age > STALE_AFTER * case.pace(SERVICES)
    return f"last answered {age.total_seconds():.0f} s ago" if is_old else ""


def kernel_line(expected: KernelLine) -> Claim:
    """A text in the kernel logs. Where the alert names a node, its own must hold it.

    That it is not there counts only while every node writes: one that has gone silent
    looks just like one that is fine.
    """
    question = KernelLines(expected.needle, expected.minutes)
    within = f"within {expected.minutes} min"

    def is_there(case: Case) -> Ruling:
        found: KernelFound = case.value(question)
        about = _nodes_named(case)
        hits = [each for each in found.lines if not about or each.node in about]
        if not hits:
            whose = f" of {min(about)}" if about and found.lines else ""
            return unclear(f"no line{whose} with {expected.needle!r} {within}")
        return holds(f"{hits[0].at:%H:%M:%S} UTC {hits[0].line}")

    def is_absent(case: Case) -> Ruling:
        found: KernelFound = case.value(question)
        nodes: tuple[KubeNode, ...] = case.value(NODES)
        if found.lines:
            return fails(f"the kernel logs have it: {found.lines[0].line}")
        if not nodes:
            return unclear("no node is listed")
        since = case.now - timedelta(minutes=expected.minutes)
        for node in nodes:
            if quiet := _quiet(node, found, since, case.now):
                return unclear(quiet)
        return holds(f"none, and {len(nodes)}/{len(nodes)} nodes write")

    if expected.is_present:
        text = f"the kernel logs hold {expected.needle!r} {within}"
        return Claim(text, (question,), is_there, also=(NODES,))
    text = f"the kernel logs do not hold {expected.needle!r} {within}"
    return Claim(text, (NODES, question), is_absent)


def _nodes_named(case: Case) -> frozenset[str]:
    """By all its names the node that the alert is about; empty when it is of none.

    While the nodes are not known, whatever it names may be one.
    """
    named = hosts_named(case.alert.labels)
    nodes: tuple[KubeNode, ...] | None = case.fresh(NODES)
    if nodes is None:
        return named
    every = (frozenset((node.name, *node.addresses)) for node in nodes)
    return frozenset().union(*(names for names in every if names & named))


def _quiet(node: KubeNode, found: KernelFound, since: datetime, now: datetime) -> str:
    """Why a node that wrote no line may have had one; empty when it writes."""
    if not _spoke(node, found.spoke_at, since):
        minutes = (now - since) // timedelta(minutes=1)
        return f"{node.name} wrote nothing at all within {minutes} min"
    if _spoke(node, found.spoke_at, now + AHEAD):
        return f"{node.name} writes in the future: clocks disagree"
    if not _spoke(node, found.kernel_at, min(since, now - _QUIET)):
        return f"of {node.name} only its services write, its kernel not for an hour"
    return ""


def _spoke(node: KubeNode, told: Mapping[str, datetime], since: datetime) -> bool:
    """Whether the node wrote since then, by any of its names."""
    times = [told.get(name) for name in (node.name, *node.addresses)]
    return any(at is not None and at >= since for at in times)


def inventory(expected: InventorySays) -> Claim:
    """What the operator has written down of a job."""
    wanted = "expects" if expected.is_expected else "does not expect"

    def read(case: Case) -> Ruling:
        lines = [line for line in case.inventory if line.job == expected.job]
        if not lines:
            return unclear(f"the inventory does not list {expected.job}")
        for line in lines:
            if line.expected is not expected.is_expected:
                other = "expects" if line.expected else "does not expect"
                return fails(f"the inventory {other} {expected.job}")
        return holds(lines[0].reason or "so it says")

    text = f"the inventory {wanted} {expected.job}"
    return Claim(text, (), read, told_by="inventory")
