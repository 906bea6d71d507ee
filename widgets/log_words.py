"""What a log says about itself in the frame around it."""

from __future__ import annotations

from widgets.log_book import LogBook
from widgets.log_search import AS_TEXT
from widgets.text import width_of
from widgets.values import Line, Span, Tone


def nothing(book: LogBook, empty: Line) -> Line:
    """What stands where no line does; nothing when lines are about to be painted."""
    if not len(book.ring):
        return empty
    if not book.is_complete:
        return (Span("reading ...", Tone.QUIET),)
    if not len(book.shown):
        return (Span("no line passes the filter", Tone.QUIET),)
    return ()


def search_status(book: LogBook) -> str:
    """How the search stands; empty without one."""
    search = book.search
    if search is None:
        return ""
    count = f"{search.count:,}" if search.is_complete else f"{search.count:,}+"
    note = f" {AS_TEXT}" if search.pattern.is_literal else ""
    if search.count and book.current >= book.ring.first:
        return f"match {search.place(book.current + 1):,} of {count}{note}"
    return f"{count} {'match' if search.count == 1 else 'matches'}{note}"


def filter_status(book: LogBook) -> str:
    """What the filter lets pass, and how much; empty when that is all."""
    words = book.filter.words
    if not words:
        return ""
    more = "" if book.is_complete else "+"
    return f"{words}: {len(book.shown):,}{more}"


def kept_status(book: LogBook) -> str:
    """How many lines are kept, once some were let go."""
    ring = book.ring
    if not ring.dropped:
        return ""
    return f"kept {len(ring):,} of {len(ring) + ring.dropped:,}"


def joined(book: LogBook, status: Span, room: int) -> Line:
    """All of it, as far as there is room; the status always, at the end."""
    spans = [status]
    used = width_of(status.text)
    for text, tone in (
        (search_status(book), Tone.TEXT),
        (filter_status(book), Tone.ACCENT),
        (kept_status(book), Tone.QUIET),
    ):
        if text and used + width_of(text) + 2 <= room:
            spans.insert(0, Span(f"{text}  ", tone))
            used += width_of(text) + 2
    return tuple(spans)
