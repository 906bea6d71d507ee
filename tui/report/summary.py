"""The top of a report: what it was, in a sentence and in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from tui.present.units import count
from tui.report.escaped import table, text
from tui.report.times import at, between, lasted, stretch
from tui.report.values import Case, Report, Stretch

HOLE = timedelta(seconds=15)
"""So much may lie between two moments, and before the first, without a word of it."""
_MOST_HOLES = 5


def title(report: Report) -> str:
    """What it is of, as Markdown."""
    hurt = {each.cluster for each in report.real}
    named = [text(name) for name in report.clusters if name in hurt]
    of = f"Incident report: {', '.join(named)}" if named else "Report"
    return f"{of}, {stretch(report.span)}"


def summary(report: Report) -> Iterator[str]:
    """The sentence, then the table."""
    yield _what(report)
    yield ""
    yield from table(("", ""), _facts(report))


def _turned(report: Report) -> tuple[Case, ...]:
    """What turned real within the time, the first first."""
    since = report.span.since
    return tuple(each for each in report.real if each.since and each.since >= since)


def _what(report: Report) -> str:
    turned = _turned(report)
    before = len(report.real) - len(turned)
    said = [_began(report, turned) if turned else "**Nothing turned real.**"]
    if turned:
        said.append(_ended(report, turned))
    if before:
        names = _names([each for each in report.real if each not in turned])
        said.append(f"{count(before, 'was', 'were')} real already before: {names}.")
    if report.unsure:
        said.append(_doubtful(report.unsure))
    return " ".join(said)


def _doubtful(unsure: Sequence[Case]) -> str:
    at_times = sum(each.is_at_times for each in unsure)
    said = f"{len(unsure)} more could not be judged"
    if at_times == len(unsure):
        return f"{said} at times."
    return f"{said}, {at_times} of them at times." if at_times else f"{said}."


def _began(report: Report, turned: Sequence[Case]) -> str:
    alerts = sum(each.is_alert for each in turned)
    numbers = (alerts, "alert"), (len(turned) - alerts, "finding")
    named = " and ".join(count(number, noun) for number, noun in numbers if number)
    first = turned[0]
    when = at(report, first.since)
    return f"**{named} turned real**; the first, at {when}: {_named(first)}."


def _ended(report: Report, turned: Sequence[Case]) -> str:
    still = sum(each.until is None for each in turned)
    if still:
        return f"**{count(still, 'is', 'are')} still real at the end.**"
    last = max(each.until for each in turned if each.until)
    begun = min(each.since for each in turned if each.since)
    return f"The last was over at {at(report, last)}, after {lasted(last - begun)}."


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    span = report.span
    yield "when", f"{stretch(span)}, {lasted(span.length)}"
    hurt = {each.cluster for each in report.real}
    clusters = (
        f"**{text(name)}**" if name in hurt else text(name) for name in report.clusters
    )
    yield "clusters", ", ".join(clusters) + (" (bold: real)" if hurt else "")
    yield "recorded", _coverage(report)
    if report.unread:
        told = (
            f"{between(report, w.since, w.until)}: {text(y)}" for y, w in report.unread
        )
        yield (
            "history",
            f"**could not be read** {'; '.join(told)}; turns of alerts may be missing",
        )
    turned = _turned(report)
    before = [each for each in report.real if each not in turned]
    yield "turned real", _names(turned)
    yield "real already before", _names(before)
    yield "could not be judged", _names(report.unsure)
    yield "false positives", _names(report.false)
    nodes = (f"{text(each.name)} ({text(each.cluster)})" for each in report.nodes)
    yield "nodes affected", ", ".join(nodes) or "none seen"
    claims = dict.fromkeys(each for hurt in report.volumes for each in hurt.claims)
    pods = dict.fromkeys(each for hurt in report.volumes for each in hurt.pods)
    yield "claims behind bad disks", ", ".join(map(text, claims)) or "none known"
    yield "pods on these", ", ".join(map(text, pods)) or "none known"
    real = sum(bool(each.hid_real) for each in report.silences)
    hid = f"{real} hid something real" if real else "none hid anything real"
    many = len(report.silences)
    yield "silences", f"{many}, of which {hid}" if many else "none"


def _names(cases: Sequence[Case]) -> str:
    names = Counter(map(_named, cases))
    shown = (f"{n} ×{m}" if m > 1 else n for n, m in names.items())
    return "; ".join(shown) or "none"


def _named(case: Case) -> str:
    """With the cluster: the same alert fires in several."""
    return f"{text(case.name)} ({text(case.cluster) or 'no cluster'})"


def _coverage(report: Report) -> str:
    """How much of the time is in the record: of the rest nobody knows anything."""
    holes = [*_holes(report)]
    if not holes:
        return "all of it"
    missing = sum((each.length for each in holes), timedelta())
    percent = int(100 * (1 - missing / report.span.length))
    told = ", ".join(
        f"{at(report, each.since)} to {at(report, each.until)}"
        for each in holes[:_MOST_HOLES]
    )
    more = len(holes) - _MOST_HOLES
    also = f" and {more} more times" if more > 0 else ""
    return f"{percent} %; **nothing is known of** {told}{also}"


def _holes(report: Report) -> Iterator[Stretch]:
    ends = report.span.since
    for each in report.seen:
        if each.since - ends > HOLE:
            yield Stretch(ends, each.since)
        ends = each.until
    if report.span.until - ends > HOLE:
        yield Stretch(ends, report.span.until)
