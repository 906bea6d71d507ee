"""A field of a form into which a text can be put from outside."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from widgets.input_line import InputLine


class Field(InputLine):
    """One line of text; entered by a key, the whole of it is selected."""

    _begun = ""

    def begin(self, text: str) -> None:
        """Go here with a text to which more is typed."""
        self._begun = text
        self.focus(scroll_visible=False)

    def _on_focus(self, event: events.Focus) -> None:
        if self._begun:
            event.prevent_default()
            with self.prevent(Input.Changed):
                self.value = self._begun
            self.cursor_position = len(self.value)
            self._begun = ""
