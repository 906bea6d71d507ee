"""What to look at next: the checks of a target as rows, and what each rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tui.model.alert import JudgedAlert
from tui.model.examination import (
    Asked,
    Examination,
    ExamState,
    Subject,
    TargetCheck,
)
from tui.model.fleet import Cluster
from tui.model.labels import Labels
from tui.model.probe import Address, HttpProbe
from tui.model.target import Expected, Health, TargetRow
from tui.present.glyphs import Marks, Sign, health_sign
from tui.present.reason import short
from tui.present.targets import EXPECTED
from tui.present.units import age
from widgets.values import Align, Cell, Column, Line, Row, Span, Tone

COLUMNS = (
    Column("", 12),
    Column("check", 24, weight=1),
    # Empty until it was run: over these a long name runs on.
    Column("took", 5, align=Align.RIGHT, drop=1),
    Column("age", 4, align=Align.RIGHT),
    Column("from", 10, drop=2),
)
DETAIL_COLUMN = 1
_ABOUT_TARGETS = {
    "TargetDown",
    "PrometheusTargetMissing",
    "PrometheusScrapeFailed",
}
Paragraph = tuple[Line, int]
"""A line, and how far in its continuation begins."""


def subjects(alert: JudgedAlert, cluster: Cluster | None) -> tuple[Subject, ...]:
    """The targets that an alert speaks of, those that are down first.

    return  one made of the alert's own labels when Prometheus lists none of them;
            empty when the alert is about no target
    """
    job = _job_of(alert)
    if cluster is None or not job:
        return ()
    found = tuple(Subject.of(cluster.name, row) for row in rows_of(alert, cluster))
    return found or (_of_labels(cluster.name, job, alert.alert.labels),)


def rows_of(alert: JudgedAlert, cluster: Cluster) -> tuple[TargetRow, ...]:
    """Those of its cluster's targets that an alert speaks of, those down first; of many
    only those that are not up."""
    job, labels = _job_of(alert), alert.alert.labels
    known = cluster.targets or () if job else ()
    rows = [row for row in known if _is_meant(row, job, labels)]
    ill = [row for row in rows if row.health is not Health.UP]
    return tuple(sorted(ill or rows, key=lambda row: row.health is not Health.DOWN))


def _job_of(alert: JudgedAlert) -> str:
    """The job that an alert is about; empty when it is about no target."""
    needless = alert.judgement.needless_job
    is_about = alert.alert.name in _ABOUT_TARGETS or bool(needless)
    return alert.alert.labels.get("job", "") or needless if is_about else ""


def _is_meant(row: TargetRow, job: str, labels: Labels) -> bool:
    """Whether an alert with these labels counts that target."""
    if row.job != job or labels.get("instance", row.instance) != row.instance:
        return False
    own = row.target.labels if row.target else {}
    return all(
        own.get(name, labels[name]) == labels[name]
        for name in ("namespace", "service")
        if labels.get(name)
    )


def _of_labels(cluster: str, job: str, labels: Labels) -> Subject:
    """A target of which only its alert tells."""
    instance = labels.get("instance", "")
    return Subject(cluster, job, instance, labels, Expected.UNLISTED, Health.ABSENT)


def sign(state: ExamState, marks: Marks) -> Sign:
    """How far a check has come, and what it came to."""
    return {
        ExamState.NOT_RUN: Sign(marks.unknown, "not run", Tone.QUIET),
        ExamState.RUNNING: Sign(marks.connecting, "running", Tone.ACCENT),
        ExamState.FAILED: Sign(marks.real, "fail", Tone.CRITICAL),
        ExamState.UNKNOWN: Sign(marks.unsure, "can't tell", Tone.WARNING),
        ExamState.PASSED: Sign(marks.good, "pass", Tone.GOOD),
    }[state]


def title(exam: Examination) -> Line:
    """Which target it is."""
    subject = exam.subject
    return (
        Span("what next  ", Tone.ACCENT),
        Span(subject.name, bold=True),
        Span(f"  {subject.cluster}", Tone.QUIET),
    )


def head_lines(
    exam: Examination, health: Health, marks: Marks, *, is_wide: bool
) -> tuple[Line, ...]:
    """How it stands, what Prometheus says, and what the checks amount to.

    health  as it is now, which may differ from when one began to look
    """
    subject = exam.subject
    found = health_sign(health, marks)
    told = f"  {exam.kind.value}, {EXPECTED[subject.expected]}"
    state = Span(found.text, found.tone, bold=True)
    why = "" if is_wide or not subject.last_error else f"  {short(subject.last_error)}"
    lines: list[Line] = [(state, Span(why), Span(told, Tone.QUIET))]
    probe = HttpProbe.of(subject.scrape_url)
    if is_wide and subject.last_error:
        lines.append((Span("prometheus  ", Tone.QUIET), Span(subject.last_error)))
    if probe is not None:
        lines.append((Span("scraped at  ", Tone.QUIET), Span(probe.url)))
    return (*lines, *(((),) if is_wide else ()), _conclusion(exam, marks))


def _conclusion(exam: Examination, marks: Marks) -> Line:
    """One sentence, or what to press for one."""
    if exam.conclusion:
        so_far = "so far: " if exam.is_running else ""
        text = f"{marks.arrow} {so_far}{exam.conclusion}"
        return (Span(text, Tone.ACCENT, bold=True),)
    if exam.is_running:
        return (Span(f"{marks.connecting} asking", Tone.ACCENT),)
    return (Span("w", Tone.ACCENT, bold=True), Span(f" {_offer(exam)}", Tone.TEXT))


def _offer(exam: Examination) -> str:
    """What the key would do, before it does it."""
    where = dialled(exam.subject)
    is_left = any(
        each.is_from_here and each.state is ExamState.NOT_RUN for each in exam.checks
    )
    if is_left and where:
        return f"runs all checks: that dials {where} from this machine"
    return "runs all checks again"


def dialled(subject: Subject) -> str:
    """The address that the checks from here go to."""
    address = Address.of(subject.scrape_url or f"tcp://{subject.instance}")
    return str(address) if address else ""


def chips(exam: Examination, marks: Marks) -> Line:
    """How many of each, what matters first."""
    spans: list[Span] = []
    for state in (
        ExamState.FAILED,
        ExamState.UNKNOWN,
        ExamState.PASSED,
        ExamState.RUNNING,
        ExamState.NOT_RUN,
    ):
        number = sum(each.state is state for each in exam.checks)
        if number:
            found = sign(state, marks)
            words = f"{found.glyph} {number} {found.word}"
            spans.append(Span(words + "  ", found.tone))
    return tuple(spans)


def rows(exam: Examination, now: datetime, marks: Marks) -> tuple[Row, ...]:
    """The checks in their order; what was found below each."""
    return tuple(_row(each, now, marks) for each in exam.checks)


def _row(check: TargetCheck, now: datetime, marks: Marks) -> Row:
    found = sign(check.state, marks)
    is_loud = check.state is ExamState.FAILED
    times = [each.at for each in check.asked if each.at is not None]
    seconds = [each.seconds for each in check.asked if each.at is not None]
    is_done = check.state not in {ExamState.NOT_RUN, ExamState.RUNNING}
    where = "here" if check.is_from_here else "kubernetes" if check.asked else ""
    tone = Tone.TEXT if is_loud else Tone.QUIET
    title_tone = Tone.QUIET if check.state is ExamState.NOT_RUN else Tone.TEXT
    return Row(
        f"check {check.id}",
        (
            Cell(found.text, found.tone, bold=is_loud),
            Cell(check.title, title_tone, bold=is_loud),
            Cell(took(max(seconds)) if is_done and seconds else "", Tone.QUIET),
            Cell(age(min(times), now) if is_done and times else "", Tone.QUIET),
            Cell(where, Tone.QUIET),
        ),
        details=((Span(check.words, tone),),) if check.words else (),
    )


def took(seconds: float) -> str:
    """A latency: `3ms`, `1.2s`."""
    return f"{seconds * 1000:.0f}ms" if seconds < 1 else f"{seconds:.1f}s"


def detail(
    check: TargetCheck, now: datetime, marks: Marks, *, is_brief: bool
) -> tuple[Paragraph, ...]:
    """One check in full: what was found, what it means, what was asked.

    is_brief    without what its row tells already, where that fits its row
    """
    found = sign(check.state, marks)
    lines: list[Paragraph] = []
    if not is_brief:
        title = (Span(found.text, found.tone, bold=True), Span(f"  {check.title}"))
        lines.append((title, 0))
    if check.words and not (is_brief and check.state is ExamState.PASSED):
        lines.append(((Span(check.words, bold=True),), 0))
    if check.meaning:
        lines.append(((Span(f"{marks.arrow} {check.meaning}", Tone.ACCENT),), 2))
    if check.seen:
        lines += [*_gap(lines), ((Span("seen", Tone.QUIET),), 0)]
        lines += [((Span(f"  {each}"),), 4) for each in check.seen if each]
    lines += [*_gap(lines), *_asked(check, now)]
    return tuple(lines)


def _gap(above: list[Paragraph]) -> list[Paragraph]:
    """An empty line, where something stands above it."""
    return [((), 0)] if above else []


def _asked(check: TargetCheck, now: datetime) -> Iterable[Paragraph]:
    """Each question as one would put it by hand, with who answered, when, how fast."""
    is_open = check.state is ExamState.NOT_RUN
    yield (Span("would ask" if is_open else "asked", Tone.QUIET),), 0
    if not check.asked:
        yield (Span("  nobody: it is known already", Tone.QUIET),), 2
    for each in check.asked:
        yield (Span(f"  {each.source}  ", Tone.QUIET), Span(_when(each, now))), 4
        yield (Span(f"    {each.query}", Tone.ACCENT),), 6


def _when(asked: Asked, now: datetime) -> str:
    if asked.at is None:
        return ""
    said = f"{age(asked.at, now)} ago, took {took(asked.seconds)}"
    return f"{said}: {short(asked.fault.summary)}" if asked.fault else said


def commands(check: TargetCheck) -> str:
    """What was asked, to be run by hand."""
    return "\n".join(each.query for each in check.asked)
