"""Folds kernel-log entries into findings: one for each node, class and device."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from tui.model.kernel import GRAVITY, KernelSign, signs, text_of
from tui.model.log import Entry, LogFinding
from tui.model.unix import of_ns

NODE_LABELS = ("node", "hostname", "host")


def fold(
    findings: tuple[LogFinding, ...], entries: Sequence[Entry], cluster: str
) -> tuple[LogFinding, ...]:
    """The findings after these entries, errors first, then the newest.

    Each entry must come once: they are counted. Order does not matter. Meaning and
    severity of a group are those of its gravest line.
    """
    groups = {(each.node, each.kind, each.device): each for each in findings}
    for place, sign in signs([entry.line for entry in entries]):
        new = _finding(cluster, entries[place], sign)
        key = (new.node, new.kind, new.device)
        groups[key] = _joined(groups[key], new) if key in groups else new
    return tuple(sorted(groups.values(), key=_rank))


def within(
    findings: tuple[LogFinding, ...], now: datetime, window: timedelta
) -> tuple[LogFinding, ...]:
    """Findings whose newest line is no older than the window."""
    return tuple(each for each in findings if now - each.last <= window)


Runs = Collection[tuple[Entry, list[int]]]
"""Entries by what they share; see `runs`."""


def runs(entries: Iterable[Entry]) -> Runs:
    """One entry of each that share their labels and metadata, and the times of all.

    They share the very objects: what only looks alike may come apart.
    """
    found: dict[tuple[int, int], tuple[Entry, list[int]]] = {}
    for entry in entries:
        key = id(entry.labels), id(entry.metadata)
        run = found.get(key)
        if run is None:
            run = found[key] = entry, []
        run[1].append(entry.at_ns)
    return found.values()


def last_by_node(known: Mapping[str, datetime], news: Runs) -> Mapping[str, datetime]:
    """When each node wrote last, after these entries; `""` is whoever is not named."""
    newest: dict[str, int] = {}
    for entry, times in news:
        node = node_of(entry)
        newest[node] = max(*times, newest.get(node, 0))
    found = dict(known)
    for node, at_ns in newest.items():
        at = of_ns(at_ns)
        found[node] = max(at, found.get(node, at))
    return found


def _finding(cluster: str, entry: Entry, sign: KernelSign) -> LogFinding:
    at = of_ns(entry.at_ns)
    return LogFinding(
        cluster,
        node_of(entry),
        sign.kind,
        sign.severity,
        sign.device,
        sign.meaning,
        count=1,
        first=at,
        last=at,
        sample=text_of(entry.line),
        entry=entry,
    )


def node_of(entry: Entry) -> str:
    """Who wrote it, by name or address; empty when the pipeline did not say."""
    for label in NODE_LABELS:
        found = entry.labels.get(label) or entry.metadata.get(label)
        if found:
            return found
    return ""


def _joined(old: LogFinding, new: LogFinding) -> LogFinding:
    graver = min(old, new, key=lambda each: GRAVITY[each.meaning])
    newest = new if new.last >= old.last else old
    return replace(
        old,
        severity=graver.severity,
        meaning=graver.meaning,
        count=old.count + 1,
        first=min(old.first, new.first),
        last=newest.last,
        sample=newest.sample,
        entry=newest.entry,
    )


def _rank(finding: LogFinding) -> tuple[bool, float, str, str, str]:
    return (
        finding.severity != "error",
        -finding.last.timestamp(),
        finding.node,
        finding.kind,
        finding.device,
    )
