"""What is said of a cluster, and of all of them, in one glance: worst first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.model.alert import JudgedAlert, Verdict
from tui.model.finding import Finding
from tui.model.fleet import (
    Cluster,
    Fleet,
    SourceKind,
    SourceState,
    SourceStatus,
    Standing,
)
from tui.model.kept import once
from tui.present import targets
from tui.present.glyphs import Marks, Sign, verdict_sign
from tui.present.sources import server_count
from tui.present.units import age, count
from widgets.values import Line, Span, Tone


class Tally(Struct, frozen=True, gc=False):
    """How many there are of each verdict: alerts, and findings like them."""

    real: int = 0
    undecided: int = 0
    false: int = 0
    by_design: int = 0
    silenced: int = 0
    """Alerts under a silence; they count in their verdict too."""
    quiet: int = 0
    """Real ones under a silence that somebody made knowingly, as far as can be told."""
    concealed: int = 0
    """Real ones that are kept quiet and that are news to everybody."""


# The same of the last clusters at one moment: a column asks for it time and again.
_unseen: deque[tuple[Cluster, datetime, tuple[SourceStatus, ...]]] = deque(maxlen=4)
_AGE_WIDTH = 3
_ANY_ROOM = 1_000


def tally(alerts: Sequence[JudgedAlert], findings: Iterable[Finding] = ()) -> Tally:
    """Count alerts and findings."""
    counted = once(alerts, _count)
    verdicts = [finding.verdict for finding in findings]
    return replace(
        counted,
        real=counted.real + verdicts.count(Verdict.REAL),
        undecided=counted.undecided + verdicts.count(Verdict.UNDECIDED),
    )


def _count(alerts: Sequence[JudgedAlert]) -> Tally:
    counts: dict[Verdict, int] = dict.fromkeys(Verdict, 0)
    silenced = quiet = concealed = 0
    for alert in alerts:
        verdict = alert.judgement.verdict
        counts[verdict] += 1
        concealed += alert.concealed is not None
        if alert.alert.silenced_by:
            silenced += 1
            quiet += verdict is Verdict.REAL and alert.concealed is None
    return Tally(
        real=counts[Verdict.REAL],
        undecided=counts[Verdict.UNDECIDED],
        false=counts[Verdict.FALSE_POSITIVE],
        by_design=counts[Verdict.BY_DESIGN],
        silenced=silenced,
        quiet=quiet,
        concealed=concealed,
    )


def fleet_tally(fleet: Fleet) -> Tally:
    """Count over all clusters, and what belongs to none of them."""
    parts = [tally(each.alerts or (), each.findings) for each in fleet.clusters]
    parts.append(tally(fleet.unassigned_alerts))
    return Tally(
        real=sum(part.real for part in parts),
        undecided=sum(part.undecided for part in parts),
        false=sum(part.false for part in parts),
        by_design=sum(part.by_design for part in parts),
        silenced=sum(part.silenced for part in parts),
        quiet=sum(part.quiet for part in parts),
        concealed=sum(part.concealed for part in parts),
    )


def is_unreachable(fleet: Fleet, now: datetime) -> bool:
    """Whether every feed failed and none ever answered: we know nothing at all."""
    sources = [source for each in fleet.clusters for source in each.sources]
    if any(source.observed_at for source in sources):
        return False
    return {source.state(now) for source in sources} == {SourceState.DOWN}


def is_connecting(fleet: Fleet, now: datetime) -> bool:
    """Whether nothing is known yet because nothing had the time to answer."""
    knows = any(each.alerts is not None for each in fleet.clusters)
    if not reads_alerts(fleet):
        sources = (source for each in fleet.clusters for source in each.sources)
        knows = any(source.attempts for source in sources)
    return not knows and not is_unreachable(fleet, now)


def reads_alerts(fleet: Fleet) -> bool:
    """Whether the config names an Alertmanager at all."""
    return any(
        source.key.kind is SourceKind.ALERTMANAGER
        for each in fleet.clusters
        for source in each.sources
    )


def top_line(
    fleet: Fleet | None,
    now: datetime,
    marks: Marks,
    room: int = _ANY_ROOM,
    *,
    is_noted: bool = False,
) -> Line:
    """The first line of the screen: what is real, and how much of it we cannot see.

    What is real and hidden comes before all else. Old alerts are said to be old before
    they are counted.

    room        cells; when there are too few for all, what is quiet is left out before
                what we do not see
    is_noted    somebody has taken note of all that is hidden
    """
    connecting = Sign(marks.connecting, "connecting", Tone.QUIET)
    if fleet is None:
        return (connecting.span,)
    if is_unreachable(fleet, now):
        words = f"{marks.real} NOTHING CAN BE REACHED"
        return (Span(words, Tone.CRITICAL, bold=True), Span("   o tells why"))
    found = fleet_tally(fleet)
    hidden = _hidden_signs(found, marks, is_noted=is_noted)
    counted = _tally_signs(found, marks)
    old, blind = old_alerts(fleet, now, marks), _blindness(fleet, now, marks)
    clock = our_clock(fleet, marks)
    standings = {each.standing(now) for each in fleet.clusters}
    if not old and is_connecting(fleet, now):
        counted = (connecting, *counted)
    elif not reads_alerts(fleet):
        unread = Sign(marks.unknown, "no Alertmanager is read", Tone.QUIET)
        counted = (*counted, unread)
    elif not (old or counted or blind):
        calm = Sign(marks.good, "all quiet", Tone.GOOD)
        counted = (connecting if Standing.CONNECTING in standings else calm,)
    return _fitted((*hidden, *clock, *old, *counted, *blind), room)


def _hidden_signs(found: Tally, marks: Marks, *, is_noted: bool) -> tuple[Sign, ...]:
    if not found.concealed:
        return ()
    glyph = marks.silenced if is_noted else marks.real
    tone = Tone.WARNING if is_noted else Tone.CRITICAL
    return (Sign(glyph, f"{found.concealed} REAL HIDDEN", tone),)


def _fitted(signs: Sequence[Sign], room: int) -> Line:
    loud = [sign for sign in signs if sign.tone is not Tone.QUIET]
    line = _spaced(signs, "   ")
    for fewer, gap in ((loud, "   "), (loud, "  ")):
        if loud and sum(len(span.text) for span in line) > room:
            line = _spaced(fewer, gap)
    return line


def old_alerts(fleet: Fleet, now: datetime, marks: Marks) -> tuple[Sign, ...]:
    """That the alerts are not of this moment, with the age of the oldest."""
    failing = [
        source
        for cluster in fleet.clusters
        for source in unseen(cluster, now)
        if source.key.kind is SourceKind.ALERTMANAGER and source.key.feed == "alerts"
    ]
    if not failing:
        return ()
    seen = [source.observed_at for source in failing if source.observed_at]
    words = f"alerts stale {age(min(seen), now)}" if seen else "alerts never seen"
    return (Sign(marks.stale, words, Tone.WARNING),)


def our_clock(fleet: Fleet, marks: Marks) -> tuple[Sign, ...]:
    """That ages may be wrong, because this machine's clock is."""
    if fleet.our_clock is None:
        return ()
    return (Sign(marks.unsure, f"our clock {fleet.our_clock.off}", Tone.WARNING),)


def _blindness(fleet: Fleet, now: datetime, marks: Marks) -> tuple[Sign, ...]:
    blind = sum(bool(unseen(each, now)) for each in fleet.clusters)
    words = f"{count(blind, 'cluster')} not fully seen"
    return (Sign(marks.unsure, words, Tone.WARNING),) if blind else ()


def _tally_signs(found: Tally, marks: Marks) -> tuple[Sign, ...]:
    """What is there, loudest first; what is not there is not mentioned."""
    real = verdict_sign(Verdict.REAL, marks)
    unsure = verdict_sign(Verdict.UNDECIDED, marks)
    false = verdict_sign(Verdict.FALSE_POSITIVE, marks)
    counted = (
        (found.real, real),
        (found.undecided, unsure),
        (found.false, false),
        (found.silenced, silenced_sign(found, marks)),
    )
    return tuple(
        Sign(sign.glyph, f"{number:,} {sign.word}", sign.tone)
        for number, sign in counted
        if number
    )


def silenced_sign(found: Tally, marks: Marks) -> Sign:
    """What follows the number of silenced alerts: how many of them are real."""
    if found.quiet:
        return Sign(marks.silenced, f"silenced, {found.quiet:,} REAL", Tone.WARNING)
    return Sign(marks.silenced, "silenced", Tone.QUIET)


def _spaced(signs: Iterable[Sign], gap: str) -> Line:
    spans: list[Span] = []
    for sign in signs:
        if spans:
            spans.append(Span(gap))
        spans.append(sign.span)
    return tuple(spans)


def warnings(cluster: Cluster, marks: Marks) -> list[Sign]:
    """How many alerts and findings of it want somebody, the worst first."""
    signs = []
    found = tally(cluster.alerts or (), cluster.findings)
    if found.real:
        signs.append(Sign(marks.real, f"{found.real:,} REAL", Tone.CRITICAL))
    if found.undecided:
        signs.append(Sign(marks.unsure, f"{found.undecided:,} UNSURE", Tone.WARNING))
    return signs


def cluster_verdict(cluster: Cluster, now: datetime, marks: Marks) -> tuple[Sign, ...]:
    """The cluster in one glance: the worst about it, and that we are blind if so."""
    signs = warnings(cluster, marks)
    failing = unseen(cluster, now)
    if failing:
        words = f"{count(server_count(failing), 'source')} not live"
        signs.append(Sign(marks.degraded, words, Tone.WARNING))
    return tuple(signs) or (_calm(cluster.standing(now), marks),)


def _calm(standing: Standing, marks: Marks) -> Sign:
    """Of a cluster of which nothing bad is known."""
    match standing:
        case Standing.CONNECTING:
            return Sign(marks.connecting, "connecting", Tone.QUIET)
        case Standing.QUIET:
            return Sign(marks.good, "quiet", Tone.GOOD)
        case _:
            return Sign(marks.unknown, "no alerts, no targets read", Tone.QUIET)


def unseen(cluster: Cluster, now: datetime) -> tuple[SourceStatus, ...]:
    """The feeds that do not deliver at this moment."""
    for known, at, found in _unseen:
        if known is cluster and at == now:
            return found
    found = tuple(
        each
        for each in cluster.sources
        if each.state(now) not in (SourceState.LIVE, SourceState.CONNECTING)
    )
    _unseen.appendleft((cluster, now, found))
    return found


def cluster_words(cluster: Cluster, now: datetime, marks: Marks) -> Line:
    """The verdict for the head of a column."""
    return _spaced(cluster_verdict(cluster, now, marks), "  ")


def cluster_tone(cluster: Cluster, now: datetime, marks: Marks) -> Tone:
    """The loudest tone that the cluster has earned."""
    return cluster_verdict(cluster, now, marks)[0].tone


def cluster_age(cluster: Cluster, now: datetime, marks: Marks) -> Line:
    """How old the oldest answer is, and that it is stale if one is.

    Empty before anything answered.
    """
    failing = [each.observed_at for each in unseen(cluster, now) if each.observed_at]
    if failing:
        return (Span(f"{marks.stale} {age(min(failing), now)}", Tone.WARNING),)
    seen = [each.observed_at for each in cluster.sources if each.observed_at]
    return (Span(age(min(seen), now), Tone.QUIET),) if seen else ()


class Detail(IntEnum):
    """How much is said of a cluster in a few words: what goes first comes last."""

    VERDICT = 0
    TARGETS = 1
    AGE = 2


def summary(
    number: int, cluster: Cluster, now: datetime, marks: Marks, detail: Detail
) -> Line:
    """A cluster in a few words, for screens that have no room for its column."""
    signs = cluster_verdict(cluster, now, marks)
    spans = [Span(f"{number} {cluster.name} "), signs[0].span]
    if cluster.targets is not None and detail >= Detail.TARGETS:
        counts = targets.count_rows(cluster.targets)
        spans.append(Span(f" {counts.up:,}/{counts.wanted:,}"))
    if detail >= Detail.AGE:
        # Of one width, or everything behind it would move each second.
        spans += [
            Span(f" {span.text:>{_AGE_WIDTH}}", span.tone)
            for span in cluster_age(cluster, now, marks)
        ]
    return tuple(spans)


def no_cluster(number: str, known: int) -> str:
    """What is said of the number of a cluster that is not there."""
    there = f"1 to {known} are" if known > 1 else "only 1 is"
    return f"There is no cluster {number}: {there} there."
