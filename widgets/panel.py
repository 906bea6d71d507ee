"""A titled box around other widgets, or one line that stands for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from widgets.pane import LinePane
from widgets.text import cells_of
from widgets.values import Box, Line, Tone

_TITLE_LEAST = 16


def _has_word(text: str) -> bool:
    return any(map(str.isalpha, text))


class Panel(LinePane):
    """A container with its title on the left of the upper edge, and words on the right.

    The frame is heavy while the keyboard is inside. Classes change its shape: `-flat`
    has only the upper edge, `-folded` is that edge alone, its children not shown.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"panel--frame", "panel--focused"}
    DEFAULT_CSS = """
    Panel { height: 1fr; layout: vertical; overflow: hidden hidden; padding: 1; }
    Panel.-flat { padding: 1 0 0 0; }
    Panel.-folded { height: 1; padding: 1 0 0 0; }
    Panel.-folded > * { display: none; visibility: hidden; }
    Panel > .panel--frame { color: $text-disabled; }
    Panel > .panel--focused { color: $accent; }
    """

    _title: Line = ()
    _right: Line = ()
    _aside: Line = ()
    _tone: Tone | None = None
    _is_heavy = False
    """Whether the keyboard is inside; asked once for all lines."""

    def show_title(
        self, title: Line, right: Line = (), tone: Tone | None = None
    ) -> None:
        """Show other words in the upper edge, and draw the frame in a tone."""
        if (title, right, tone) != (self._title, self._right, self._tone):
            is_reframed = tone != self._tone
            self._title, self._right, self._tone = title, right, tone
            self.forget_strips()
            if is_reframed:
                self.repaint()
            else:
                self.repaint_lines(range(1))

    def show_note(self, note: Line) -> None:
        """Show other words before those on the right; they stay with other titles."""
        if note != self._aside:
            self._aside = note
            self.forget_strips()
            self.repaint_lines(range(1))

    @property
    def is_folded(self) -> bool:
        """True while the panel is one line."""
        return self.has_class("-folded")

    @is_folded.setter
    def is_folded(self, is_folded: bool) -> None:
        self.set_class(is_folded, "-folded")

    def render_lines(self, crop: Region) -> list[Strip]:
        self._is_heavy = self.has_focus_within
        return super().render_lines(crop)

    def draw_line(self, y: int, width: int) -> Strip:
        is_last = y == self.outer_size.height - 1
        has_sides = not (self.has_class("-flat") or self.is_folded)
        has_focus = self._is_heavy
        if y == 0:
            key = ("top", width, has_sides, has_focus)
            return self.cached(key, lambda: self._top_edge(width, has_sides=has_sides))
        if not has_sides:
            return self.blank(width)
        if is_last:
            key = ("last", width, has_sides, has_focus)
            return self.cached(key, lambda: self._bottom_edge(width))
        key = ("middle", width, has_sides, has_focus)
        return self.cached(key, lambda: self._sides(width))

    @property
    def _box(self) -> Box:
        return self.glyphs.box_heavy if self._is_heavy else self.glyphs.box

    def _edge(self, text: str) -> Segment:
        if self._tone is not None:
            return Segment(text, self.tone_style(self._tone))
        # Textual styles `:focus-within` later than the focus moves, and our edges are
        # kept: the frame goes by what it was drawn for.
        part = "panel--focused" if self._is_heavy else "panel--frame"
        return Segment(text, self.get_component_rich_style(part))

    def _top_edge(self, width: int, *, has_sides: bool) -> Strip:
        box = self._box
        left = self._edge(box.top_left if has_sides else box.horizontal)
        right = self._edge(box.top_right if has_sides else box.horizontal)
        # The words on the right are few and exact: a long title is cut before them.
        words = self._words((*self._aside, *self._right), width - _TITLE_LEAST)
        title = self._words(self._title, width - 2 - cells_of(words))
        room = width - 2 - cells_of(words) - cells_of(title)
        rule = self._edge(box.horizontal * max(0, room))
        return Strip([left, *title, rule, *words, right]).crop(0, width)

    def _words(self, line: Line, room: int) -> list[Segment]:
        """Draw words with one space on both sides; nothing when there is no room."""
        pieces = self.pieces(line)
        while pieces and not pieces[-1].text.strip():
            pieces.pop()
        if pieces:
            last = pieces[-1]
            pieces[-1] = Segment(last.text.rstrip(), last.style)
        if not pieces or room < 5:
            return []
        space = self.fit((), 1)
        fitted = self.fit(pieces, min(room - 2, cells_of(pieces)))
        return [*space, *self._without_stump(pieces, fitted), *space]

    def _without_stump(
        self, pieces: Sequence[Segment], fitted: list[Segment]
    ) -> list[Segment]:
        """Take a sign or a number away that was cut off from its word."""
        whole, last = pieces[len(fitted) - 1].text, fitted[-1]
        gap = " " * (len(last.text) - len(last.text.lstrip()))
        rest = f"{gap}{self.glyphs.ellipsis}"
        if len(rest) >= len(last.text) or _has_word(last.text) or not _has_word(whole):
            return fitted
        return [*fitted[:-1], Segment(rest, last.style)]

    def _bottom_edge(self, width: int) -> Strip:
        box = self._box
        rule = box.horizontal * max(0, width - 2)
        edge = self._edge(box.bottom_left + rule + box.bottom_right)
        return Strip([edge]).crop(0, width)

    def _sides(self, width: int) -> Strip:
        side = self._edge(self._box.vertical)
        return Strip([side, *self.fit((), max(0, width - 2)), side]).crop(0, width)
