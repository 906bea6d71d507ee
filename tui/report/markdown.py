"""A report in Markdown (GFM), to paste into a post-mortem as it is.

What came from outside is escaped, whatever it is; tables need GFM, all else is
CommonMark. Nothing here is ever raw HTML.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tui.model.alert import Evidence
from tui.present.units import count
from tui.report.escaped import bare, cell, code, longest_run, table, text
from tui.report.summary import HOLE, summary, title
from tui.report.times import at, between, during, stretch
from tui.report.values import Case, HurtVolume, Quieted, Report, Told

_MOST_EVIDENCE = 6
_MOST_TOLD = 300
_MOST_LINES = 60
_STANDINGS = {
    "real": "something is real",
    "unjudged": "something could not be judged or read",
    "connecting": "not known yet",
    "quiet": "nothing real",
}


class Section(Struct, frozen=True):
    """A part of the report."""

    name: str
    """What it is known by: `summary`, `timeline`, …"""
    title: str
    lines: tuple[str, ...]


def markdown(report: Report) -> str:
    """The whole report."""
    parts = [f"# {title(report)}", ""]
    for section in sections(report):
        parts += [f"## {section.title}", "", *section.lines, ""]
    return "\n".join(parts)


def sections(report: Report) -> tuple[Section, ...]:
    """All parts that have something to say, and those whose silence says something."""
    found = (
        Section("summary", "Summary", tuple(summary(report))),
        Section("notes", "Notes", tuple(_notes(report))),
        Section("timeline", "Timeline", tuple(_timeline(report))),
        Section("real", "What was real, and why", tuple(_real(report))),
        Section("hurt", "What it affected", tuple(_hurt(report))),
        Section("kernel", "Kernel lines", tuple(_kernel(report))),
        Section("false", "False positives", tuple(_false(report))),
        Section("silences", "Silences", tuple(_silences(report))),
        Section("end", "State at the end", tuple(_end(report))),
        Section("about", "About this report", tuple(_about(report))),
    )
    return tuple(each for each in found if each.lines)


def _notes(report: Report) -> Iterator[str]:
    for number, each in enumerate(report.notes, 1):
        by = f" ({text(each.author)})" if each.author else ""
        yield f"{number}. **{at(report, each.at)}**{by}: {text(each.text)}"


def _timeline(report: Report) -> Iterator[str]:
    if not report.timeline:
        yield "Nothing happened that was seen."
    else:
        shown = report.timeline[:_MOST_TOLD]
        rows = (_told(report, each) for each in shown)
        yield from table(("UTC", "cluster", "what", "of", "why"), rows)
        more = len(report.timeline) - len(shown)
        if more:
            yield ""
            yield f"{count(more, 'later line')} left out: ask for a shorter time."
    if report.left_out:
        yield ""
        turns = count(report.left_out, "turn")
        yield f"{turns} that led neither to real nor from it are left out."


def _told(report: Report, each: Told) -> tuple[str, ...]:
    what = text(each.what)
    if each.tone in {"real", "mark"}:
        what = f"**{what}**"
    about = text(each.about) + (f" ×{each.times}" if each.times > 1 else "")
    return at(report, each.at), text(each.cluster), what, about, text(each.why)


def _real(report: Report) -> Iterator[str]:
    for each in report.real:
        yield from _case(report, each)
    if report.unsure:
        yield "### Could not be judged"
        yield ""
        rows = (
            (text(c.cluster), _named(c), during(report, c), text(c.why))
            for c in report.unsure
        )
        yield from table(("cluster", "what", "when", "why"), rows)


def _case(report: Report, case: Case) -> Iterator[str]:
    severity = f", {text(case.severity)}" if case.severity else ""
    kind = "alert" if case.is_alert else "finding"
    yield f"### {_named(case)} ({text(case.cluster) or 'no cluster'})"
    yield ""
    yield f"- {kind}{severity}, {during(report, case)}"
    if case.began_as:
        yield f"- began as: {text(case.began_as)}"
    if case.why:
        yield f"- why: {text(case.why)}"
    for line in _pieces(report, case):
        yield f"- evidence: {line}"
    if case.silenced_by:
        yield f"- silenced by {count(len(case.silenced_by), 'silence')}, see below"
    yield ""


def _pieces(report: Report, case: Case) -> Iterator[str]:
    for piece in case.evidence[:_MOST_EVIDENCE]:
        yield _piece(report, piece)
    more = len(case.evidence) - _MOST_EVIDENCE
    if more > 0:
        yield f"and {count(more, 'piece')} more"


def _piece(report: Report, piece: Evidence) -> str:
    value = f" = {code(piece.value)}" if piece.value else ""
    asked = f" {code(piece.query)}{value}" if piece.query else value
    seen = f" at {at(report, piece.observed_at)}" if piece.observed_at else ""
    return f"{text(piece.claim)} ({text(piece.source)}{seen}){asked}"


def _named(case: Case) -> str:
    return text(f"{case.name} {case.where}".rstrip())


def _hurt(report: Report) -> Iterator[str]:
    if not report.nodes and not report.volumes:
        yield "No node was seen to be unwell, and no disk."
        return
    if report.nodes:
        rows = (
            (
                text(each.cluster),
                text(each.name),
                at(report, each.since),
                at(report, each.until) if each.until else "still at the end",
                "; ".join(map(text, each.troubles)),
            )
            for each in report.nodes
        )
        yield from table(("cluster", "node", "from", "to", "what"), rows)
    if report.volumes:
        yield ""
        heads = ("cluster", "node", "disk", "volume", "claim", "pods", "how sure")
        yield from table(heads, map(_volume, report.volumes))


def _volume(each: HurtVolume) -> tuple[str, ...]:
    worth = text(each.worth) + (f": {text(each.gap)}" if each.gap else "")
    return (
        text(each.cluster),
        text(each.node),
        text(each.device),
        ", ".join(map(text, each.volumes)) or "not known",
        ", ".join(map(text, each.claims)) or "not known",
        ", ".join(map(text, each.pods)) or "not known",
        worth,
    )


def _kernel(report: Report) -> Iterator[str]:
    if not report.kernel:
        yield "No kernel line of this time is a sign of trouble."
        return
    rows = (
        (
            text(each.severity),
            text(each.cluster),
            text(each.node),
            text(each.device),
            text(each.meaning),
            f"{each.count:,}",
            between(report, each.first, each.last),
        )
        for each in report.kernel
    )
    heads = ("", "cluster", "node", "device", "what it means", "lines", "when")
    yield from table(heads, rows)
    lines = report.lines
    if lines:
        shown = lines[:_MOST_LINES]
        told = [
            f"{at(report, each.at)} {bare(f'{each.cluster} {each.node}')}  "
            f"{bare(each.text)}"
            for each in shown
        ]
        fence = "`" * max(3, longest_run("\n".join(told)) + 1)
        yield ""
        yield from (f"{fence}text", *told, fence)
        if len(lines) > len(shown):
            more = count(len(lines) - len(shown), "later line")
            yield ""
            yield f"{more} left out."


def _false(report: Report) -> Iterator[str]:
    if not report.false:
        yield "No alert was judged to be false."
        return
    yield "Judged to be false while they fired; each rests on all that stands below it."
    yield ""
    groups: dict[tuple[str, str, str], list[Case]] = {}
    for each in report.false:
        groups.setdefault((each.cluster, each.name, each.why), []).append(each)
    for (cluster, name, why), cases in groups.items():
        times = f" ×{len(cases)}" if len(cases) > 1 else ""
        when = during(report, cases[0])
        whose = text(cluster) or "no cluster"
        yield f"- **{text(name)}**{times} ({whose}), {when}: {text(why)}"
        for line in _pieces(report, cases[0]):
            yield f"  - {line}"


def _silences(report: Report) -> Iterator[str]:
    if not report.silences:
        yield "No silence was in force."
        return
    heads = ("author", "comment", "matchers", "from", "to", "hid")
    yield from table(heads, (_quieted(report, each) for each in report.silences))


def _quieted(report: Report, each: Quieted) -> tuple[str, ...]:
    hid = [
        f"**{text(name)} (real)**" if name in each.hid_real else text(name)
        for name in each.hid
    ]
    return (
        text(each.author) or "nobody knows whom",
        text(each.comment) or "none",
        cell(each.matchers),
        at(report, each.since),
        at(report, each.until) + (" (over)" if each.is_over else ""),
        ", ".join(hid) or "nothing that fired",
    )


def _end(report: Report) -> Iterator[str]:
    is_early = report.span.until - report.end_at > HOLE
    why = ", **the last moment that was recorded**" if is_early else ""
    yield f"As of {at(report, report.end_at)} UTC{why}."
    yield ""
    rows = (
        (
            text(each.name),
            _STANDINGS.get(each.standing, text(each.standing)),
            _number(each.real),
            _number(each.unsure),
            _number(each.false),
            text(each.targets),
            text(each.nodes),
        )
        for each in report.end
    )
    heads = (
        "cluster",
        "standing",
        "real",
        "unsure",
        "false",
        "targets",
        "nodes",
    )
    yield from table(heads, rows)
    blind = [(each.name, why) for each in report.end for why in each.blind]
    if blind:
        yield ""
        yield "Not read at the end, so what depends on it is not known:"
        yield ""
        yield from (f"- {text(name)}: {text(why)}" for name, why in blind)
    if report.still_real:
        yield ""
        yield "Still real:"
        yield ""
        yield from (
            f"- {_named(each)} ({text(each.cluster) or 'no cluster'}), "
            f"{_since(report, each)}"
            for each in report.still_real
        )


def _since(report: Report, case: Case) -> str:
    return f"since {at(report, case.since)}" if case.since else "from before"


def _number(number: int | None) -> str:
    return "not known" if number is None else str(number)


def _about(report: Report) -> Iterator[str]:
    yield (
        f"Made by taloscope from its record of {stretch(report.span)}. Verdicts and "
        "evidence are those of the time, as they were on the screen. What was not "
        "recorded is not told; what looks like a password or a token is left out."
    )
