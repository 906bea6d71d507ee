"""A list whose rows can be marked, so that one key is for several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.screens.listing import Listing
from widgets.keys import hidden
from widgets.values import UNICODE, Column, Glyphs, Row


class MarkListing(Listing):
    """Marks stay with the key of their row; a row that is gone loses its mark."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space", "mark", "Mark", id="marks.toggle", tooltip="Mark it, or no longer"
        ),
        hidden(
            "asterisk",
            "mark_all",
            "Mark all",
            "marks.all",
            "Mark all that are shown, or none of them",
        ),
    ]

    @dataclass
    class Marked(Message):
        """Other rows are marked now."""

        listing: MarkListing

        @property
        def control(self) -> MarkListing:
            return self.listing

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        prefix: str = "",
        show_header: bool = True,
        detail_column: int = 0,
        glyphs: Glyphs = UNICODE,
    ) -> None:
        """Make an empty list; `prefix` begins the keys of rows that can be marked."""
        super().__init__(
            columns,
            show_header=show_header,
            detail_column=detail_column,
            glyphs=glyphs,
        )
        self._prefix = prefix

    def show_rows(self, rows: Sequence[Row], *, is_stale: bool = False) -> None:
        super().show_rows(rows, is_stale=is_stale)
        if self.marked:
            self._mark(self.marked & {row.key for row in rows})

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In an empty list there is nothing to mark."""
        if action in {"mark", "mark_all"}:
            return bool(self.rows)
        return super().check_action(action, parameters)

    @property
    def is_at_markable(self) -> bool:
        """Whether the row under the cursor is one that can be marked."""
        return self._may_mark(self.cursor_key)

    def _may_mark(self, key: str | None) -> bool:
        return key is not None and key.startswith(self._prefix)

    def _tell_highlight(self, before: str | None) -> None:
        super()._tell_highlight(before)
        if self._may_mark(before) is not self.is_at_markable:
            self.refresh_bindings()

    def unmark(self) -> None:
        """Take all marks away."""
        self._mark(frozenset())

    def _mark(self, keys: frozenset[str]) -> None:
        if keys != self.marked:
            self.marked = keys
            self.post_message(self.Marked(self))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or no longer, and go on to the next."""
        key = self.cursor_key
        if key is not None and self._may_mark(key):
            self._mark(self.marked ^ {key})
        elif key is not None:
            self.notify("Only alerts are marked.", timeout=2, markup=False)
        self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all rows that are shown; none when they are marked already."""
        keys = {row.key for row in self.rows if row.key.startswith(self._prefix)}
        self._mark(frozenset() if keys <= self.marked else self.marked | keys)
