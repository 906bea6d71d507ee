"""The matchers of a silence that is being written, a field each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message

from tui.model.silence import Matcher
from tui.present.completion import Completion, Vocabulary, lenient
from tui.screens.matcher_input import MatcherInput
from tui.silencing.cover import Suggestion
from tui.silencing.grammar import LONGEST, WordingError, parse_matchers, written
from widgets.page import Page
from widgets.status_line import StatusLine
from widgets.values import Glyphs, Span, Tone


class Written(Struct, frozen=True):
    """What the fields hold at one moment, and what is wrong with it."""

    matchers: tuple[Matcher, ...]
    problems: tuple[str, ...] = ()
    unfinished: str = ""
    """What is wrong with the field that is being typed in."""


class MatcherRow(Horizontal):
    """A matcher with its switch before it, and behind it how many alerts pass it."""

    def __init__(self, field: MatcherInput, glyphs: Glyphs) -> None:
        super().__init__()
        self.field = field
        self._switch = StatusLine(glyphs=glyphs, classes="switch")
        self._count = StatusLine(glyphs=glyphs, classes="count")

    def compose(self) -> ComposeResult:
        yield self._switch
        yield self.field
        yield self._count

    def show(self, count: int | None) -> None:
        """Show the switch, and how many alerts pass; None when that is not known."""
        is_on = self.field.is_on and not self.field.is_empty
        if self.field.is_empty:
            self._switch.show((Span(" + ", Tone.QUIET),))
        else:
            tone = Tone.ACCENT if is_on else Tone.QUIET
            self._switch.show((Span("[x]" if is_on else "[ ]", tone),))
        self.field.set_class(not is_on, "-off")
        words = "" if count is None else f"{count:>6} "
        self._count.show((Span(words, Tone.QUIET),))

    def on_click(self, event: events.Click) -> None:
        if event.widget is self._switch:
            self.field.is_on = not self.field.is_on
            self.field.post_message(MatcherInput.Edited(self.field))


class MatcherList(Page, can_focus=False, inherit_bindings=False):
    """All fields, and always an empty one for one matcher more."""

    @dataclass
    class Changed(Message):
        """The matchers are others now."""

    def __init__(self, suggestions: Iterable[Suggestion], glyphs: Glyphs) -> None:
        super().__init__(id="matchers")
        self._glyphs = glyphs
        self._first = tuple(suggestions)
        self._vocabulary: Vocabulary | None = None

    def compose(self) -> ComposeResult:
        for suggestion in self._first:
            yield self._row(_typed(suggestion.matcher), is_on=suggestion.is_on)
        yield self._row("")

    def _row(self, text: str, *, is_on: bool = True) -> MatcherRow:
        return MatcherRow(MatcherInput(text, self._complete, is_on=is_on), self._glyphs)

    @property
    def rows(self) -> list[MatcherRow]:
        """All rows from the top."""
        return list(self.query(MatcherRow))

    @property
    def content(self) -> tuple[object, ...]:
        """All that a person can change."""
        return tuple((row.field.value, row.field.is_on) for row in self.rows)

    def know(self, vocabulary: Vocabulary) -> None:
        """Complete from these words from now on, and count with them."""
        self._vocabulary = vocabulary
        self._show()

    def read(self) -> Written:
        """Read the fields that are on."""
        matchers: list[Matcher] = []
        problems: list[str] = []
        unfinished = ""
        for row in self.rows:
            field = row.field
            if not field.is_on or field.is_empty:
                continue
            try:
                matchers.append(lenient(field.value))
            except WordingError as error:
                if field.has_focus:
                    unfinished = str(error)
                else:
                    problems.append(str(error))
        found = tuple(dict.fromkeys(matchers))
        return Written(found, tuple(problems), unfinished)

    async def put(self, matchers: Sequence[Matcher]) -> None:
        """Have these matchers instead of all that are there."""
        rows = [self._row(_typed(matcher)) for matcher in matchers]
        await self.remove_children()
        await self.mount_all([*rows, self._row("")])
        self._tell()

    def _complete(self, field: MatcherInput, text: str, caret: int) -> Completion:
        if self._vocabulary is None:
            return Completion()
        others = []
        for row in self.rows:
            if row.field is not field and row.field.is_on:
                try:
                    others.append(lenient(row.field.value))
                except WordingError:
                    continue
        return self._vocabulary.complete(text, caret, others)

    def on_matcher_input_edited(self, event: MatcherInput.Edited) -> None:
        event.stop()
        self._tell()

    def on_matcher_input_left(self, event: MatcherInput.Left) -> None:
        """Take a field away that was emptied; the last one waits for more."""
        event.stop()
        for row in self.rows[:-1]:
            if row.field is event.field and row.field.is_empty:
                row.remove()

    async def on_matcher_input_pasted(self, event: MatcherInput.Pasted) -> None:
        """Give each of the pasted matchers a field; the text stays when it is none."""
        event.stop()
        try:
            pasted = _pasted(event.text)
        except WordingError:
            event.field.insert_text_at_cursor(event.text.splitlines()[0])
            return
        place = next(row for row in self.rows if row.field is event.field)
        rows = [self._row(_typed(matcher)) for matcher in pasted]
        if rows:
            await self.mount_all(rows, before=place)
            self._tell()
            if event.field.is_empty:  # where another waits for more, it goes
                self.rows[-1].field.focus()

    def _tell(self) -> None:
        if not any(row.field.is_empty for row in self.rows):
            self.mount(self._row(""))
        self._show()
        self.post_message(self.Changed())

    def _show(self) -> None:
        """Bring the switches and the counts up to date."""
        for row in self.rows:
            count = None
            if self._vocabulary is not None and not row.field.is_empty:
                try:
                    count = self._vocabulary.count(lenient(row.field.value))
                except WordingError:
                    count = None
            row.show(count)


def _pasted(text: str) -> tuple[Matcher, ...]:
    """Several matchers: one in each line, or divided by commas.

    raise   WordingError
    """
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return tuple(one for line in lines for one in parse_matchers(line))
    except WordingError:
        return parse_matchers(text)  # a line may end inside of quotes or braces


def _typed(matcher: Matcher) -> str:
    """As it would be typed; one that no field takes stays too long to be read."""
    most = LONGEST + 1
    near = replace(matcher, name=matcher.name[:most], value=matcher.value[:most])
    return written(near)[:most]
