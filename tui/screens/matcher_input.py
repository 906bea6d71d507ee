"""The field in which one matcher is written, with completion from what is known now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets.input import Selection

from tui.present.completion import Completion, accepted, lenient, turned
from tui.silencing.grammar import WordingError, written
from widgets.input_line import LONGEST, InputLine
from widgets.keys import hidden


class Complete(Protocol):
    """Says what could stand at the caret of a field."""

    def __call__(self, field: MatcherInput, text: str, caret: int) -> Completion: ...


class MatcherInput(InputLine):
    """A matcher as one types it.

    When it is entered the whole of it is picked: space turns it on or off, `!` and `~`
    change its operator, any other letter replaces it, and the arrow keys begin to edit.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("up", "choose(-1)", "Up", "matcher.up", "Go to the choice above"),
        hidden("down", "choose(1)", "Down", "matcher.down", "Go to the choice below"),
        hidden("enter", "enter", "Take", "matcher.enter", "Take the choice, or go on"),
        Binding(
            "tab", "accept", "Take", id="matcher.accept", tooltip="Take the choice"
        ),
        hidden("escape", "close", "Close", "matcher.close", "Close the choices"),
        hidden(
            "ctrl+space,ctrl+@",
            "open",
            "Choices",
            "matcher.open",
            "Show what could stand here",
        ),
    ]

    @dataclass
    class Edited(Message):
        """It says something else, or it was turned on or off."""

        field: MatcherInput

        @property
        def control(self) -> MatcherInput:
            return self.field

    @dataclass
    class Offered(Message):
        """Other choices are offered, or none any more."""

        field: MatcherInput

        @property
        def control(self) -> MatcherInput:
            return self.field

    @dataclass
    class Left(Message):
        """The keyboard has gone elsewhere."""

        field: MatcherInput

    @dataclass
    class Pasted(Message):
        """A text was pasted that may hold several matchers."""

        field: MatcherInput
        text: str

    def __init__(self, text: str, complete: Complete, *, is_on: bool) -> None:
        super().__init__(text, placeholder="one more: label=value")
        self.is_on = is_on
        self.offered = Completion()
        self.chosen = -1
        """Which of the offered would be taken; -1 is none."""
        self._complete = complete
        self._named = ""
        """A label with the `=` that came with it from the choices, until more is typed:
        who types an operator means to type that one."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written in it."""
        return not self.value.strip()

    @property
    def is_picked(self) -> bool:
        """Whether the whole of it is selected, as when it was just entered."""
        start, end = sorted(self.selection)
        return bool(self.value) and start == 0 and end == len(self.value)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Choices are taken and closed only while there are some."""
        if action == "accept":
            return self.chosen >= 0
        if action in {"close", "choose"}:
            return bool(self.offered.candidates)
        return super().check_action(action, parameters)

    async def _on_key(self, event: events.Key) -> None:
        if self.is_picked and event.character in {" ", "!", "~"}:
            event.stop()
            event.prevent_default()
            self._turn(event.character)
            return
        if self._is_operator(event.character):
            event.stop()
            event.prevent_default()
            return
        before = self.value
        await super()._on_key(event)
        if self.value != before:
            self.is_on = True
            self.action_open()

    def _is_operator(self, character: str | None) -> bool:
        """Whether a key begins an operator that stands there already, or does now."""
        named, self._named = self._named, ""
        is_end = self.cursor_position == len(self.value) and self.value == named
        if not named or not is_end or character not in {"=", "!"}:
            return False
        if character == "!":
            self.value = f"{named.removesuffix('=')}!"
            self.cursor_position = len(self.value)
        return True

    def _turn(self, character: str) -> None:
        """Turn it on or off, or turn its operator."""
        if character == " ":
            self.is_on = not self.is_on
            self.post_message(self.Edited(self))
            return
        try:
            self.value = written(turned(lenient(self.value), character))
        except WordingError:
            return
        self.selection = Selection(0, len(self.value))

    def watch_value(self) -> None:
        self.post_message(self.Edited(self))

    def action_delete_left(self) -> None:
        super().action_delete_left()
        if self.is_empty:
            self.action_close()
        else:
            self.action_open()

    def action_open(self) -> None:
        """Offer what could stand at the caret."""
        self.offered = self._complete(self, self.value, self.cursor_position)
        self.chosen = 0 if self.offered.is_sure else -1
        self._tell()

    def action_close(self) -> None:
        """Offer nothing."""
        self.offered, self.chosen = Completion(), -1
        self._tell()

    def _tell(self) -> None:
        self.refresh_bindings()
        self.post_message(self.Offered(self))

    def action_enter(self) -> None:
        """Take the choice; without one go on to the next field."""
        if self.chosen >= 0:
            self.action_accept()
        else:
            self.screen.focus_next()

    def action_accept(self) -> None:
        """Take the choice; after a label, go on with its values."""
        candidate = self.offered.candidates[self.chosen].text
        text, caret = accepted(self.value, self.cursor_position, candidate)
        is_label = caret < len(text) or text.endswith("=")
        self.value, self.cursor_position = text, caret
        self._named = text if text.endswith("=") else ""
        if is_label:
            self.action_open()
        else:
            self.action_close()

    def action_choose(self, by: int) -> None:
        """Move the choice; above the first there is none."""
        last = len(self.offered.candidates) - 1
        self.chosen = max(-1, min(self.chosen + by, last))
        self._tell()

    def _on_blur(self, event: events.Blur) -> None:  # noqa: ARG002 - Textual's signature
        if self.offered.candidates:
            self.action_close()
        self._tidy()
        self.post_message(self.Left(self))

    def _tidy(self) -> None:
        """Write a matcher as everybody writes it: with its quotes, and closed."""
        try:
            self.value = written(lenient(self.value))
        except WordingError:
            return

    def _on_paste(self, event: events.Paste) -> None:
        """Let several matchers in one text have a field each."""
        text = event.text
        are_several = "," in text or "{" in text or len(text.splitlines()) > 1
        if len(text) <= LONGEST and are_several:
            event.stop()
            event.prevent_default()
            self.post_message(self.Pasted(self, text))
