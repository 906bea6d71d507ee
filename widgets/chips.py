"""One line of choices, one of which is taken: the arrow keys take the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from widgets.keys import hidden
from widgets.pane import LinePane
from widgets.text import cells_of
from widgets.values import UNICODE, Glyphs, Line, Span, Tone


class Chips(LinePane, can_focus=True):
    """Shows ` 1h [4h] 1d `; the brackets say which, so that no colour has to."""

    DEFAULT_CSS = """
    Chips { height: 1; }
    Chips:focus > .chips--taken { background: $primary 35%; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"chips--taken"}
    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("left,h", "take(-1)", "Before", "chips.left", "Take the choice before"),
        hidden("right,l", "take(1)", "Next", "chips.right", "Take the next choice"),
    ]

    @dataclass
    class Taken(Message):
        """The user took another choice."""

        chips: Chips
        place: int

        @property
        def control(self) -> Chips:
            return self.chips

    def __init__(
        self,
        choices: Sequence[Line],
        *,
        taken: int = -1,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
    ) -> None:
        """Make it of choices; `taken` is the place of one, -1 stands for none."""
        super().__init__(glyphs=glyphs, id=id)
        self._choices = tuple(choices)
        self._taken = taken

    @property
    def taken(self) -> int:
        """The place of the choice that is taken; -1 when none is."""
        return self._taken

    def show(self, choices: Sequence[Line], taken: int) -> None:
        """Show other choices, or another one as taken, without telling anybody."""
        if (tuple(choices), taken) != (self._choices, self._taken):
            self._choices, self._taken = tuple(choices), taken
            self.forget_strips()
            self.repaint()

    def draw_line(self, y: int, width: int) -> Strip:
        if y:
            return self.blank(width)
        key = ("chips", width, self.has_focus)
        return self.cached(key, lambda: self._draw(width))

    def _draw(self, width: int) -> Strip:
        pieces: list[Segment] = []
        for place, line in enumerate(self._choices):
            is_taken = place == self._taken
            left, right = ("[", "]") if is_taken else (" ", " ")
            words = (Span(left, Tone.ACCENT), *line, Span(right, Tone.ACCENT))
            drawn = self.pieces(words)
            pieces += map(self._as_taken, drawn) if is_taken else drawn
        return Strip(self.fit(pieces, width), width)

    def _as_taken(self, piece: Segment) -> Segment:
        style = piece.style or Style.null()
        return Segment(piece.text, self.over(style, "chips--taken"))

    def action_take(self, by: int) -> None:
        """Take the choice so many places on; from none, the first or the last."""
        if not self._choices:
            return
        start = self._taken if self._taken >= 0 else (-1 if by > 0 else 0)
        self._take((start + by) % len(self._choices))

    def _take(self, place: int) -> None:
        if place != self._taken:
            self.show(self._choices, place)
            self.post_message(self.Taken(self, place))

    def on_click(self, event: events.Click) -> None:
        end = 0
        for place, line in enumerate(self._choices):
            end += 2 + cells_of(line)
            if event.x < end:
                self._take(place)
                return

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()
