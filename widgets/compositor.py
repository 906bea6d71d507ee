"""What puts the widgets of a screen together: it asks only for lines that are sent.

For each change, however small, Textual 8.2 asks all widgets that lie between the
topmost and the lowest of what changed, and their neighbours, for all of their lines,
and throws most of them away: a clock at the top and a new line at the bottom cost the
whole screen. And what lies behind others is asked for the lines that they hide: of a
screen of panels two lines of three.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.pane import LinePane


class ThriftyCompositor(Compositor):
    """Textual's, that draws of each widget the lines that are seen and no others."""

    _changed: Collection[Region] = ()
    """What is being sent."""

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:  # noqa: FBT001, FBT002 - Textual's own
        self._changed = (self.size.region,)
        try:
            return super().render_full_update(simplify)
        finally:
            self._changed = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    def painting(self) -> Iterator[None]:
        """Have the lines painted that are due now, in steps that are a line long; then
        to draw is to pick them up."""
        for widget, _, own in self._seen(cells(self._dirty_regions)):
            if isinstance(widget, LinePane):
                yield from widget.painting(own.line_range)

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if not self._changed:
            yield from super()._get_renders(crop)
            return
        for widget, part, own in self._seen(cells(self._changed)):
            yield part, part, widget.render_lines(own)

    def _seen(self, left: dict[int, int]) -> Iterator[tuple[Widget, Region, Region]]:
        """What is seen of each widget in these cells, on the screen and on its own."""
        # What is in front comes first, and hides all that is behind it.
        for widget, (region, clip) in self.visible_widgets.items():
            for part in parts(region.intersection(clip), left):
                yield widget, part, part.translate(-region.offset)


def cells(regions: Iterable[Region]) -> dict[int, int]:
    """The cells of some regions by their line, a bit for each."""
    found: dict[int, int] = {}
    for region in regions:
        own = _bits(region)
        for y in region.line_range:
            found[y] = found.get(y, 0) | own
    return found


def parts(shown: Region, left: dict[int, int]) -> list[Region]:
    """Those lines of what is shown of a widget in which cells are left to be drawn.

    left    loses the cells of these lines that the widget has
    return  in their whole width, from top to bottom, none twice
    """
    own, top, bottom = _bits(shown), shown.y, shown.bottom
    lines = [y for y, its in left.items() if top <= y < bottom and its & own]
    for y in lines:
        left[y] &= ~own
    return [
        Region(shown.x, first, shown.width, length)
        for first, length in _runs(sorted(lines))
    ]


def _bits(region: Region) -> int:
    """Its columns; what lies to the left of the screen is not seen."""
    begin, end = max(0, region.x), max(0, region.right)
    return (1 << end) - (1 << begin)


def _runs(lines: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Lines that follow each other: the first of them, and how many there are."""
    begin = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or lines[at] != lines[at - 1] + 1:
            yield lines[begin], at - begin
            begin = at
