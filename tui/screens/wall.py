"""The fleet for a big display that nobody touches."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult

from tui.model.alert import JudgedAlert
from tui.model.fleet import Fleet
from tui.present import wall
from tui.screens.desk import Desk
from widgets.poster import Poster
from widgets.status_line import StatusLine
from widgets.values import Line, Span, Tone


class WallScreen(Desk):
    """A band that says how it is, and below it why. Esc goes back."""

    CSS_PATH = "wall.tcss"
    AUTO_FOCUS = ""

    HAS_PAST = False

    def compose(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        yield StatusLine(id="top", glyphs=glyphs)
        yield Poster(glyphs=glyphs, id="band")
        yield Poster(glyphs=glyphs, id="page")
        yield StatusLine(id="scrub", glyphs=glyphs)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to search or to mark."""
        if action in {"search", "unmark"}:
            return False
        return super().check_action(action, parameters)

    def show_top(
        self,
        fleet: Fleet | None,
        now: datetime,
        note: Line = (),
        hidden: tuple[JudgedAlert, ...] = (),  # noqa: ARG002 - told of always, noted or not
    ) -> None:
        """Draw all of it: each second is another page."""
        height = self.size.height
        if self.has_class("-past"):
            # What is held has its own time on it; what is past must say so.
            self.query_one("#top", StatusLine).show((Span(" "), *note))
            height -= 2
        page = wall.page(fleet, now, (self.size.width, height), self.marks)
        band = self.query_one("#band", Poster)
        for tone in Tone:
            band.set_class(tone is page.tone, f"-{tone}")
        if band.styles.height is None or band.styles.height.value != len(page.band):
            band.styles.height = len(page.band)
        band.show(page.band)
        self.query_one("#page", Poster).show(page.body)
