"""Times of a report in words: of one day without its date, which its title has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.present.units import brief_length
from tui.report.values import Case, Report, Stretch

_MINUTE = timedelta(minutes=1)


def at(report: Report, when: datetime | None) -> str:
    """A time of day; with its date when that is not the one day of it all."""
    if when is None:
        return "not known"
    days = {
        each.astimezone(UTC).date()
        for each in (when, report.span.since, report.span.until)
    }
    when = when.astimezone(UTC)
    return f"{when:%H:%M:%S}" if len(days) == 1 else f"{when:%Y-%m-%d %H:%M:%S}"


def stretch(span: Stretch) -> str:
    """From when to when, in UTC."""
    since, until = span.since.astimezone(UTC), span.until.astimezone(UTC)
    day = "" if until.date() == since.date() else f"{until:%Y-%m-%d} "
    return f"{since:%Y-%m-%d %H:%M:%S} to {day}{until:%H:%M:%S} UTC"


def lasted(span: timedelta) -> str:
    """How long: to the second below a minute, else to the minute."""
    if span < _MINUTE:
        return f"{int(span.total_seconds())}s"
    return brief_length(span)


def between(report: Report, first: datetime, last: datetime) -> str:
    """From one time to another; one time where they are the same in words."""
    since, until = at(report, first), at(report, last)
    return since if since == until else f"{since} to {until}"


def during(report: Report, case: Case) -> str:
    """While what a case was so."""
    since = "from before" if case.since is None else f"from {at(report, case.since)}"
    if case.is_at_times:
        end = case.until or report.end_at
        return f"at times, {since} to {at(report, end)}"
    if case.until is None:
        return f"{since}, still so at the end"
    how_long = f" ({lasted(case.until - case.since)})" if case.since else ""
    return f"{since} to {at(report, case.until)}{how_long}"
