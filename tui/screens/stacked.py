"""A screen that costs nothing while another one covers it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from widgets.compositor import ThriftyCompositor
from widgets.keys import hidden


class StackedScreen(Screen[None], inherit_bindings=False):
    """Draws when it can be seen: in front, or behind a question.

    Textual takes the screen behind the one in front for visible, and draws all of the
    one in front anew whenever anything happens to it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("tab", "app.focus_next", "Next", "screen.next", "Go to the next pane"),
        hidden(
            "shift+tab",
            "app.focus_previous",
            "Before",
            "screen.previous",
            "Go to the pane before",
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._compositor = ThriftyCompositor()

    @property
    def is_current(self) -> bool:
        if not super().is_current:
            return False
        stack = self.app.screen_stack
        return all(each.is_modal for each in stack[stack.index(self) + 1 :])
