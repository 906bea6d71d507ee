"""Findings as rows among the alerts, written like one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from msgspec import Struct

from tui.model.alert import JudgedAlert, Verdict
from tui.model.finding import Finding
from tui.present import trace
from tui.present.glyphs import Marks, verdict_sign
from tui.present.units import age
from widgets.values import Cell, Line, Row, Span, Tone

CALM = {Verdict.FALSE_POSITIVE, Verdict.BY_DESIGN}
_MOST_TRACES = 2
"""Devices that a row leads on to the application."""

_Name = tuple[object, ...]


class FindingRows:
    """Makes rows of findings; a row is made again only when it would say another thing.

    To hash a finding, with all its traces, takes longer than to make its row.
    """

    def __init__(self, marks: Marks) -> None:
        """Make none yet."""
        self._marks = marks
        self._made: dict[_Name, _Made] = {}

    def rows(
        self, findings: Sequence[Finding], told: frozenset[str], now: datetime
    ) -> list[Row]:
        """The real ones first; `told` is what alerts are about."""
        made: dict[_Name, _Made] = {}
        for each in findings:
            is_told = not told.isdisjoint((*each.subject.split(), *each.seen_by))
            how_old = age(each.since, now)
            said = each.subject, each.title, each.detail, each.since
            name = each.kind, each.verdict, *said
            kept = self._made.get(name)
            if kept is None or not kept.says(each, how_old, is_told=is_told):
                row = finding_row(each, how_old, self._marks, is_told=is_told)
                kept = _Made(each, how_old, row, is_told)
            made[name] = kept
        self._made = made
        real = [each.row for each in made.values() if each.is_real]
        return real + [each.row for each in made.values() if not each.is_real]


class _Made(Struct, frozen=True, gc=False):
    """A row, and what it was made of."""

    finding: Finding
    how_old: str
    row: Row
    is_told: bool

    @property
    def is_real(self) -> bool:
        """Whether it stands with the real ones."""
        return self.finding.verdict is Verdict.REAL

    def says(self, finding: Finding, how_old: str, *, is_told: bool) -> bool:
        """Whether the row of that finding would be the same."""
        is_same = self.finding is finding or self.finding == finding
        return is_same and self.how_old == how_old and self.is_told is is_told


def finding_key(finding: Finding) -> str:
    """What a row is known by."""
    return f"finding {finding.kind.value} {finding.subject} {finding.title}"


def told_by(alerts: Sequence[JudgedAlert]) -> frozenset[str]:
    """What alerts that are not calm are about: the values of their labels."""
    loud = [each.alert.labels.values() for each in alerts if each.verdict not in CALM]
    return frozenset(chain.from_iterable(loud))


def finding_row(finding: Finding, how_old: str, marks: Marks, *, is_told: bool) -> Row:
    """A finding among the alerts, written like one of them.

    is_told     an alert is about it too; that none is, is said on its row
    """
    sign = verdict_sign(finding.verdict, marks)
    is_loud = finding.verdict is Verdict.REAL
    cells = (
        Cell(sign.text, sign.tone, bold=is_loud),
        Cell(finding.title, bold=is_loud),
        Cell(),
        Cell(),
        Cell(how_old, Tone.QUIET),
    )
    said = (
        finding.detail if finding.subject in finding.title else _with_subject(finding)
    )
    line: list[Span] = []
    if not is_told:
        line.append(Span("no alert  " if said else "no alert", Tone.QUIET))
    if said:
        line.append(Span(said))
    details: tuple[Line, ...] = (tuple(line),) if line else ()
    traced = tuple(trace.brief(each, marks) for each in finding.traces[:_MOST_TRACES])
    return Row(finding_key(finding), cells, Tone.TEXT, details=(*traced, *details))


def _with_subject(finding: Finding) -> str:
    if finding.subject in finding.detail:
        return finding.detail
    return f"{finding.subject}  {finding.detail}".rstrip()
