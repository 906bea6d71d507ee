"""The targets of a cluster in its column: each problem, and each healthy job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tui.model.kept import once
from tui.model.target import Expected, Health, TargetRow, host
from tui.model.target_summary import WellJob, summarised
from tui.present.glyphs import Marks, health_sign
from tui.present.reason import short
from tui.present.targets import sign
from widgets.values import Cell, Row, Span, Tone

MOST = 200
"""Problems told one by one: nobody reads more in a corner of the screen."""

_Told = tuple[str, Expected, Health, str, str]
_JOB, _MORE = "job\0", "more\0"
"""Begin the keys of rows that are no one target."""


def is_target(key: str) -> bool:
    """Whether a row of the pane is one target."""
    return not key.startswith((_JOB, _MORE))


def first_of(key: str, rows: Sequence[TargetRow]) -> str:
    """The key of the first target of the healthy job that a row stands for."""
    job = key.removeprefix(_JOB)
    return next((row.key for row in rows if row.job == job), "")


class PaneRows:
    """Makes the rows of one pane; of targets that did not change nothing is made."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._asked: Sequence[TargetRow] | None = None
        self._shown: tuple[Row, ...] = ()
        self._jobs: dict[WellJob, Row] = {}
        self._problems: dict[_Told, Row] = {}

    def rows(self, known: Sequence[TargetRow]) -> tuple[Row, ...]:
        """Each problem, each healthy job, then what is not wanted.

        Where they tell nothing new they are the very rows of before.
        """
        if known is not self._asked:
            self._asked = known
            made = self._build(known)
            self._shown = self._shown if made == self._shown else made
        return self._shown

    def some_rows(
        self, known: Sequence[TargetRow], *, most: int
    ) -> tuple[Row, ...] | None:
        """The same; None when more than `most` of them must be looked at for it."""
        if known is self._asked:
            return self._shown
        found = once(known, summarised)
        number = len(found.well) + min(len(found.troubled), MOST) + len(found.refused)
        return self.rows(known) if number <= most else None

    def _build(self, known: Sequence[TargetRow]) -> tuple[Row, ...]:
        found = once(known, summarised)
        loudest = sorted(found.troubled, key=_loudness)
        self._jobs = {
            each: self._jobs.get(each) or self._job(each) for each in found.well
        }
        shown = loudest[:MOST]
        told = {
            _told(row, place): row
            for row, place in zip(shown, _places(shown), strict=True)
        }
        self._problems = {
            each: self._problems.get(each) or _problem(row, each[-1], self._marks)
            for each, row in told.items()
        }
        left = len(loudest) - MOST
        return (
            *self._problems.values(),
            *((_more(left, self._marks),) if left > 0 else ()),
            *self._jobs.values(),
            *(_refused(row, self._marks) for row in found.refused),
        )

    def _job(self, well: WellJob) -> Row:
        up = health_sign(Health.UP, self._marks)
        words = "  not in the inventory" if well.is_unlisted else ""
        count = f"{well.count}/{well.count}"
        state = Cell(count, spans=(Span(words, Tone.QUIET),))
        return Row(
            f"{_JOB}{well.job}", (Cell(up.glyph, up.tone), Cell(well.job), state)
        )


def _told(row: TargetRow, place: str) -> _Told:
    """All that is told of a problem."""
    return row.key, row.expected, row.health, row.last_error, place


def _places(rows: Sequence[TargetRow]) -> tuple[str, ...]:
    """Where each is: without its port, unless only that tells it from another."""
    hosts = [host(row.instance) for row in rows]
    seen = Counter(zip((row.job for row in rows), hosts, strict=True))
    return tuple(
        name if seen[row.job, name] == 1 else row.instance
        for row, name in zip(rows, hosts, strict=True)
    )


def _loudness(row: TargetRow) -> tuple[int, str, str]:
    """As the list of all targets has them, worst first."""
    return row.rank, row.job, row.instance


def _problem(row: TargetRow, place: str, marks: Marks) -> Row:
    found = sign(row, marks)
    why = f"  {short(row.last_error)}" if row.last_error else ""
    words, behind = f"{found.word}{why}", f"  {place}"
    if row.expected is Expected.NO:
        words, behind = f"{found.word}, but not expected", why
    elif row.health is Health.ABSENT:
        words = f"expected, {found.word}{why}"
    # Why before where: only what does not fit behind it is cut, in the middle.
    state = Cell(words, spans=(Span(behind, Tone.TEXT),))
    cells = (Cell(found.glyph, bold=True), Cell(row.job, bold=True), state)
    return Row(row.key, cells, found.tone)


def _more(left: int, marks: Marks) -> Row:
    words = Cell(f"{left} more", bold=True)
    told = Cell("enter shows all targets")
    return Row(_MORE, (Cell(marks.degraded, bold=True), words, told), Tone.WARNING)


def _refused(row: TargetRow, marks: Marks) -> Row:
    cells = (Cell(marks.absent), Cell(row.job), Cell("not expected, absent"))
    return Row(row.key, cells, Tone.QUIET)
