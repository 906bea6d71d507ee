"""A screen that costs nothing while another one covers it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
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
        self._is_laying_out = False
        self._is_owed = False
        """Whether it is laid out in a way that the terminal does not show yet."""

    @property
    def is_current(self) -> bool:
        if not super().is_current:
            return False
        stack = self.app.screen_stack
        return all(each.is_modal for each in stack[stack.index(self) + 1 :])

    def _on_timer_update(self) -> None:
        self._is_laying_out = self._layout_required
        try:
            super()._on_timer_update()
        finally:
            self._is_laying_out = False

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's own
        before, self._is_laying_out = self._is_laying_out, True
        try:
            super()._refresh_layout(size, scroll)
        finally:
            self._is_laying_out = before

    def _compositor_refresh(self) -> None:
        """Draw; what was laid out just now in a step of its own, after this one.

        Textual does both in one: with a screen full of panes that is a long step.
        """
        if self._is_laying_out and not self._is_owed:
            # A screen that is being closed takes no call.
            self._is_owed = self.call_later(self._draw_owed)
        if not (self._is_laying_out and self._is_owed):
            self._is_owed = False
            super()._compositor_refresh()

    def _draw_owed(self) -> None:
        """Draw, unless that was done since, with what has changed meanwhile: all of it
        where that is due anyway."""
        if not self._is_owed:
            return
        if self._repaint_required:
            self._repaint_required = False
            self._dirty_widgets = {self}
        # Drawing forgets who asked for it.
        self._compositor.update_widgets(self._dirty_widgets)
        self._compositor_refresh()
