"""What is longer than the screen: scrolled by the keys that a list has."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from widgets.keys import hidden


class Page(VerticalScroll, inherit_bindings=False):
    """Scrolls up and down; sideways there is nothing, so no key for it."""

    DEFAULT_CSS = """
    Page { scrollbar-size: 1 1; }
    Page:focus { scrollbar-color: $accent; scrollbar-color-hover: $accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("j,down", "scroll_down", "Down", "page.down", "Scroll a line down"),
        hidden("k,up", "scroll_up", "Up", "page.up", "Scroll a line up"),
        hidden("g,home", "scroll_home", "Top", "page.top", "Go to the top"),
        hidden("G,end", "scroll_end", "Bottom", "page.bottom", "Go to the bottom"),
        hidden("pagedown", "page_down", "Page down", "page.page_down", "A page down"),
        hidden("pageup", "page_up", "Page up", "page.page_up", "A page up"),
    ]


class Body(Page):
    """All of a screen as one page. Nothing but its scroll bar shows that the keyboard
    is in it: it takes the keyboard only while there is something to scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "leave",
            "Next pane",
            id="page.next",
            tooltip="Go to the list further down",
        ),
    ]

    def allow_focus(self) -> bool:
        return super().allow_focus() and self.max_scroll_y > 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who is in a list of it knows where that is."""
        if action == "leave":
            return self.has_focus
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        self.screen.focus_next()

    def read_from_top(self, table: Widget) -> None:
        """Show the top. A list has the keyboard only while its first row is in view:
        no key is for what is not seen.
        """
        first = table.region.y - self.content_region.y + self.scroll_offset.y
        self.scroll_home(animate=False)
        if table.has_focus and first >= self.size.height:
            self.focus(scroll_visible=False)

    def read_from(self, part: Widget, table: Widget) -> None:
        """Show a part of the page. A list keeps the keyboard only while its first row
        is in view.
        """
        first = table.region.y - self.content_region.y + self.scroll_offset.y
        part.scroll_visible(top=True, animate=False, immediate=True)
        height = self.content_region.height
        if table.has_focus and not 0 <= first - self.scroll_offset.y < height:
            self.focus(scroll_visible=False)
