"""A table that can be narrowed to the rows that hold a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.present.search import search
from tui.present.units import plain
from widgets.keys import hidden
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Line, Row, Span, Tone

_SHOWN = 16
"""Characters of what was searched for that are told in an edge."""


class Listing(RowTable):
    """A RowTable whose owner shows all rows, and whose user may see only some."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("escape", "widen", "Show all", "list.widen", "Show all rows again")
    ]

    _all: tuple[Row, ...] = ()
    _wanted = ""
    _none: Line = ()
    _told: Line = ()
    """That it is narrowed, as the edge around it says."""

    def show_rows(self, rows: Sequence[Row], *, is_stale: bool = False) -> None:
        """Show other rows; stale ones are all drawn faintly."""
        self.is_faint = is_stale
        if rows is not self._all and rows != self._all:
            self._all = tuple(rows)
            self._apply()

    def say_if_empty(self, line: Line) -> None:
        """Say this when there are no rows at all."""
        if line != self._none:
            self._none = line
            self._apply()

    @property
    def narrowed(self) -> str:
        """The text that the shown rows hold; empty when all are shown."""
        return self._wanted

    def narrow(self, text: str) -> None:
        """Show only rows with these words, and without those behind a `!`."""
        self._wanted = text.casefold()
        self._apply()
        self.bring_into_view()

    def action_widen(self) -> None:
        """Show all rows again."""
        self.narrow("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is not narrowed leaves the key to others."""
        if action == "widen":
            return bool(self._wanted)
        return super().check_action(action, parameters)

    @property
    def line_count(self) -> int:
        """Lines that all shown rows take."""
        return self._index.line_count

    def _apply(self) -> None:
        wanted = search(self._wanted)
        if not wanted:
            self.empty = self._none
            self.rows = self._all
        else:
            self.empty = narrowed_away(self._wanted) if self._all else self._none
            self.rows = [row for row in self._all if wanted.fits(_text(row))]
        told = shown_of(self._wanted, len(self.rows), len(self._all)) if wanted else ()
        if told != self._told:
            self._told = told
            self.refresh_bindings()
            self._tell_edge()

    def _tell_edge(self) -> None:
        """Have the panel around it say that not all is shown.

        No message does: what a parent has caused does not reach the parent.
        """
        for around in self.ancestors:
            if isinstance(around, Panel):
                around.show_note(self._told)
                return


class CopyListing(Listing):
    """A listing whose rows are texts to copy."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Copy", id="copies.copy", tooltip="Copy this text")
    ]


class ReadListing(Listing):
    """A listing whose rows lead nowhere: all that is known of them stands there."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "select" and super().check_action(action, parameters)


def shown_of(text: str, shown: int, known: int) -> Line:
    """That a list is narrowed, and to how many."""
    words = plain(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
    return (Span(f"/{words} {shown:,} of {known:,}  ", Tone.ACCENT, bold=True),)


def nothing_has(text: str) -> Line:
    """What a list says in which nothing was found."""
    return (Span(f"nothing here has {text!r}", Tone.QUIET),)


def narrowed_away(text: str) -> Line:
    """What a list says that was narrowed to nothing."""
    return (*nothing_has(text), Span("; esc shows all", Tone.QUIET))


def _text(row: Row) -> str:
    """Everything that can be read in a row."""
    spans = [span.text for line in row.details for span in line]
    for cell in row.cells:
        spans += [cell.text, *(span.text for span in cell.spans)]
    return " ".join(spans).casefold()
