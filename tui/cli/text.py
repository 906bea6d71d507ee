"""The text report of `check`: the worst first, readable at 80 columns."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TextIO

from msgspec import Struct

from tui.cli.output import cleaned, is_coloured
from tui.cli.streams import has_signs
from tui.model.alert import JudgedAlert, Verdict
from tui.model.alertmanager import Alertmanager
from tui.model.finding import Finding
from tui.model.fleet import (
    Cluster,
    Fleet,
    SourceKind,
    SourceState,
    SourceStatus,
    Standing,
)
from tui.present import alerts, nodes, targets, trace
from tui.present.concealed import concealed, hidden_by, real_for
from tui.present.glyphs import ASCII, UNICODE, Marks
from tui.present.sources import NAMES
from tui.present.units import age, count, moment
from tui.silencing.agreement import alert_names, lacking
from tui.silencing.upkeep import alerts_of
from widgets.values import Tone

_COLOURS = {"red": 31, "yellow": 33, "green": 32, "grey": 90}
_STANDINGS = {
    Standing.REAL: ("red", "REAL TROUBLE"),
    Standing.UNJUDGED: ("yellow", "NOT FULLY JUDGED"),
    Standing.CONNECTING: ("yellow", "NO ANSWER YET"),
    Standing.QUIET: ("green", "quiet"),
}
_VERDICTS = {
    Verdict.REAL: ("red", "REAL"),
    Verdict.UNDECIDED: ("yellow", "UNDECIDED"),
    Verdict.FALSE_POSITIVE: ("grey", "false"),
    Verdict.BY_DESIGN: ("grey", "by design"),
}
_MARGIN = 13


class Page(Struct, frozen=True):
    """What is written on."""

    width: int = 80
    is_coloured: bool = False
    marks: Marks = UNICODE

    def paint(self, colour: str, text: str) -> str:
        """The text in a colour, where colours are shown; words say the same."""
        if not self.is_coloured:
            return text
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"

    def entry(self, colour: str, tag: str, text: str) -> Iterator[str]:
        """A tag in the margin and a text wrapped beside it."""
        lines = textwrap.wrap(cleaned(text), max(30, self.width - _MARGIN)) or [""]
        yield f"  {self.paint(colour, tag.ljust(_MARGIN - 2))}{lines[0]}"
        for line in lines[1:]:
            yield " " * _MARGIN + line


def page_on(stream: TextIO, environ: Mapping[str, str]) -> Page:
    """As wide as the terminal; with colours and signs where the stream takes them."""
    width = shutil.get_terminal_size((80, 24)).columns
    marks = UNICODE if has_signs(stream) else ASCII
    return Page(width, is_coloured=is_coloured(stream, environ), marks=marks)


def summary(fleet: Fleet, now: datetime, page: Page, unread: str = "") -> Iterator[str]:
    """The report, line by line.

    unread  why the history of the dashboard could not be read; mostly empty
    """
    order = list(_STANDINGS)
    ranked = sorted(fleet.clusters, key=lambda each: order.index(each.standing(now)))
    yield f"taloscope check, {moment(now)} UTC"
    if fleet.our_clock is not None:
        yield page.paint("yellow", fleet.our_clock.told)
    if unread:
        yield ""
        lost = "what turned real under a silence may be missing"
        words = f"could not be read, so {lost}: {unread}"
        yield from page.entry("yellow", "history", words)
    if hidden := concealed(fleet):
        yield ""
        yield page.paint("red", "real, and hidden from everybody")
        for alert in hidden:
            yield from _hidden(alert, now, page)
    if fleet.unassigned_alerts:
        yield ""
        yield page.paint("yellow", "alerts of no configured cluster")
        for alert in fleet.unassigned_alerts:
            yield from alert_lines(alert, now, page)
    for manager in fleet.alertmanagers:
        yield from _peers(manager, page)
    for url, apart in lacking(each.alert for each in alerts_of(fleet)).items():
        words = f"{url} does not tell so: {alert_names(apart)}"
        yield from page.entry("yellow", "peer", words)
    for cluster in ranked:
        yield ""
        yield from _cluster(cluster, now, page)


def _peers(manager: Alertmanager, page: Page) -> Iterator[str]:
    """Which of its peers is silent, or tells other silences; mostly nothing."""
    if len(manager.peers) < 2:
        return
    for peer in manager.peers:
        if peer.fault is not None:
            words = f"of Alertmanager, {peer.url}: {peer.fault.summary}"
            yield from page.entry("yellow", "peer", words)
    for apart in manager.disagreements:
        words = f"silence {apart.silence.id} is not known to {', '.join(apart.lacking)}"
        yield from page.entry("yellow", "peer", words)


def _hidden(judged: JudgedAlert, now: datetime, page: Page) -> Iterator[str]:
    """A real alert of which nobody can be supposed to know."""
    if judged.concealed is None:
        return
    where = f" {judged.cluster}" if judged.cluster else ""
    why = f"{judged.judgement.reason}; {hidden_by(judged.concealed, now)}"
    long = real_for(judged.concealed, now)
    text = f"{judged.alert.name}{where} (real for {long}): {why}"
    yield from page.entry("red", "HIDDEN", text)


def _cluster(cluster: Cluster, now: datetime, page: Page) -> Iterator[str]:
    colour, words = _STANDINGS[cluster.standing(now)]
    yield f"{cleaned(cluster.name)}  {page.paint(colour, words)}  {_facts(cluster)}"
    for verdict in Verdict:
        for finding in cluster.findings:
            if finding.verdict is verdict:
                yield from _finding(finding, now, page)
        for alert in cluster.alerts or ():
            if alert.verdict is verdict:
                yield from alert_lines(alert, now, page)
    for source in cluster.sources:
        yield from _source(source, now, page)


def _facts(cluster: Cluster) -> str:
    """Targets and nodes in numbers; what is not known is not counted."""
    parts = []
    if cluster.targets is None:
        parts.append(_unknown(cluster, SourceKind.PROMETHEUS, "targets"))
    else:
        counted, *rest = targets.count_line(targets.count_rows(cluster.targets))
        parts.append(counted.text.replace(" up", " targets up"))
        parts += [span.text.strip() for span in rest]
    if cluster.alerts is None:
        parts.append(_unknown(cluster, SourceKind.ALERTMANAGER, "alerts"))
    if cluster.nodes:
        signs = [nodes.node_sign(each, UNICODE) for each in cluster.nodes]
        well = sum(sign.tone is Tone.GOOD for sign in signs)
        parts.append(f"{well}/{count(len(signs), 'node')} well")
    return ", ".join(parts)


def _unknown(cluster: Cluster, kind: SourceKind, what: str) -> str:
    """That it is not known, and whether anybody is asked for it."""
    asked = {source.key.kind for source in cluster.sources} or {kind}
    return f"{what} unknown" if kind in asked else f"no {NAMES[kind]} is read"


def alert_lines(judged: JudgedAlert, now: datetime, page: Page) -> Iterator[str]:
    """An alert, its verdict in the margin."""
    colour, tag = _VERDICTS[judged.verdict]
    alert = judged.alert
    told = [alert.severity, age(judged.matters_since, now)]
    told += ["silenced"] if judged.is_silenced else []
    about = ", ".join(part for part in told if part)
    job = f" {alert.labels['job']}" if "job" in alert.labels else ""
    reason = judged.judgement.reason
    which = alerts.where(alert.labels, said=f"{job} {reason}")
    subject = f"{alert.name}{job}{f' {which}' if which else ''}"
    yield from page.entry(colour, tag, f"{subject} ({about}): {reason}")


def _finding(finding: Finding, now: datetime, page: Page) -> Iterator[str]:
    colour, tag = _VERDICTS[finding.verdict]
    since = f" (since {age(finding.since, now)})" if finding.since else ""
    detail = f": {finding.detail}" if finding.detail else ""
    yield from page.entry(colour, tag, f"{finding.title}{since}{detail}")
    for each in finding.traces:
        yield from page.entry("grey", "", trace.text(each, page.marks))


def _source(source: SourceStatus, now: datetime, page: Page) -> Iterator[str]:
    """A feed that is not live, what is wrong with it, and what helps."""
    state = source.state(now)
    if state is SourceState.LIVE:
        return
    key = source.key
    what = f"{key.kind.value} {key.feed} at {key.endpoint}"
    seen = f", last answer {age(source.observed_at, now)} ago"
    fault = source.fault
    why = f": {fault.words}. {fault.advice}" if fault else ""
    told = f"{what}{seen if source.observed_at else ''}{why}"
    yield from page.entry("yellow", state.value, told)
