"""How long a silence lasts, and when it ends: two fields that are kept in step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from tui.present import silence
from tui.screens.field import Field
from tui.silencing.grammar import WordingError
from tui.silencing.span import parse_end
from widgets.chips import Chips
from widgets.values import Glyphs


class SpanFields(Vertical):
    """Duration, end and the usual ones; whichever was changed last leads the others."""

    @dataclass
    class Changed(Message):
        """It ends at another time now."""

    def __init__(
        self,
        text: str,
        ends_at: datetime | None,
        glyphs: Glyphs,
        zone: tzinfo = UTC,
    ) -> None:
        """Make the fields.

        text     what leads at first: a duration, or an end in words
        ends_at  an end to the second, which holds until something is changed
        zone     in which ends are typed and shown
        """
        super().__init__(id="span")
        self._zone = zone
        self._leader = text
        self._ends_at = ends_at
        self._typed_in: Input | None = None
        """The field that is being typed in: nothing else may write there."""
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Label("for", markup=False)
            yield Field(id="duration")
            yield Label("until", classes="second", markup=False)
            yield Field(id="until")
            yield Label("", classes="unit", markup=False)
        yield Chips(silence.PRESET_WORDS, glyphs=self._glyphs, id="presets")

    @property
    def content(self) -> tuple[object, ...]:
        """All that a person can change."""
        return (self._leader, self._ends_at)

    def read(self, now: datetime) -> datetime:
        """When it ends.

        raise   WordingError
        """
        return self._ends_at or parse_end(self._leader, now, self._zone)

    def lead(self, text: str, typed_in: Input | None = None) -> None:
        """Take a duration or an end, be it from a field or from elsewhere."""
        self._leader, self._ends_at, self._typed_in = text, None, typed_in
        self.post_message(self.Changed())

    def move(self, old: datetime, new: datetime) -> None:
        """Have another end where nobody touched the one that was there."""
        if self._ends_at == old:
            self._ends_at = new

    def follow(self, now: datetime) -> None:
        """Let what does not lead say the same as what does."""
        try:
            end = self.read(now)
        except WordingError:
            end = None
        is_end_typed = self._typed_in is not None and self._typed_in.id == "until"
        is_length = self._ends_at is None and not is_end_typed
        typed = self._leader if is_length else ""
        self._write("duration", silence.length_text(end, now, typed))
        if end is not None or not is_end_typed:
            # What cannot be read stays, to be corrected.
            self._write("until", silence.end_text(end, self._zone))
        # That of the end: the clocks may be changed until then.
        name = (end or now).astimezone(self._zone).tzname() or ""
        self.query_one(".unit", Label).update(Content(name))
        place = silence.preset_place(self._leader) if self._ends_at is None else -1
        self.query_one(Chips).show(silence.PRESET_WORDS, place)

    def _write(self, name: str, text: str) -> None:
        field = self.query_one(f"#{name}", Field)
        is_typed_in = field is self._typed_in and field.has_focus
        if not is_typed_in and field.value != text:
            with field.prevent(Input.Changed):
                field.value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.lead(event.value, event.input)

    def on_chips_taken(self, event: Chips.Taken) -> None:
        event.stop()
        self.lead(silence.PRESETS[event.place])

    def on_key(self, event: events.Key) -> None:
        """A digit typed over the usual ones begins a duration."""
        character = event.character or ""
        if self.query_one(Chips).has_focus and character.isdigit():
            event.stop()
            field = self.query_one("#duration", Field)
            field.begin(character)
            self.lead(character, field)
