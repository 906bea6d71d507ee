"""The line at the top of every screen: a real alert is hidden, and nobody knows."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from tui.messages import AcknowledgeHidden, EndSilence, OpenAlert
from tui.model.alert import JudgedAlert
from tui.present import concealed
from tui.present.glyphs import Marks
from widgets.status_line import StatusLine
from widgets.values import Line, Span, Tone

KEY = "!"
_FAR = (Span(f"{KEY} ", Tone.ACCENT, bold=True), Span("act on it "))


class HiddenBar(Vertical, can_focus=True):
    """Tells of the newest one, until somebody has taken note of it."""

    DEFAULT_CSS = "HiddenBar { height: 2; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "open", "Open", id="hidden.open", tooltip="Open what is hidden"
        ),
        Binding(
            "x", "end", "End silence", id="hidden.end", tooltip="End what hides it"
        ),
        Binding(
            "a",
            "note",
            "Seen",
            id="hidden.note",
            tooltip="Take note of it; it stays counted at the top",
        ),
        Binding("escape", "leave", "Back", show=False, id="hidden.leave"),
    ]

    def __init__(
        self, hidden: tuple[JudgedAlert, ...], now: datetime, marks: Marks
    ) -> None:
        super().__init__(id="hidden")
        self.marks = marks
        self._hidden = hidden
        self._now = now
        self._before: Widget | None = None

    def compose(self) -> ComposeResult:
        yield StatusLine(glyphs=self.marks.glyphs)
        yield StatusLine(glyphs=self.marks.glyphs)

    def show(self, hidden: tuple[JudgedAlert, ...], now: datetime) -> None:
        """Show other alerts; without any it takes no room, and gives the keys back."""
        if not hidden and self.has_focus:
            self.action_leave()
        self._hidden, self._now = hidden, now
        self.display = bool(hidden)
        self._draw()

    def on_mount(self) -> None:
        self._draw()

    def _draw(self) -> None:
        lines = list(self.query(StatusLine))
        if not self._hidden or not lines:
            return
        first, now, (what, by) = self._hidden[0], self._now, lines
        since = concealed.since_line(self._hidden, now)
        what.show(concealed.what_line(first, self.marks), since)
        by.show(concealed.by_line(first, now, self.marks), self._keys())

    def _keys(self) -> Line:
        if not self.has_focus:
            return _FAR
        keys = [("enter", "open"), ("x", "end silence"), ("a", "seen")]
        if not self._hidden[0].alert.silenced_by:
            del keys[1]
        spans: list[Span] = []
        for key, words in keys:
            spans += [Span(f"{key} ", Tone.ACCENT, bold=True), Span(f"{words}  ")]
        return tuple(spans)

    def take_keys(self) -> None:
        """Have the keyboard, and know who had it."""
        if not self.has_focus:
            self._before = self.screen.focused
            self.focus()

    def on_focus(self) -> None:
        # Whether it has the keyboard is only true once this is handled.
        self.call_later(self._draw)

    def on_blur(self) -> None:
        self.call_later(self._draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What another alert inhibits has no silence to be ended."""
        if action == "end":
            return bool(self._hidden and self._hidden[0].alert.silenced_by)
        return super().check_action(action, parameters)

    def action_open(self) -> None:
        """Open the alert."""
        self.post_message(OpenAlert(self._hidden[0]))

    def action_end(self) -> None:
        """End the silence that hides it, once that is confirmed."""
        self.post_message(EndSilence(self._hidden[0]))

    def action_note(self) -> None:
        """Take note of it."""
        self.post_message(AcknowledgeHidden(self._hidden[0]))

    def action_leave(self) -> None:
        """Give the keyboard back to whoever had it."""
        before = self._before
        if before is not None and before.is_attached:
            self.screen.set_focus(before)
        else:
            self.screen.focus_next()
