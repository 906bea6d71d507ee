"""One line that a person edits, whatever was pasted into it or stood in it before."""

from __future__ import annotations

from rich.highlighter import Highlighter
from rich.text import Span, Text
from textual.widgets import Input

from widgets.text import one_for_one

LONGEST = 16_384
"""Characters that may be typed or pasted: each key draws all of them."""
# Rich divides a piece by trying: what it costs grows with the square of its length.
_PIECE = 64


class _Readable(Highlighter):
    """Draws a text so that each character has its place, and none steers."""

    def highlight(self, text: Text) -> None:
        text.plain = one_for_one(text.plain)
        text.spans.extend(
            Span(at, at + _PIECE, "") for at in range(0, len(text), _PIECE)
        )


class InputLine(Input):
    """A field for one line, in which nothing is obeyed and nothing takes long."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002 - Textual's name
        max_length: int = LONGEST,
    ) -> None:
        super().__init__(
            value, placeholder, _Readable(), id=id, max_length=max_length, compact=True
        )

    def replace(self, text: str, start: int, end: int) -> None:
        """Put a text between two places: as much of it as there is room for."""
        room = (self.max_length or LONGEST) - len(self.value) + abs(end - start)
        super().replace(text[: max(0, room)], start, end)
