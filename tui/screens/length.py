"""How much longer: the question before silences are extended or made once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from tui.present import silence
from tui.present.glyphs import Marks
from tui.screens.field import Field
from tui.silencing.grammar import WordingError
from widgets.chips import Chips
from widgets.keys import hidden
from widgets.panel import Panel
from widgets.text_block import TextBlock
from widgets.values import Line, Span, Tone

Tell = Callable[[str], tuple[Line, ...]]
"""Says what a length would do; raises WordingError for what is none."""


class Question(Struct, frozen=True):
    """What is asked."""

    title: str
    verb: str
    """What ctrl+s does: "extends"."""
    tell: Tell


class LengthScreen(ModalScreen[str | None]):
    """Closes with the length as it was typed, or with None."""

    CSS_PATH = "length.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s", "agree", "Do it", id="length.agree", tooltip="Do what is shown"
        ),
        Binding("escape", "dismiss(None)", "Close", id="length.close"),
        hidden("down,tab", "app.focus_next", "Below", "length.down", "Next field"),
        hidden("up", "app.focus_previous", "Above", "length.up", "Field before"),
    ]
    AUTO_FOCUS = "Chips"

    def __init__(self, question: Question, marks: Marks) -> None:
        super().__init__()
        self._question = question
        self._length = silence.USUAL
        self.marks = marks

    def compose(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        panel = Panel(glyphs=glyphs)
        keys = (Span(f"ctrl+s {self._question.verb}, esc leaves", Tone.QUIET),)
        panel.show_title((Span(self._question.title, Tone.ACCENT, bold=True),), keys)
        with panel:
            yield Chips(silence.PRESET_WORDS, glyphs=glyphs, id="presets")
            with Horizontal(classes="field"):
                yield Label("for", markup=False)
                yield Field(self._length, id="length")
            yield TextBlock(glyphs=glyphs)

    def on_mount(self) -> None:
        self._show()

    def on_chips_taken(self, event: Chips.Taken) -> None:
        event.stop()
        self._length = silence.PRESETS[event.place]
        field = self.query_one(Field)
        with field.prevent(Input.Changed):
            field.value = self._length
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._length = event.value
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def on_key(self, event: events.Key) -> None:
        """A digit typed over the usual ones begins another length."""
        character = event.character or ""
        if self.query_one(Chips).has_focus and character.isdigit():
            event.stop()
            self._length = character
            self.query_one(Field).begin(character)
            self._show()

    def _show(self) -> None:
        place = silence.preset_place(self._length)
        self.query_one(Chips).show(silence.PRESET_WORDS, place)
        try:
            lines = self._question.tell(self._length)
        except WordingError as error:
            lines = ((Span(str(error), Tone.WARNING),),)
        self.query_one(TextBlock).show_lines((), *lines)

    def action_agree(self) -> None:
        """Close with the length, if it is one."""
        try:
            self._question.tell(self._length)
        except WordingError:
            return
        self.dismiss(self._length)
