"""What puts the widgets of a screen together: it asks only for lines that are sent.

For each change, however small, Textual 8.2 asks all widgets that lie between the
topmost and the lowest of what changed, and their neighbours, for all of their lines,
and throws most of them away: a clock at the top and a new line at the bottom cost the
whole screen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class ThriftyCompositor(Compositor):
    """Textual's, that draws of each widget the lines that changed and no others."""

    _changed: Collection[Region] = ()
    """What is being sent; empty when that is the whole screen."""

    def render_partial_update(self) -> ChopsUpdate | None:
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if not self._changed:
            yield from super()._get_renders(crop)
            return
        for widget, (region, clip) in self.visible_widgets.items():
            for part in parts(region.intersection(clip), self._changed):
                yield part, part, widget.render_lines(part.translate(-region.offset))


def parts(shown: Region, changed: Iterable[Region]) -> list[Region]:
    """Those lines of what is shown of a widget in which something changed.

    return  in their whole width, from top to bottom, none twice
    """
    touched = [shown.intersection(each) for each in changed if shown.overlaps(each)]
    found: list[Region] = []
    for top, bottom in sorted((each.y, each.bottom) for each in touched):
        if found and top <= found[-1].bottom:
            last = found.pop()
            top, bottom = last.y, max(last.bottom, bottom)  # noqa: PLW2901 - joined
        found.append(Region(shown.x, top, shown.width, bottom - top))
    return found
