"""From what was gathered to a report: what became of what, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tui.model.alert import JudgedAlert, Verdict
from tui.model.change import Began, Change, Ended, EpisodeKey, Turned
from tui.model.event import Event, Turn
from tui.model.finding import Finding
from tui.model.fleet import Fleet, SourceState
from tui.model.silence import Silence, SilenceState
from tui.model.taped import Taped, TapeNote
from tui.present import alerts as words
from tui.present import nodes, standing, targets
from tui.present.glyphs import UNICODE
from tui.present.sources import NAMES
from tui.report.gather import Gathered, Sight
from tui.report.hurt import hurt_nodes, hurt_volumes, kernel_sums
from tui.report.timeline import timeline
from tui.report.values import Case, ClusterEnd, Noted, Quieted, Report, Stretch

SEAM = timedelta(seconds=15)
"""Moments that lie so much apart have something unrecorded between."""


def report(
    span: Stretch,
    moments: Iterable[Taped],
    notes: Sequence[TapeNote],
    step: timedelta = timedelta(),
) -> Report | None:
    """What the record tells of a stretch of time; None when it holds no moment of it.

    step    how far apart the moments were read, at least
    """
    found = Gathered(span, SEAM + step)
    for each in moments:
        found.add(each)
    last = found.last
    if last is None:
        return None
    real = _cases(found, Verdict.REAL)
    named = {(each.cluster, each.name, each.where) for each in real}
    unsure = tuple(
        each
        for each in _cases(found, Verdict.UNDECIDED)
        if (each.cluster, each.name, each.where) not in named
    )
    told, left_out = timeline(found, notes)
    return Report(
        span=span,
        clusters=tuple(found.clusters),
        seen=tuple(found.seen),
        real=real,
        unsure=unsure,
        false=_cases(found, Verdict.FALSE_POSITIVE),
        timeline=told,
        left_out=left_out,
        silences=_silences(found),
        nodes=hurt_nodes(found),
        volumes=hurt_volumes(found),
        kernel=kernel_sums(found),
        lines=tuple(
            sorted((text for text, _ in found.lines.values()), key=lambda x: x.at)
        ),
        notes=tuple(
            Noted(each.at, each.author, each.text)
            for each in notes
            if each.tone == "mark" and span.since <= each.at <= span.until
        ),
        end_at=last.at,
        end=tuple(_end(last.fleet, each, last.at) for each in found.clusters),
        points={name: tuple(each) for name, each in found.points.items()},
        unread=tuple(found.unread.items()),
    )


def _cases(found: Gathered, verdict: Verdict) -> tuple[Case, ...]:
    """All that had a verdict at some time: in order, then what had it before."""
    turns = _turns(found.changes.values())
    cases = [
        _alert_case(found, sight, verdict, turns.get(key, []))
        for key, sight in found.alerts.items()
        if verdict in sight.said and not _is_waiting(sight.said[verdict])
    ]
    cases += [
        _finding_case(found, sight, verdict)
        for sight in found.findings.values()
        if verdict in sight.said
    ]
    begun = found.span.since

    def rank(case: Case) -> tuple[bool, datetime, str]:
        since = case.since or begun - timedelta(days=1)
        return since < begun, since, case.name

    return tuple(sorted(cases, key=rank))


def _is_waiting(said: JudgedAlert | Finding) -> bool:
    """Whether taloscope had only just begun to ask: that is worth no word."""
    return isinstance(said, JudgedAlert) and said.is_waiting


def _turns(changes: Iterable[Change]) -> dict[EpisodeKey, list[Change]]:
    found: dict[EpisodeKey, list[Change]] = {}
    for each in sorted(changes, key=lambda change: change.at):
        if isinstance(each.what, Began | Turned | Ended):
            found.setdefault(each.subject.key, []).append(each)
    return found


def _alert_case(
    found: Gathered,
    sight: Sight,
    verdict: Verdict,
    turns: Sequence[Change],
) -> Case:
    judged = sight.said[verdict]
    if not isinstance(judged, JudgedAlert):
        raise TypeError("a sight of an alert has alerts alone")
    since, until = _while(judged, verdict, turns)
    if verdict is Verdict.UNDECIDED:
        since = max(since, sight.began[verdict])
    if _is_there(found, sight, verdict):
        until = None
    elif until is None and not _is_in_doubt(found, sight, verdict):
        until = sight.lasted[verdict]
    judgement = judged.judgement
    return Case(
        sight.cluster,
        judged.alert.name,
        words.where(judged.alert.labels, said=judgement.reason),
        judged.alert.severity,
        judgement.reason,
        since,
        until,
        judgement.evidence,
        tuple(sight.silenced_by),
        is_at_times=_is_at_times(sight, verdict),
    )


def _is_at_times(sight: Sight, verdict: Verdict) -> bool:
    """Whether nobody could tell now and then, and somebody could between."""
    if verdict is not Verdict.UNDECIDED:
        return False
    begun, ended = sight.began[verdict], sight.lasted[verdict]
    others = (each for each in sight.said if each is not verdict)
    return any(sight.began[o] < ended and sight.lasted[o] > begun for o in others)


def _while(
    judged: JudgedAlert, verdict: Verdict, turns: Sequence[Change]
) -> tuple[datetime, datetime | None]:
    """Since when an alert was so, and until when as far as turns tell.

    That nobody could tell for a while ends nothing.
    """
    is_real = verdict is Verdict.REAL
    since = judged.matters_since if is_real else judged.alert.starts_at
    until: datetime | None = None
    for turn in turns:
        what = turn.what
        said = what.verdict if isinstance(what, Began | Turned) else None
        if said is verdict:
            since = turn.at if until else since
            until = None
        elif said is not Verdict.UNDECIDED and turn.at > since:
            until = until or turn.at
    return since, until


def _finding_case(found: Gathered, sight: Sight, verdict: Verdict) -> Case:
    finding = sight.said[verdict]
    if not isinstance(finding, Finding):
        raise TypeError("a sight of a finding has findings alone")
    is_there = _is_there(found, sight, verdict) or _is_in_doubt(found, sight, verdict)
    is_told = all(word in finding.title for word in finding.subject.split())
    begun = _began(found, sight.cluster, finding)
    first = begun.about if begun and isinstance(begun.about, Finding) else finding
    # What it became may have begun later than what it was at first.
    since = min(filter(None, (first.since, finding.since)), default=None)
    return Case(
        sight.cluster,
        finding.title,
        "" if is_told else finding.subject,
        "",
        finding.detail,
        since or (begun.at if begun else None),
        None if is_there else sight.lasted[verdict],
        is_alert=False,
        began_as=first.title if first.title != finding.title else "",
    )


def _began(found: Gathered, cluster: str, finding: Finding) -> Event | None:
    """That somebody saw it begin."""
    seen = (
        each
        for each in found.events.values()
        if each.turn is Turn.BEGAN
        and isinstance(each.about, Finding)
        and each.cluster == cluster
        and (each.about.kind, each.about.subject) == (finding.kind, finding.subject)
    )
    return min(seen, key=lambda each: each.at, default=None)


def _is_there(found: Gathered, sight: Sight, verdict: Verdict) -> bool:
    """Whether so it was at the last moment."""
    return found.last is not None and sight.lasted[verdict] == found.last.at


def _is_in_doubt(found: Gathered, sight: Sight, verdict: Verdict) -> bool:
    """Whether it was real, and nobody could tell at the last moment: so it counts."""
    doubtful = sight.lasted.get(Verdict.UNDECIDED)
    is_last = found.last is not None and doubtful == found.last.at
    return verdict is Verdict.REAL and is_last


def _silences(found: Gathered) -> tuple[Quieted, ...]:
    """Those that were in force for some of the time, the first first."""
    span = found.span
    shown = [
        each
        for each in found.silences.values()
        if each.starts_at <= span.until and each.ends_at > span.since
    ]
    return tuple(
        _quieted(found, each)
        for each in sorted(shown, key=lambda each: (each.starts_at, each.id))
    )


def _quieted(found: Gathered, silence: Silence) -> Quieted:
    hid: dict[str, None] = {}
    real: dict[str, None] = {}
    for sight in found.alerts.values():
        judged = next(iter(sight.said.values()))
        if silence.id not in sight.silenced_by or not isinstance(judged, JudgedAlert):
            continue
        name = f"{judged.alert.name} {sight.cluster}".rstrip()
        hid[name] = None
        if Verdict.REAL in sight.said:
            real[name] = None
    return Quieted(
        matchers=" ".join(str(each) for each in silence.matchers),
        author=silence.created_by,
        comment=silence.comment,
        since=silence.starts_at,
        until=silence.ends_at,
        hid=tuple(hid),
        hid_real=tuple(real),
        is_over=silence.state is SilenceState.EXPIRED,
    )


def _end(fleet: Fleet, name: str, at: datetime) -> ClusterEnd:
    cluster = fleet.cluster(name)
    if cluster is None:
        return ClusterEnd(name, "not in the record")
    tally = None
    if cluster.alerts is not None:
        tally = standing.tally(cluster.alerts, cluster.findings)
    of_targets = targets.heading(cluster, at, UNICODE)
    of_nodes = nodes.heading(cluster, at, UNICODE)
    blind = dict.fromkeys(
        f"{NAMES[each.key.kind]} {each.key.endpoint}: "
        + (each.fault.summary if each.fault else each.state(at).value)
        for each in cluster.sources
        if each.state(at) is not SourceState.LIVE
    )
    return ClusterEnd(
        name,
        cluster.standing(at).value,
        real=tally.real if tally else None,
        unsure=tally.undecided if tally else None,
        false=tally.false if tally else None,
        targets=", ".join(span.text.strip() for span in of_targets),
        nodes="".join(span.text for span in of_nodes),
        blind=tuple(blind),
    )
