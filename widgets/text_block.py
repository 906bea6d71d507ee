"""Lines of text that wrap, as high as they need. Scrolling is a container's work."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace
from textual.geometry import Size
from textual.strip import Strip

from widgets.pane import LinePane
from widgets.text import clean, wrap
from widgets.values import Line, Span

_LONGEST = 4_096
"""Characters of one text that are shown; nobody reads a megabyte on a screen."""


class Paragraph(Struct, frozen=True):
    """A line to be wrapped; what does not fit continues `indent` cells further in."""

    line: Line
    indent: int = 0


class TextBlock(LinePane):
    """Shows paragraphs one below the other."""

    DEFAULT_CSS = "TextBlock { height: auto; }"
    INSET = 0
    """Cells left free on both sides."""

    _paragraphs: tuple[Paragraph, ...] = ()
    _wrapped: tuple[tuple[Line, ...], int] = ((), -1)
    """The lines, and the width that they were wrapped to."""

    def show(self, *paragraphs: Paragraph) -> None:
        """Show other paragraphs."""
        if paragraphs == self._paragraphs:
            return
        before, width = self._wrapped
        self._paragraphs = paragraphs
        self._wrapped = ((), -1)
        self.forget_strips()
        if width > 0 and len(self._lines(width)) == len(before):
            # As high as it was: nothing else has to move, which would cost the most.
            self.repaint()
        else:
            self.refresh(layout=True)

    def show_lines(self, *lines: Line) -> None:
        """Show other lines."""
        self.show(*(Paragraph(line) for line in lines))

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's signature
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        return len(self._lines(width))

    def draw_line(self, y: int, width: int) -> Strip:
        lines = self._lines(width)
        if y >= len(lines):
            return self.blank(width)
        return self.cached((y, width), lambda: self.line_strip(lines[y], width))

    def _lines(self, width: int) -> tuple[Line, ...]:
        if self._wrapped[1] != width:
            room, lead = width - 2 * self.INSET, (Span(" " * self.INSET),)
            lines = tuple(
                (*lead * bool(self.INSET), *line)
                for paragraph in self._paragraphs
                for line in wrap(self._cleaned(paragraph.line), room, paragraph.indent)
            )
            self._wrapped = (lines, width)
        return self._wrapped[0]

    def _cleaned(self, line: Line) -> Line:
        """Clean before wrapping: what becomes visible takes room."""
        return tuple(replace(span, text=self._part(span.text)) for span in line)

    def _part(self, text: str) -> str:
        """As much of a text as somebody may read here; it says how much is left out."""
        shown = clean(text[:_LONGEST], self.glyphs.replacement)
        left = len(text) - _LONGEST
        if left <= 0:
            return shown
        return f"{shown}{self.glyphs.ellipsis} and {left:,} more characters"


class Note(TextBlock):
    """A text over the whole width of a screen. Not by a margin: what shares the height
    that is left would be as much narrower.
    """

    INSET = 1
