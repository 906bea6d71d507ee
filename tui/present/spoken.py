"""What is selected as a few lines of text, for people who do not see this screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from tui.model.alert import AlertState, JudgedAlert
from tui.model.change import Change
from tui.model.event import Event
from tui.model.finding import Finding
from tui.model.fleet import Cluster, Fleet, NodeView, SourceKind
from tui.model.log import LogFinding
from tui.model.scrape_error import scrape_error
from tui.model.secrecy import without_secrets
from tui.model.target import Expected, TargetRow
from tui.present import (
    alerts,
    change,
    evidence,
    faults,
    finding,
    happened,
    history,
    log_findings,
    nodes,
    silenced,
    target_list,
    targets,
    trace,
)
from tui.present.glyphs import UNICODE, verdict_sign
from tui.present.units import age, moment, plain
from widgets.values import EvidenceItem, Line

Thing: TypeAlias = (
    JudgedAlert | NodeView | TargetRow | Finding | LogFinding | Change | Event
)
Selected: TypeAlias = tuple[str, Thing]
"""Something, behind the name of its cluster, which is empty when it has none."""

_MOST_LINES = 8
_MOST_EVIDENCE = 3
_WIDEST = 240
"""Letters of a line: a chat folds what is longer."""
_LOOKED_AT = 4_096
"""Letters of a line, before secrets are taken out of it."""
_EXPECTED = {
    Expected.YES: "expected",
    Expected.NO: "not expected",
    Expected.UNLISTED: "not in the inventory",
}


class Spoken(Struct, frozen=True, gc=False):
    """A text, and in a few words what it is about."""

    name: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All lines, as they go to the clipboard."""
        return "\n".join(self.lines)


def spoken(selected: Sequence[Selected], fleet: Fleet, now: datetime) -> Spoken:
    """What is to be said of these, one behind the other; the last line says when."""
    texts = [_of(name, thing, fleet, now) for name, thing in selected]
    lines = [line for text in texts for line in text.lines]
    name = texts[0].name if len(texts) == 1 else f"{len(texts)} alerts"
    return Spoken(name, (*lines, f"seen {moment(now)}Z by taloscope"))


def _of(name: str, thing: Thing, fleet: Fleet, now: datetime) -> Spoken:
    cluster = fleet.cluster(name) or Cluster(name)
    match thing:
        case JudgedAlert():
            title, lines = f"{thing.alert.name} {name}", _alert(thing, fleet, now)
        case NodeView():
            title, lines = f"{thing.name} {name}", _node(thing, cluster, now)
        case TargetRow():
            title = f"{thing.job} {thing.instance}".rstrip() + f" {name}"
            lines = _target(thing, cluster, fleet, now)
        case Finding():
            title, lines = f"{thing.title}, {name}", _finding(thing, cluster, now)
        case LogFinding():
            title, lines = f"{thing.meaning}, {name}", _kernel(thing, cluster, now)
        case Change():
            title, lines = f"{thing.subject.name} {name}", _change(thing, fleet, now)
        case Event():
            title, lines = "what happened", _event(thing, now)
    clean = tuple(_clean(line) for line in lines[: _MOST_LINES - 1] if line.strip())
    return Spoken(_clean(title).strip(), clean)


def _alert(judged: JudgedAlert, fleet: Fleet, now: datetime) -> list[str]:
    alert, name = judged.alert, judged.cluster
    cluster = fleet.cluster(name)
    known = cluster.alerts if cluster else fleet.unassigned_alerts
    key = alerts.alert_key(judged)
    how_long = f"for {age(judged.matters_since, now)}"
    if known is None:
        how_long = f"not known whether it fires, began {moment(alert.starts_at)}Z"
    elif all(alerts.alert_key(each) != key for each in known):
        how_long = f"no longer firing, began {moment(alert.starts_at)}Z"
    state = alert.state.value if _is_special(judged) else ""
    place = alerts.where(alert.labels)
    subject = f"{alert.name} {name or 'of no configured cluster'} {place}".rstrip()
    word = verdict_sign(judged.verdict, UNICODE).word
    quiet = _text(silenced.row_line(judged, _silences(fleet), now, UNICODE))
    quiet = quiet.removeprefix(f"{UNICODE.silenced} ").removeprefix("silenced, ")
    below = [
        f"  silenced: {quiet}" if quiet else "",
        _stale(cluster, faults.ALERT_SOURCES, now),
        _next(judged.judgement.fixes, judged.judgement.would_change),
    ]
    above = [_head(f"{word}  {subject}", alert.severity, state, how_long)]
    if judged.judgement.reason:
        above.append(f"  why: {judged.judgement.reason}")
    items = evidence.items(judged, now, UNICODE)
    return _with_evidence(above, items, below)


def _is_special(judged: JudgedAlert) -> bool:
    """Whether Alertmanager's state says something that nothing else does."""
    is_active = judged.alert.state is AlertState.ACTIVE
    return not is_active and not judged.is_silenced


def _finding(found: Finding, cluster: Cluster, now: datetime) -> list[str]:
    word = verdict_sign(found.verdict, UNICODE).word
    subject = "" if found.subject in found.title else f" {found.subject}"
    how_long = f"for {age(found.since, now)}" if found.since else ""
    gone = "" if cluster.newest(found) else "no longer found"
    head = _head(f"{word}  {found.title} {cluster.name}{subject}", gone, how_long)
    hurt = [f"  hurts: {_text(trace.brief(t, UNICODE))}" for t in found.traces[:1]]
    detail = [f"  why: {found.detail}"] if found.detail else []
    about = finding.subject(found, cluster)
    advice = next((_text(line) for line in finding.advice(found, about)), "")
    # Of a node its own evidence says it: another one's fault makes it no older.
    kinds = faults.TARGET_SOURCES if about.rows else frozenset()
    kinds |= faults.LOG_SOURCES if about.kernel else frozenset()
    below = [
        _stale(cluster, kinds, now),
        _next(found.fixes, "") or (f"  next: {advice}" if advice else ""),
    ]
    items = finding.items(about, cluster.name, now, UNICODE)
    return _with_evidence([head, *hurt, *detail], items, below)


def _kernel(found: LogFinding, cluster: Cluster, now: datetime) -> list[str]:
    key = log_findings.key_of(found)
    known = {log_findings.key_of(each) for each in cluster.log_findings}
    gone = "" if key in known else "no longer found"
    lasts = f"for {age(found.first, now)}"
    head = _head(f"{found.severity}  {found.meaning} {cluster.name}", gone, lasts)
    hurt = f"  hurts: {found.hurts}" if found.hurts else ""
    rules = f"  rules of Loki: {log_findings.rules_cell(found).text}"
    items = [finding.kernel_item(found, cluster.name, now, UNICODE)]
    below = [_stale(cluster, faults.LOG_SOURCES, now)]
    return _with_evidence([head, hurt, rules], items, below)


def _target(row: TargetRow, cluster: Cluster, fleet: Fleet, now: datetime) -> list[str]:
    is_there = target_list.row_of(fleet, cluster.name, row.key) is not None
    is_there |= cluster.targets is None
    since = row.since
    for_ = f"for {age(since.at, now)}" if since else ""
    how_long = for_ if since is None or since.is_exact else f"{for_} or longer"
    gone = "" if is_there else "no longer listed"
    name = f"{row.job} {row.instance}".rstrip()
    sign = targets.sign(row, UNICODE)
    expected = _EXPECTED[row.expected]
    expected += f" ({row.reason})" if row.reason else ""
    lines = [_head(f"{sign.word}  {name} {cluster.name}", expected, gone, how_long)]
    error = scrape_error(row.last_error) if row.last_error else None
    if row.target is not None:
        scraped = _ago(age(row.target.last_scrape, now), "never scraped", "scraped ")
        says = row.last_error or f"says {row.health.value}"
        lines.append(f"  prometheus: {says} ({scraped})")
        lines.append(f"  url: {row.target.scrape_url}")
    else:
        read = _ago(age(target_list.read_at(cluster), now), "never read", "read ")
        lines.append(f"  prometheus: does not list it ({read})")
    lines.append(_stale(cluster, faults.TARGET_SOURCES, now))
    lines.append(f"  next: {error.advice}" if error and error.advice else "")
    return lines


def _node(node: NodeView, cluster: Cluster, now: datetime) -> list[str]:
    sign = nodes.node_sign(node, UNICODE)
    is_control = nodes.is_control_plane(node)
    role = {True: "control plane", False: "worker", None: ""}[is_control]
    is_there = any(
        (each.name, each.address) == (node.name, node.address) for each in cluster.nodes
    )
    gone = "" if is_there else "no longer listed"
    talos, fault = node.talos.value, node.talos.fault
    version = f"Talos {talos.version}" if talos else ""
    name = f"{node.name} {cluster.name} {node.address}"
    heard = _ago(age(node.talos.observed_at, now), "never heard", "heard ")
    counted, wrong = nodes.service_counts(node)
    told = f"{counted - len(wrong)}/{counted} services up"
    told += f", not up: {', '.join(wrong)}" if wrong else ""
    if fault is not None:
        told = f"does not answer: {fault.summary}"
    elif talos is None:
        told = "not read yet"
    kernel = max(node.kernel, key=lambda each: each.last, default=None)
    lines = [
        _head(f"{sign.word}  {name}", role, version, gone),
        f"  talos: {told} ({heard})",
        f"  kubernetes: {_kubernetes(node, cluster, now)}",
    ]
    lines += [f"  {_text(line)}" for line in _unmet(node, now)]
    if kernel is not None:
        place = f"{kernel.kind} {kernel.device}".rstrip()
        seen = f"{kernel.count} lines, newest {age(kernel.last, now)} ago"
        lines.append(f"  kernel: {place}: {kernel.meaning} ({seen})")
    lines.append(f"  next: {fault.advice}" if fault and fault.advice else "")
    return lines


def _unmet(node: NodeView, now: datetime) -> tuple[Line, ...]:
    """What Talos itself says is missing; a fault is told already."""
    if node.talos.fault is not None:
        return ()
    return nodes.trouble_lines(node, now, UNICODE)


def _kubernetes(node: NodeView, cluster: Cluster, now: datetime) -> str:
    read = next(
        (
            source.observed_at
            for source in cluster.sources
            if source.key.kind is SourceKind.KUBERNETES and source.key.feed == "nodes"
        ),
        None,
    )
    how_old = _ago(age(read, now), "never read", "read ")
    if node.kube is None:
        return f"does not list it ({how_old})" if read else "not known"
    ready = nodes.ready_cell(node, UNICODE).text
    said = "" if node.kube.is_ready else f": {node.kube.ready_message}"
    return f"{ready}{said} ({how_old})"


def _change(each: Change, fleet: Fleet, now: datetime) -> list[str]:
    cluster = each.subject.cluster
    place = alerts.where(each.subject.labels)
    name = f"{each.subject.name} {cluster} {place}".rstrip()
    did = _text(change.what(each, UNICODE))
    said = (change.why(each, now), change.doubt(each))
    lines = [f"{moment(each.at)}Z  {name}: {did}"]
    lines += [f"  {words}" for words in said if words]
    firing = history.current(fleet, each)
    known = fleet.cluster(cluster)
    if firing is not None:
        lines += [f"  now {line}" for line in _alert(firing, fleet, now)[:1]]
    elif cluster and (known is None or known.alerts is None):
        lines.append("  now: not known whether it fires")
    else:
        lines.append("  now: no longer firing")
    lines.append(_stale(known, faults.ALERT_SOURCES, now))
    return lines


def _event(event: Event, now: datetime) -> list[str]:
    where = f"{event.cluster}  " if event.cluster else ""
    return [f"{moment(event.at)}Z  {where}{happened.event_text(event, now)}"]


def _with_evidence(
    above: list[str], items: Sequence[EvidenceItem], below: Sequence[str]
) -> list[str]:
    """As much evidence as there is room for; what speaks against is not left out."""
    ends = [line for line in below if line]
    room = _MOST_LINES - 1 - len(above) - len(ends)
    room = max(1, min(_MOST_EVIDENCE, room))
    against = [item for item in items if item.word != "supports"]
    chosen = [*against[:room]]
    chosen += [item for item in items if item.word == "supports"][: room - len(chosen)]
    told = [_piece(item) for item in items if item in chosen]
    left = len(items) - len(told)
    if left > 0:
        told[-1] += f" and {left} more"
    return [*above, *told, *ends]


def _piece(item: EvidenceItem) -> str:
    return f"  {item.word}: {item.claim} ({item.source}, {item.age or 'no age known'})"


def _next(fixes: Sequence[str], would_change: str) -> str:
    """The likeliest way out; one of several lines is only told of."""
    if fixes:
        lines = fixes[0].strip().splitlines()
        if len(lines) == 1:
            return f"  next: {lines[0]}"
        return f"  next: a fix of {len(lines)} lines, which taloscope shows"
    return f"  would change it: {would_change}" if would_change else ""


def _stale(cluster: Cluster | None, kinds: frozenset[SourceKind], now: datetime) -> str:
    """That all this may be old; empty while it is live."""
    failed = faults.worst(cluster, kinds, now) if cluster else None
    if failed is None:
        return ""
    note = faults.fault_note(failed, now, UNICODE)
    seen = _ago(age(failed.observed_at, now), "never answered", "last answer ")
    return f"  STALE: {note.what}: {note.why} ({seen})"


def _silences(fleet: Fleet) -> silenced.Known:
    return {each.id: each for each in fleet.silences}


def _head(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _ago(how_old: str, never: str, before: str = "") -> str:
    return f"{before}{how_old} ago" if how_old else never


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


def _clean(line: str) -> str:
    """One line that steers no terminal, tells no secret, and is not endless.

    What stands beside a cut may be half of a secret, and is not told.
    """
    is_cut = len(line) > _LOOKED_AT
    line = line[:_LOOKED_AT]
    indent = "  " if line.startswith("  ") else ""
    verdict, gap, rest = line.strip().partition("  ")
    text = verdict + gap + " ".join(rest.split()) if gap else verdict
    text = without_secrets(plain(text))
    if is_cut:
        text = f"{text[:-_WIDEST]}…"
    if len(text) > _WIDEST:
        text = text[: _WIDEST - 1] + "…"
    return indent + text
