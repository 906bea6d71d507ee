"""A listing of very many rows: its owner narrows it, and makes what is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from tui.screens.listing import Listing
from widgets.row_index import RowSource
from widgets.values import Line


class LongListing(Listing):
    """Says what is looked for, and shows what it is given."""

    @dataclass
    class Narrowed(Message):
        """The user looks for something else."""

        text: str

    def narrow(self, text: str) -> None:
        if text != self._wanted:
            self._wanted = text
            self.post_message(self.Narrowed(text))

    def show_source(self, source: RowSource, empty: Line) -> None:
        """Show other rows, or say this when there are none."""
        if empty != self.empty:
            self.empty = empty
        self.show_lazily(source)
