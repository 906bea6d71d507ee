"""A screen that costs nothing while another one covers it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
from textual.screen import Screen

from tui.clock import turn
from widgets.compositor import ThriftyCompositor
from widgets.keys import hidden
from widgets.pane import LinePane

LINES_AT_ONCE = 8
"""Lines that are painted in one step of the loop: half a millisecond each, or less."""


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

    _compositor: ThriftyCompositor

    def __init__(self) -> None:
        super().__init__()
        self._compositor = ThriftyCompositor()
        self._is_laying_out = False
        self._is_owed = False
        """Whether there is something to draw that waits for its lines."""
        self._painting: Iterator[None] | None = None
        """Those lines."""

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
            self._painting = None

    def _compositor_refresh(self) -> None:
        """Draw; what was laid out just now, and panes that are new, in steps of their
        own after this one.

        Textual does all in one: with a screen full of panes that is a long step.
        """
        if self._is_laying_out or self._is_owed or self._has_new_panes:
            # A screen that is being closed takes no call.
            self._is_owed = self._is_owed or self.call_later(self._draw_owed)
        if not self._is_owed:
            super()._compositor_refresh()

    @property
    def _has_new_panes(self) -> bool:
        return any(
            isinstance(each, LinePane) and each.is_all_due
            for each in self._dirty_widgets
        )

    async def _draw_owed(self) -> None:
        """Have the lines painted; then draw, with what has changed meanwhile."""
        await turn()
        while self._paint():
            await turn()
        await turn()
        self._is_owed, self._painting = False, None
        self._gather()
        super()._compositor_refresh()

    def _paint(self) -> bool:
        """Paint some lines of what is due; whether there are more."""
        if self._painting is None:
            self._gather()
            self._painting = self._compositor.painting()
        return sum(1 for _ in islice(self._painting, LINES_AT_ONCE)) == LINES_AT_ONCE

    def _gather(self) -> None:
        """Add to what is due what has changed since."""
        if self._repaint_required:
            self._repaint_required = False
            self._dirty_widgets = {self}
        # Drawing forgets who asked for it.
        self._compositor.update_widgets(self._dirty_widgets)
