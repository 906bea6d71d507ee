"""Reads the tables about silences: who writes them, and templates for them."""

from __future__ import annotations

from datetime import UTC, datetime

from tui.config.table import Table
from tui.config.values import Silences, SilenceTemplate
from tui.silencing.grammar import parse_matcher, refusal
from tui.silencing.span import parse_end

_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any end that somebody may name: whether it is over is no matter of here."""


def silences(table: Table) -> Silences:
    """The author, and the templates in the order of the file."""
    templates = table.table("templates")
    found = Silences(
        author=table.text("author"),
        templates=tuple(
            _template(name, each)
            for name, each in (templates.tables() if templates else ())
        ),
    )
    table.finish()
    return found


def _template(name: str, table: Table) -> SilenceTemplate:
    read = table.numbered("matchers", parse_matcher)
    matchers = tuple(each for each in read or () if each is not None)
    if read is None:
        if "matchers" not in table:
            table.problems.note(table.path, "needs matchers: ['alertname=\"NAME\"']")
    elif len(matchers) == len(read) and (why := refusal(matchers)):
        table.wrong("matchers", why)
    duration = table.parsed("duration", _end)
    if "duration" not in table:
        table.problems.note(table.path, 'needs a duration: "4h", or "monday 08:00"')
    comment = table.text("comment")
    table.finish()
    return SilenceTemplate(name, matchers, duration or "", comment)


def _end(text: str) -> str:
    """raise   ValueError with a sentence"""
    parse_end(text, _SOME_DAY)
    return text
