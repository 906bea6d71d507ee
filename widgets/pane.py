"""The widget that paints its own lines: only what is visible, and no line twice.

It knows nothing of what the lines are. A pane has neither border nor padding; a Panel
around it has.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Self

from rich.segment import Segment
from textual.cache import LRUCache
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip

from widgets.queries import keep_few_queries
from widgets.text import clean, cut, width_of, within
from widgets.tone import Toned
from widgets.values import UNICODE, Align, Cut, Glyphs, Line, Tone

# Some screens full of lines; when there are more, most of them are no longer needed.
_KEPT_STRIPS = 200
# As many sizes as Textual keeps of a widget.
_KEPT_BOXES = 16


def _runs(lines: Sequence[int], width: int) -> list[Region]:
    """Join lines that follow each other, because each region has its price."""
    runs: list[Region] = []
    for y in lines:
        if runs and runs[-1].bottom == y:
            runs[-1] = runs[-1].grow((0, 0, 1, 0))
        else:
            runs.append(Region(0, y, width, 1))
    return runs


def _has_more(pieces: Sequence[Segment]) -> bool:
    return any(piece.text.strip() for piece in pieces)


class LinePane(Toned):
    """Base of all panes here: subclasses answer `draw_line`."""

    ALLOW_SELECT = False

    def __init__(
        self,
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        keep_few_queries(self)
        self.glyphs = glyphs
        self.strips_built = 0
        """How many lines have been drawn afresh; the rest came from the cache."""
        self._strips: dict[Hashable, Strip] = {}
        self._background: Color | None = None
        """Ours and that of everything behind us, blended, when we last drew."""
        self._sent: dict[int, Strip] = {}
        """What the terminal shows on each line, where that is certain."""
        self._due: set[int] = set()
        """Lines that Textual was asked to send and has not drawn since."""
        self._is_all_due = True

    def draw_line(self, y: int, width: int) -> Strip:
        """Return line `y` of the widget, exactly `width` cells wide."""
        raise NotImplementedError

    def render_lines(self, crop: Region) -> list[Strip]:
        width = self.outer_size.width
        background = self._look_behind()
        drawn = [self.draw_line(y, width) for y in crop.line_range]
        self._note(crop, drawn)
        strips = self._filtered(drawn, background)
        if crop.x == 0 and crop.width == width:
            return strips
        return [strip.crop(crop.x, crop.right) for strip in strips]

    @property
    def is_all_due(self) -> bool:
        """Whether all of it is to be sent; what `repaint` sends is painted already."""
        return self._is_all_due

    def painting(self, lines: range) -> Iterator[None]:
        """Paint some lines of what is all due before they are drawn, and yield behind
        each that was not in the cache: there one may leave off for other work."""
        width, background = self.outer_size.width, self._look_behind()
        for y in lines:
            if not self._is_all_due or y >= self.outer_size.height:
                return
            before = self.strips_built
            self._filtered([self.draw_line(y, width)], background)
            if self.strips_built > before:
                yield
                if not self.is_attached:
                    return
                width, background = self.outer_size.width, self._look_behind()

    def _look_behind(self) -> Color:
        """What lies behind us; what was painted upon another colour is forgotten."""
        background = self.background_colors[1]
        if background != self._background:
            self._background = background
            self.forget_styles()
        return background

    def _note(self, crop: Region, drawn: Sequence[Strip]) -> None:
        """Remember what the terminal shows now.

        Textual draws all lines between those that it was asked for, and sends only the
        latter: what it drew of a line unasked may be on the terminal or not.
        """
        if self._is_all_due:
            self._is_all_due = False
            self._due.update(range(self.outer_size.height))
        for y, strip in zip(crop.line_range, drawn, strict=True):
            if y in self._due:
                self._due.remove(y)
                self._sent[y] = strip
            elif self._sent.get(y) != strip:
                self._sent.pop(y, None)

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        if repaint and not regions:
            self._is_all_due = True
        if layout:
            # Textual tells sizes apart by how many layouts were asked for, and counts
            # none while one is due: what was measured in between would stay so.
            self._box_model_cache = LRUCache(_KEPT_BOXES)
        return super().refresh(
            *regions, repaint=repaint, layout=layout, recompose=recompose
        )

    @property
    def is_covered(self) -> bool:
        """Whether another screen hides all of it; coming back draws it afresh.

        Textual draws the screen in front anew for each change of the one behind it.
        """
        if not self.is_attached:
            return False
        stack = self.app.screen_stack
        above = stack[stack.index(self.screen) + 1 :] if self.screen in stack else ()
        return any(not screen.is_modal for screen in above)

    def repaint(self) -> None:
        """Send those lines to the terminal that are not yet what they should be.

        `refresh` sends all of them, and of a panel also those of its children.
        """
        self.repaint_lines(range(self.outer_size.height))

    def repaint_lines(self, lines: range) -> None:
        """The same of some lines: no others have changed."""
        if self.is_covered:
            return
        width, height = self.outer_size
        changed = [y for y in lines if y < height and self._is_outdated(y, width)]
        if changed:
            self._due.update(changed)
            # Textual counts regions from the content, we count from the edge.
            offset = -self.content_offset
            self.refresh(*(run.translate(offset) for run in _runs(changed, width)))

    def _is_outdated(self, y: int, width: int) -> bool:
        before = self._sent.get(y)
        strip = self.draw_line(y, width)
        return strip is not before and strip != before

    def _filtered(self, strips: list[Strip], background: Color) -> list[Strip]:
        """Apply what Textual applies to lines (NO_COLOR, dim); a strip remembers it."""
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips

    def forget_styles(self) -> None:
        super().forget_styles()
        self.forget_strips()

    def forget_strips(self) -> None:
        """Draw every line afresh next time."""
        self._strips.clear()

    def cached(self, key: Hashable, build: Callable[[], Strip]) -> Strip:
        """Return the strip for a key that holds all that the strip depends on."""
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) >= _KEPT_STRIPS:
                self._strips.clear()
            strip = self._strips[key] = build()
            self.strips_built += 1
        return strip

    def blank(self, width: int) -> Strip:
        """Return an empty line."""
        return Strip.blank(width, self.tone_style(Tone.TEXT))

    def line_strip(self, line: Line, width: int) -> Strip:
        """Draw a line, cut or filled to `width` cells."""
        return Strip(self.fit(self.pieces(line), width), width)

    def pieces(self, line: Line) -> list[Segment]:
        """Turn a line into cleaned text with styles."""
        return [Segment(self.clean(span.text), self.span_style(span)) for span in line]

    def fit(
        self,
        pieces: Sequence[Segment],
        width: int,
        align: Align = Align.LEFT,
        where: Cut = Cut.END,
    ) -> list[Segment]:
        """Cut or fill clean pieces to exactly `width` cells."""
        fitted = []
        room = width
        for number, piece in enumerate(pieces, 1):
            text = cut(piece.text, room, self.glyphs.ellipsis, where)
            if text and width_of(text) == room and _has_more(pieces[number:]):
                # What is behind it is lost, and that is to be seen.
                text = cut(f"{text} ", room, self.glyphs.ellipsis)
            fitted.append(Segment(text, piece.style))
            room -= width_of(text)
            if text != piece.text or not room:
                break
        if room > 0:
            space = Segment(" " * room, self.tone_style(Tone.TEXT))
            fitted.insert(0 if align is Align.RIGHT else len(fitted), space)
        return fitted

    def clean(self, text: str) -> str:
        """Make a text from outside harmless; of a very long one, its ends."""
        return clean(within(text), self.glyphs.replacement)
