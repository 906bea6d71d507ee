"""Alerts and findings as rows: what is real first, each with the reason below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile
from operator import is_

from msgspec import Struct
from msgspec.structs import replace

from tui.model.alert import AlertState, JudgedAlert, Verdict
from tui.model.change import AlertName, name_of
from tui.model.finding import Finding
from tui.model.fleet import Cluster, SourceKind
from tui.model.kept import once
from tui.model.labels import Labels
from tui.present import concealed, faults, silenced
from tui.present.finding_rows import CALM, FindingRows, told_by
from tui.present.glyphs import Marks, Sign, verdict_sign
from tui.present.standing import tally
from tui.present.units import NEVER, age, age_changes, one_line
from widgets.values import Align, Cell, Column, Line, Row, Span, Tone

COLUMNS = (
    Column("", 8),
    Column("alert", 14, weight=1),
    Column("", 1),
    Column("sev", 4, drop=1),
    Column("age", 4, align=Align.RIGHT),
)
DETAIL_COLUMN = 1
WIDE_COLUMNS = (
    *COLUMNS[:1],
    # A name that is cut off may be another's; a reason goes on below or in the alert.
    Column("alert", 16, weight=1, max_width=40),
    *COLUMNS[2:],
    Column("why", 20, weight=1),
)
KEY_PREFIX = "alert "
"""What the keys of alerts begin with, and of nothing else."""

# Labels that name a thing, and those that say what it belongs to; most telling first.
_THINGS = ("node", "nodename", "instance", "device", "persistentvolumeclaim", "pod")
_OWNERS = ("job", "deployment", "statefulset", "daemonset", "service", "namespace")
_SHORT = {"critical": "crit", "warning": "warn", "error": "err", "none": ""}
_ALERTMANAGER = frozenset({SourceKind.ALERTMANAGER})
_SECOND = timedelta(seconds=1)
_NO_SILENCES: silenced.Known = {}
_MOST_BRIEF = 100
"""Rows that no screen has room for."""


def heading(cluster: Cluster, now: datetime, marks: Marks) -> Line:
    """How many of each, in few words, for the edge of the pane."""
    if cluster.alerts is None:
        return (faults.unknown(cluster, _ALERTMANAGER, now, marks),)
    found = tally(cluster.alerts, cluster.findings)
    spans: list[Span] = []
    false = found.false, "false", Tone.QUIET
    silenced_too = found.silenced, "silenced", Tone.QUIET
    last = false, silenced_too
    if found.quiet:  # what there is no room for is cut off at the end
        words = f"silenced, {found.quiet:,} real"
        last = (found.silenced, words, Tone.WARNING), false
    for number, words, tone in (
        (found.concealed, "real hidden", Tone.CRITICAL),
        (found.real, "real", Tone.CRITICAL),
        (found.undecided, "unsure", Tone.WARNING),
        *last,
    ):
        if number:
            gap = "  " if spans else ""
            spans.append(Span(f"{gap}{number:,} {words}", tone))
    return tuple(spans) or (Span("none that matters", Tone.QUIET),)


def marked_words(number: int, marks: Marks) -> Line:
    """How many are marked, for the edge of the pane; nothing when none is."""
    if not number:
        return ()
    return (Span(f"{marks.glyphs.mark} {number} marked  ", Tone.ACCENT, bold=True),)


class AlertRows:
    """Makes rows of alerts; a row is made again only when its alert or its age changed.

    Of thousands of alerts most are as they were a second ago.
    """

    def __init__(self, marks: Marks, *, is_wide: bool = False) -> None:
        """Make rows with the reason below, or beside when there is room."""
        self._marks = marks
        self._is_wide = is_wide
        self._listed: Sequence[JudgedAlert] = ()
        """As long as one is here, no other has its identity."""
        self._by_id: dict[int, _Made] = {}
        """Their rows by that identity, ..."""
        self._by_name: dict[AlertName, _Made] = {}
        """... and by name, with some of alerts that are gone."""
        self._findings = FindingRows(marks)
        self._asked: tuple[object, object] = (None, None)
        self._silences: silenced.Known = {}
        self._shown: tuple[Row, ...] = ()
        self._due = NEVER
        self._now = NEVER

    def rows(
        self,
        alerts: Sequence[JudgedAlert],
        findings: Sequence[Finding],
        now: datetime,
        silences: silenced.Known = _NO_SILENCES,
    ) -> tuple[Row, ...]:
        """Real alerts, then real findings, then what is real and silenced, then the
        others in the order they came.
        """
        rows = self.some_rows(alerts, findings, now, silences, most=len(alerts))
        return self._shown if rows is None else rows

    def some_rows(
        self,
        alerts: Sequence[JudgedAlert],
        findings: Sequence[Finding],
        now: datetime,
        silences: silenced.Known,
        *,
        most: int,
    ) -> tuple[Row, ...] | None:
        """The same; None when more than `most` alerts must be looked at for it."""
        if now < self._now:  # back in the record, ages are less
            self._by_id, self._by_name, self._asked = {}, {}, (None, None)
        self._now = now
        if silences != self._silences:
            self._silences = silences
            self._forget_silenced()
            self._asked = None, None
        asked = alerts, findings
        if all(map(is_, self._asked, asked)) and now < self._due:
            return self._shown
        if self._asked[0] is not alerts and len(alerts) > most:
            return None
        made = list(map(self._by_id.get, map(id, alerts)))
        if now >= self._due:
            made = [None if m is None or m.due <= now else m for m in made]
        missing = [at for at, each in enumerate(made) if each is None]
        if len(missing) > most:
            return None
        full = self._complete(alerts, made, missing, now)
        self._asked = asked
        self._shown = self._ordered(full, alerts, findings, now)
        return self._shown

    def _complete(
        self,
        alerts: Sequence[JudgedAlert],
        made: Sequence[_Made | None],
        missing: Sequence[int],
        now: datetime,
    ) -> list[_Made]:
        """With those at the missing positions: made anew, or of an equal alert."""
        found: dict[int, _Made] = {}
        for at in missing:
            alert = alerts[at]
            name = name_of(alert)
            known = self._by_name.get(name)
            if known is None or known.due <= now or not known.is_of(alert):
                known = self._make(alert, now)
            found[at] = self._by_name[name] = known
        full = [found[at] if m is None else m for at, m in enumerate(made)]
        if found or alerts is not self._listed:
            self._by_id = dict(zip(map(id, alerts), full, strict=True))
            self._listed = alerts
        if len(self._by_name) > 2 * len(full):
            names = map(name_of, alerts)
            self._by_name = dict(zip(names, full, strict=True))
        return full

    def _forget_silenced(self) -> None:
        """Make the rows again that say who silenced them."""
        by_id, by_name = self._by_id.items(), self._by_name.items()
        self._by_id = {at: m for at, m in by_id if not m.alert.is_silenced}
        self._by_name = {name: m for name, m in by_name if not m.alert.is_silenced}

    def _ordered(
        self,
        made: Sequence[_Made],
        alerts: Sequence[JudgedAlert],
        findings: Sequence[Finding],
        now: datetime,
    ) -> tuple[Row, ...]:
        ages = [age_changes(each.since, now) for each in findings if each.since]
        self._due = min([each.due for each in made] + ages, default=NEVER)
        real = [each.row for each in made if each.is_real and not each.is_known]
        known = [each.row for each in made if each.is_real and each.is_known]
        rest = [each.row for each in made if not each.is_real]
        told = once(alerts, told_by) if findings else frozenset()
        found = self._findings.rows(findings, told, now)
        waiting = sum(row.cells[0].bold for row in found)
        return (*real, *found[:waiting], *known, *found[waiting:], *rest)

    def _make(self, alert: JudgedAlert, now: datetime) -> _Made:
        row = alert_row(alert, self._silences, now, self._marks, is_wide=self._is_wide)
        due = age_changes(alert.matters_since, now)
        if alert.concealed is not None:
            due = now + _SECOND  # it tells how long that lasts
        elif alert.is_silenced:
            due = min(due, silenced.row_changes(now))
        is_known = alert.is_silenced and alert.concealed is None
        is_real = alert.verdict is Verdict.REAL
        return _Made(alert, row, due, is_real=is_real, is_known=is_known)


class _Made(Struct, frozen=True, gc=False):
    """A row, what it was made of, and when its age is no longer true."""

    alert: JudgedAlert
    row: Row
    due: datetime
    is_real: bool
    is_known: bool
    """Somebody silenced it, and knew what it is."""

    def is_of(self, alert: JudgedAlert) -> bool:
        """Whether this alert's row says the same.

        An alert that was sent again is another one, and all that one reads of it is as
        it was.
        """
        old = self.alert
        return old is alert or (
            old.verdict is alert.verdict
            and old.judgement.reason == alert.judgement.reason
            and old.concealed == alert.concealed
            and old.alert.state is alert.alert.state
            and old.alert.silenced_by == alert.alert.silenced_by
            and old.matters_since == alert.matters_since
            and old.alert.labels == alert.alert.labels
            and old.alert.annotations == alert.alert.annotations
        )


def alert_row(
    alert: JudgedAlert,
    silences: silenced.Known,
    now: datetime,
    marks: Marks,
    *,
    is_wide: bool,
) -> Row:
    """The row of one alert as of now."""
    hidden = concealed.hidden_line(alert, now, marks)
    how_old = age(alert.matters_since, now)
    row = _alert_row(alert, how_old, hidden, marks, is_wide=is_wide)
    line = silenced.row_line(alert, silences, now, marks)
    return _with_line(row, line, is_wide=is_wide) if line and not hidden else row


def real_lines(rows: Sequence[Row]) -> int:
    """How many lines the real ones take, which stand first; of more than a screen has
    room for, some."""
    return sum(1 + len(row.details) for row in _first_real(rows))


def brief(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The same with one line below each real one: why, or whom it hurts."""
    short = [replace(row, details=row.details[:1]) for row in _first_real(rows)]
    return (*short, *rows[len(short) :])


def _first_real(rows: Sequence[Row]) -> Iterator[Row]:
    return takewhile(lambda row: row.cells[0].bold, islice(rows, _MOST_BRIEF))


def alert_key(alert: JudgedAlert) -> str:
    """What a row is known by."""
    return f"{KEY_PREFIX}{alert.alert.fingerprint}"


def _alert_row(
    alert: JudgedAlert, how_old: str, hidden: Line, marks: Marks, *, is_wide: bool
) -> Row:
    """Make a row; `hidden` is what is said of one that is real and hidden."""
    sign = verdict_sign(alert.verdict, marks)
    if hidden:
        sign = Sign(sign.glyph, "HIDDEN", sign.tone)
    if alert.verdict is Verdict.BY_DESIGN:
        sign = Sign(sign.glyph, "design", sign.tone)
    is_calm = alert.verdict in CALM
    is_loud = alert.verdict is Verdict.REAL
    severity = alert.alert.severity
    cells = [
        Cell(sign.text, sign.tone, bold=is_loud),
        Cell(alert.alert.name, bold=is_loud),
        Cell(muted_glyph(alert, marks), Tone.CRITICAL if hidden else Tone.ACCENT),
        Cell(short_severity(severity), Tone.QUIET),
        Cell(how_old, Tone.QUIET),
    ]
    if is_wide:
        cells.append(Cell(reason(alert), spans=(Span(_more(alert), Tone.QUIET),)))
    details = () if is_wide else _details(alert)
    if hidden:
        details = (hidden, *details)
    tone = Tone.QUIET if is_calm else Tone.TEXT
    return Row(alert_key(alert), tuple(cells), tone, details=details)


def _with_line(row: Row, line: Line, *, is_wide: bool) -> Row:
    """Add who silenced it: below the reason, or before it when there is room."""
    if not is_wide:
        return replace(row, details=(*row.details, line))
    *cells, why = row.cells
    said = (*line, Span(f"  {why.text}"), *why.spans)
    return replace(row, cells=(*cells, Cell(spans=said)))


def short_severity(severity: str) -> str:
    """A severity in four letters at most."""
    return _SHORT.get(severity, severity[:4])


def muted_glyph(alert: JudgedAlert, marks: Marks) -> str:
    """A mark on what notifies nobody."""
    if alert.is_silenced:
        return marks.silenced
    return marks.dot if alert.alert.state is AlertState.PENDING else ""


def reason(alert: JudgedAlert) -> str:
    """Where it is, unless the reason says so, and why we say what we say."""
    why = alert.judgement.reason
    place = where(alert.alert.labels, said=why)
    if alert.verdict in CALM or not place:
        return why
    return f"{place}: {why}" if why else place


def _more(alert: JudgedAlert) -> str:
    said = summary(alert.alert.annotations)
    return f"  {said}" if said else ""


def _details(alert: JudgedAlert) -> tuple[Line, ...]:
    if alert.verdict is Verdict.BY_DESIGN:
        return ()
    tone = Tone.QUIET if alert.verdict in CALM else Tone.TEXT
    lines: list[Line] = [(Span(reason(alert), tone),)]
    said = summary(alert.alert.annotations)
    if said and alert.verdict is Verdict.REAL:
        lines.append((Span(said, Tone.QUIET),))
    return tuple(line for line in lines if line[0].text)


def where(labels: Labels, said: str = "") -> str:
    """The labels that tell this alert from others of its name, two at most.

    said    what is said beside it: labels in it are left out, and when it names the
            thing, so are those that only say where the thing belongs
    """
    things = [labels[name] for name in _THINGS if labels.get(name)]
    owners = [labels[name] for name in _OWNERS if labels.get(name)]
    told = things or owners
    if any(value in said for value in (*things, *owners)):
        told = things
    new = [value for value in told if value not in said]
    return " ".join(dict.fromkeys(new[:2]))


def summary(annotations: Labels) -> str:
    """What the author of the alert wrote about it, on one line."""
    return one_line(annotations.get("summary") or annotations.get("description", ""))
