"""The targets screen: one row a target, what fails before where, the rest unfolded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from tui.model.alert import JudgedAlert
from tui.model.target import Expected, Health, TargetRow
from tui.present.glyphs import Marks
from tui.present.reason import short
from tui.present.targets import sign
from tui.present.units import age, moment
from widgets.values import Align, Cell, Column, Cut, Line, Row, Span, Tone

COLUMNS = (
    Column("health", 9),
    Column("for", 4, align=Align.RIGHT),
    Column("job", 14, weight=1, max_width=28, cut=Cut.MIDDLE),
    Column("instance", 16, weight=1, max_width=28, cut=Cut.MIDDLE, drop=2),
    Column("why", 18, weight=3),
    Column("scraped", 7, align=Align.RIGHT, drop=1),
    Column("took", 6, align=Align.RIGHT, drop=3),
)
_DOWN = "TargetDown"


def rows(
    known: Sequence[TargetRow],
    alerts: Iterable[JudgedAlert],
    unfolded: Collection[str],
    now: datetime,
    marks: Marks,
) -> tuple[Row, ...]:
    """All targets, in the order they came.

    alerts    of the same cluster: they tell how long a target has been down
    unfolded  keys of the rows that show everything
    """
    since = _since(alerts)
    return tuple(
        _row(row, since, now, marks, is_open=row.key in unfolded) for row in known
    )


def _since(alerts: Iterable[JudgedAlert]) -> dict[tuple[str, str], datetime]:
    """Since when a job, or one instance of it, is known to be down."""
    found: dict[tuple[str, str], datetime] = {}
    for each in alerts:
        labels = each.alert.labels
        if each.alert.name == _DOWN and labels.get("job"):
            key = labels["job"], labels.get("instance", "")
            found[key] = min(each.alert.starts_at, found.get(key, each.alert.starts_at))
    return found


def _row(
    row: TargetRow,
    since: dict[tuple[str, str], datetime],
    now: datetime,
    marks: Marks,
    *,
    is_open: bool,
) -> Row:
    found = sign(row, marks)
    is_quiet = found.tone in {Tone.GOOD, Tone.QUIET}
    down = None
    if row.health is Health.DOWN:
        down = since.get((row.job, row.instance)) or since.get((row.job, ""))
    target = row.target
    cells = (
        Cell(found.text, found.tone, bold=not is_quiet),
        Cell(age(down, now), Tone.QUIET),
        Cell(row.job, bold=not is_quiet),
        Cell(row.instance),
        Cell(_why(row), None if row.last_error else Tone.QUIET),
        Cell(age(target.last_scrape, now) if target else "", Tone.QUIET),
        Cell(_took(target.scrape_seconds) if target else "", Tone.QUIET),
    )
    tone = Tone.QUIET if found.tone is Tone.QUIET else Tone.TEXT
    details = _details(row, down, now) if is_open else ()
    return Row(row.key, cells, tone, details=details)


def _why(row: TargetRow) -> str:
    """What is wrong; else what the inventory says that is not plain."""
    said = {
        Expected.YES: "",
        Expected.NO: "not expected",
        Expected.UNLISTED: "not in the inventory",
    }[row.expected]
    if row.last_error:
        return short(row.last_error)
    return ": ".join(part for part in (said, row.reason) if part)


def _took(seconds: float) -> str:
    return f"{seconds * 1000:.0f}ms" if seconds < 1 else f"{seconds:.1f}s"


def _details(row: TargetRow, down: datetime | None, now: datetime) -> tuple[Line, ...]:
    """Everything that is known of a target."""
    told: list[tuple[str, str]] = [("instance", row.instance)]
    if row.last_error:
        told.append(("error", row.last_error))
    expected = {
        Expected.YES: "expected",
        Expected.NO: "not expected",
        Expected.UNLISTED: "not in it",
    }[row.expected]
    told.append(("inventory", f"{expected}  {row.reason}".rstrip()))
    if down is not None:
        told.append(("alert", f"{_DOWN} since {moment(down)} UTC, {age(down, now)}"))
    target = row.target
    if target is not None:
        scraped = age(target.last_scrape, now)
        took = _took(target.scrape_seconds)
        pace = f"every {target.interval_seconds:.0f}s"
        limit = f"at most {target.timeout_seconds:.0f}s"
        last = f"{scraped} ago, took {took}" if scraped else "never"
        told += [
            ("scraped", f"{last}; {pace}, {limit}"),
            ("url", target.scrape_url),
            ("pool", target.scrape_pool),
        ]
        labels = sorted(target.labels.items())
        told.append(("labels", " ".join(f'{name}="{value}"' for name, value in labels)))
    return tuple(
        (Span(f"{name:<10}", Tone.QUIET), Span(value)) for name, value in told if value
    )
