"""What a finding rests on, what to do about it, and where to look next."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable
from datetime import datetime

from msgspec import Struct

from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Cluster, NodeView
from tui.model.kernel import explained
from tui.model.kernel_catalogue import CATALOGUE
from tui.model.kernel_rules import manifest, proposed_for
from tui.model.log import LogFinding
from tui.model.scrape_error import scrape_error
from tui.model.target import TargetRow
from tui.present import trace
from tui.present.glyphs import Marks, verdict_sign
from tui.present.units import age, between, count, length, moment
from widgets.values import Cell, Column, EvidenceItem, Line, Row, Span, Tone

WAY_COLUMNS = (Column("", 20, weight=1),)
CHECKS, LOGS, NODE = "checks", "logs", "node"
TARGET, TARGETS, SOURCES = "target", "targets", "sources"
PIPELINE = "pipeline"
_NODE_LABELS = ("node", "hostname", "host")
"""Of which a stream of kernel logs has one, the likeliest first."""
_ADVICE = {each.meaning: each.advice for each in CATALOGUE}
_UNKNOWN_ERROR = "Does the address answer from where Prometheus runs?"
_ABOUT_LOGS = {FindingKind.NODE_SILENT, FindingKind.LOG_PIPELINE}
_ABOUT_TARGETS = {
    FindingKind.TARGET_DOWN,
    FindingKind.TARGET_ABSENT,
    FindingKind.TARGET_UNEXPECTED,
}


class Subject(Struct, frozen=True, gc=False):
    """What a finding is about, found in its cluster again."""

    node: NodeView | None
    rows: tuple[TargetRow, ...]
    kernel: tuple[LogFinding, ...]
    is_of_logs: bool = False
    """About the way of the logs."""

    @property
    def unseen(self) -> tuple[LogFinding, ...]:
        """Kernel lines that surely no rule of Loki sees."""
        return tuple(each for each in self.kernel if each.seen_by == ())

    @property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """(where, words) to go on to, the most telling first."""
        ways = []
        if self.is_of_logs:
            ways.append((PIPELINE, "the log pipeline: each stage, and what mends it"))
        if self.kernel:
            what = "the kernel log from its first error"
            ways.append((LOGS, f"{what}, {self.kernel[0].node} only"))
        if self.node is not None:
            ways.append((NODE, f"node {self.node.name}"))
        if self.rows:
            ways.append((CHECKS, f"what to look at next for {self.rows[0].job}"))
            name = f"{self.rows[0].job} {self.rows[0].instance}".rstrip()
            ways.append((TARGET, f"target {name}: its last day, and the ways out"))
            ways.append((TARGETS, f"target {self.rows[0].job} among all targets"))
        return (*ways, (SOURCES, "the sources that all this is read from"))


def subject(finding: Finding, cluster: Cluster) -> Subject:
    """The node, targets and kernel lines that a finding speaks of."""
    words = finding.subject.split()
    node = next(
        (n for n in cluster.nodes if n.name in words or n.address in words), None
    )
    rows: tuple[TargetRow, ...] = ()
    if finding.kind in _ABOUT_TARGETS:
        about = finding.subject
        rows = tuple(
            row
            for row in cluster.targets or ()
            if about.startswith(row.job) and _is_of(row, finding)
        )
    kernel: tuple[LogFinding, ...] = ()
    if finding.kind is FindingKind.KERNEL:
        kernel = tuple(each for each in cluster.log_findings if each.node in words)
    return Subject(node, rows, kernel, finding.kind in _ABOUT_LOGS)


def _is_of(row: TargetRow, finding: Finding) -> bool:
    return finding.subject in {f"{row.job} {row.instance}".rstrip(), row.job}


def way_rows(about: Subject) -> tuple[Row, ...]:
    """Where enter leads."""
    return tuple(Row(key, (Cell(words),)) for key, words in about.ways)


def head_lines(
    finding: Finding, firing: Collection[str], now: datetime, marks: Marks
) -> tuple[Line, ...]:
    """Verdict, title, detail, since when; and whether an alert tells of it.

    firing  names of the alerts of its cluster
    """
    sign = verdict_sign(finding.verdict, marks)
    told = ", ".join(name for name in finding.seen_by if name in firing)
    alert = f"alert {told} tells of it" if told else "no alert"
    said = (sign.span, Span(f"   found by taloscope: {alert}", Tone.QUIET))
    lines = _what_it_is(said, finding, marks)
    if finding.since is not None:
        ago = f"  {age(finding.since, now)} ago"
        lines += [(), (Span(f"since {moment(finding.since)} UTC{ago}", Tone.QUIET),)]
    return tuple(lines)


def ended_lines(
    finding: Finding, ended_at: datetime | None, now: datetime, marks: Marks
) -> tuple[Line, ...]:
    """The same of one that is over: what it was, from when until when.

    ended_at    None where nobody saw it end
    """
    word = verdict_sign(finding.verdict, marks).word
    over = f"ended {age(ended_at, now)} ago" if ended_at else "it is over"
    said = (
        Span(f"{marks.dot} {over}", bold=True),
        Span(f"   was {word}, found by taloscope", Tone.QUIET),
    )
    lines = _what_it_is(said, finding, marks)
    if finding.since is not None:
        told = f"since {moment(finding.since)} UTC"
        if ended_at is not None:
            lasted = length(ended_at - finding.since)
            told = f"from {moment(finding.since)} to {moment(ended_at)} UTC, {lasted}"
        lines += [(), (Span(told, Tone.QUIET),)]
    return tuple(lines)


def _what_it_is(said: Line, finding: Finding, marks: Marks) -> list[Line]:
    """Its title, what it hurts and its detail, behind what is said of it."""
    lines: list[Line] = [said, (Span(finding.title, bold=True),)]
    hurt = [trace.brief(each, marks) for each in finding.traces]
    lines += [(Span("hurts ", Tone.QUIET), *line) for line in hurt]
    if finding.detail:
        lines.append((Span(finding.detail),))
    return lines


def items(
    about: Subject, cluster: str, now: datetime, marks: Marks
) -> tuple[EvidenceItem, ...]:
    """Each fact on a line, with who says so and how old it is."""
    found = [kernel_item(each, cluster, now, marks) for each in about.kernel]
    found += [_target(row, cluster, now, marks) for row in about.rows]
    node = about.node
    if node is not None and node.talos.fault is not None:
        fault = node.talos.fault
        seen = age(node.talos.observed_at, now)
        claim = f"{node.name} does not answer: {fault.summary}"
        told = f"last answered {seen} ago" if seen else "never answered"
        found.append(
            EvidenceItem(marks.good, "supports", Tone.CRITICAL, claim, "talos", told)
        )
    if node is not None and node.kube is not None and not node.kube.is_ready:
        claim = f"{node.name} is not Ready: {node.kube.ready_message}"
        source = f"kubernetes {cluster}"
        found.append(EvidenceItem(marks.good, "supports", Tone.CRITICAL, claim, source))
    return tuple(found)


def kernel_item(
    found: LogFinding, cluster: str, now: datetime, marks: Marks
) -> EvidenceItem:
    """What the kernel printed, how often, and its newest line."""
    place = f"{found.node} {found.device}".rstrip()
    span = f"{between(found.first, found.last, now)} UTC"
    lines = count(found.count, "line")
    code = explained(found.sample)
    meaning = f"{found.meaning} ({code})" if code else found.meaning
    rate = found.per_minute
    pace = f", {rate:.1f} a minute" if rate is not None and found.count > 2 else ""
    claim = f"{place}: {meaning}; {lines}, {span}{pace}: {found.sample}"
    tone = Tone.CRITICAL if found.severity == "error" else Tone.WARNING
    ago = f"{age(found.last, now)} ago"
    return EvidenceItem(
        marks.good, "supports", tone, claim, f"kernel log {cluster}", ago
    )


def _target(row: TargetRow, cluster: str, now: datetime, marks: Marks) -> EvidenceItem:
    parts = [f"{row.job} {row.instance}".rstrip() + f" is {row.health.value}"]
    parts += [part for part in (row.last_error, row.reason) if part]
    scraped = ""
    if row.target is not None:
        parts.append(row.target.scrape_url)
        seen = age(row.target.last_scrape, now)
        scraped = f"scraped {seen} ago" if seen else "never scraped"
    source = f"prometheus {cluster}"
    return EvidenceItem(
        marks.good, "supports", Tone.CRITICAL, "; ".join(parts), source, scraped
    )


def advice(finding: Finding, about: Subject) -> tuple[Line, ...]:
    """What helps: the kernel's catalogue, the fault of the node, the way out."""
    told = [_ADVICE[each.meaning] for each in about.kernel if each.meaning in _ADVICE]
    if about.node is not None and about.node.talos.fault is not None:
        told.append(about.node.talos.fault.advice)
    told += [
        scrape_error(row.last_error).advice or _UNKNOWN_ERROR
        for row in about.rows
        if row.last_error
    ]
    if any(row.target is None for row in about.rows):
        told.append(
            "Is its ServiceMonitor or scrape config still there, and does it match?"
        )
    lines: list[Line] = [(Span(each),) for each in dict.fromkeys(told)]
    for number, fix in enumerate(finding.fixes):
        head = "c copies this:" if number == 0 else "or:"
        lines += [(), (Span(head, Tone.QUIET),)]
        lines += [(Span(line, Tone.ACCENT),) for line in fix.splitlines()]
    return tuple(lines)


def rule_lines(about: Subject) -> tuple[Line, ...]:
    """What Loki's ruler sees of the kernel lines, line class by line class."""
    told: list[Line] = [()] if about.kernel else []
    for each in about.kernel:
        what = (Span(f"{each.kind} {each.device}".rstrip()), Span("  "))
        if each.seen_by is None:
            words = Span("not known whether a rule of Loki sees it", Tone.QUIET)
        elif each.seen_by:
            words = Span(f"rule {', '.join(each.seen_by)} sees it", Tone.QUIET)
        else:
            words = Span("no rule of Loki sees it: R copies one", Tone.WARNING)
        told.append((*what, words))
    return tuple(told)


def rule_text(about: Subject, selector: str) -> str:
    """Rules for the lines that no rule sees: a rules file of Loki's ruler, YAML.

    selector    of the kernel logs, as the config has it
    """
    rules = dict.fromkeys(
        proposed_for(each.kind, each.severity) for each in about.unseen
    )
    return manifest(rules, selector, _node_label(about.unseen)) if rules else ""


def _node_label(found: Iterable[LogFinding]) -> str:
    """The label by which the streams of these lines name their node."""
    for each in found:
        labels = each.entry.labels if each.entry else {}
        for name in _NODE_LABELS:
            if labels.get(name):
                return name
    return _NODE_LABELS[-1]


def copy_text(finding: Finding, about: Subject) -> str:
    """The likeliest way out, else a command that shows the same by hand."""
    if finding.fixes:
        return finding.fixes[0]
    if about.kernel:
        first = about.kernel[0]
        return f"talosctl -n {first.node} dmesg | grep -i {first.kind}"
    for row in about.rows:
        if row.target is not None:
            return f"curl -sS {shlex.quote(row.target.scrape_url)}"
    if about.node is not None:
        return f"talosctl -n {about.node.handle} services"
    return ""
