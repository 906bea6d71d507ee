"""A screen that costs nothing while another one covers it."""

from __future__ import annotations

from textual.screen import Screen


class StackedScreen(Screen[None]):
    """Draws when it can be seen: in front, or behind a question.

    Textual takes the screen behind the one in front for visible, and draws all of the
    one in front anew whenever anything happens to it.
    """

    @property
    def is_current(self) -> bool:
        if not super().is_current:
            return False
        stack = self.app.screen_stack
        return all(each.is_modal for each in stack[stack.index(self) + 1 :])
