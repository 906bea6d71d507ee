"""A table of keyed rows that are replaced as a whole; it draws only what is visible.

The widget owns the cursor and the scroll, both kept by key. Order, filter and marks are
the owner's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Spacing
from textual.message import Message
from textual.strip import Strip

from widgets.keys import hidden
from widgets.page import Page
from widgets.pane import LinePane
from widgets.row_index import Index, LazyIndex, RowIndex, RowSource
from widgets.row_paint import Look, RowPainter
from widgets.scroll import bar_glyph, top_for
from widgets.values import UNICODE, Column, Glyphs, Line, Row, Span

_WHEEL_LINES = 3


class RowTable(LinePane, can_focus=True):
    """Shows `rows` below a header; beside them the cursor and a scroll bar."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-table--cursor",
        "row-table--header",
    }
    DEFAULT_CSS = """
    RowTable { height: 1fr; }
    RowTable > .row-table--header { text-style: bold; }
    RowTable > .row-table--cursor { background: $boost; }
    RowTable:focus > .row-table--cursor { background: $primary 35%; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", id="table.open", tooltip="Open this row"),
        hidden("j,down", "move(1)", "Down", "table.down", "Go to the next row"),
        hidden("k,up", "move(-1)", "Up", "table.up", "Go to the row before"),
        hidden("g,home", "first", "First", "table.first", "Go to the first row"),
        hidden("G,end", "last", "Last", "table.last", "Go to the last row"),
        hidden("pagedown", "page(1)", "Page down", "table.page_down", "A page down"),
        hidden("pageup", "page(-1)", "Page up", "table.page_up", "A page up"),
    ]

    @dataclass
    class RowHighlighted(Message):
        """The cursor is on another row; None when there is none left."""

        table: RowTable
        key: str | None

        @property
        def control(self) -> RowTable:
            return self.table

    @dataclass
    class RowSelected(Message):
        """The user opened a row."""

        table: RowTable
        key: str

        @property
        def control(self) -> RowTable:
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        show_header: bool = True,
        detail_column: int = 0,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
        classes: str | None = None,
    ) -> None:
        """Make an empty table.

        detail_column  the column below which the details of a row begin
        """
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._columns = tuple(columns)
        self._header_height = 1 if show_header else 0
        self._painter = RowPainter(self, detail_column)
        self._index: Index = RowIndex()
        self._empty: Line = ()
        self._marked: frozenset[str] = frozenset()
        self._is_faint = False
        self._cursor = 0
        self._top = 0
        self._has_moved = False
        self.shows_cursor = True

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns; cells beyond them are not drawn."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self.forget_strips()
            self.repaint()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in order. New rows keep the cursor and the scroll by key.

        Until the user moves the cursor it stays on the first row; while the table is
        scrolled to its start it stays there, so that the newest worst is in view.
        """
        return self._index.rows

    @rows.setter
    def rows(self, rows: Sequence[Row]) -> None:
        if rows is not self._index.rows:
            self._replace(RowIndex(rows))

    def show_lazily(self, source: RowSource) -> None:
        """Show rows that are made when they come into view."""
        self._replace(LazyIndex(source))

    @property
    def in_view(self) -> range:
        """The places of the rows that are in view, at least in part."""
        bottom = min(self._top + self._body_height, self._index.line_count)
        if bottom <= self._top:
            return range(0)
        first, last = self._index.at_line(self._top), self._index.at_line(bottom - 1)
        return range(first[0], last[0] + 1)

    def _replace(self, new: Index) -> None:
        """Show other rows; the cursor and the scroll follow their keys."""
        before, old = self.cursor_key, self._index
        if bool(len(old)) != bool(len(new)):
            self.refresh_bindings()
        anchor = self._anchor()
        distance = old.start(anchor) - self._top if len(old) else 0
        self._index = new
        self._cursor = old.follow(self._cursor, new) if self._has_moved else 0
        if self._top > 0 and len(new):
            self._top = new.start(old.follow(anchor, new)) - distance
        self._clamp()
        if self._has_moved and self.has_focus:
            self._reveal()
        else:
            self._snap()
        self._tell_highlight(before)
        self.repaint()

    @property
    def empty(self) -> Line:
        """What is said when there are no rows."""
        return self._empty

    @empty.setter
    def empty(self, line: Line) -> None:
        if line != self._empty:
            self._empty = line
            self.repaint()

    @property
    def marked(self) -> frozenset[str]:
        """The keys of rows that are drawn as marked; the owner says which."""
        return self._marked

    @marked.setter
    def marked(self, keys: frozenset[str]) -> None:
        if keys != self._marked:
            self._marked = keys
            self.repaint()

    @property
    def is_faint(self) -> bool:
        """Whether all rows are drawn faintly: they are not of this moment."""
        return self._is_faint

    @is_faint.setter
    def is_faint(self, is_faint: bool) -> None:
        if is_faint != self._is_faint:
            self._is_faint = is_faint
            self.repaint()

    @property
    def is_active(self) -> bool:
        """Whether the cursor is drawn as one that the keys move."""
        return self.has_focus

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._index.key(self._cursor) if len(self._index) else None

    def move_to(self, key: str) -> bool:
        """Put the cursor on a row and show it; False when there is no such row."""
        place = self._index.place(key)
        if place is not None:
            self._go(place)
        return place is not None

    def draw_line(self, y: int, width: int) -> Strip:
        bar_at = y - self._header_height
        total = self._index.line_count
        bar = bar_glyph(bar_at, self._body_height, self._top, total, self.glyphs)
        if bar_at < 0:
            return self.cached(
                ("header", width), lambda: self._painter.header(self._columns, width)
            )
        line = self._top + bar_at
        if line >= total:
            text = self._empty if total == 0 and bar_at == 0 else ()
            return self.line_strip((Span(" "), *text), width)
        place, part = self._index.at_line(line)
        row = self._index.row(place)
        look = Look(
            width,
            bar,
            self.shows_cursor and place == self._cursor,
            self.is_active,
            row.key in self._marked,
            self._is_faint,
        )
        return self.cached(
            (row, part, look),
            lambda: self._painter.row(row, part, self._columns, look),
        )

    @property
    def _body_height(self) -> int:
        return max(0, self.outer_size.height - self._header_height)

    def _anchor(self) -> int:
        """Return the row that keeps its place on the screen: the cursor's, if seen."""
        index = self._index
        if not len(index):
            return 0
        if self._top <= index.start(self._cursor) < self._top + self._body_height:
            return self._cursor
        return index.at_line(min(self._top, index.line_count - 1))[0]

    @property
    def _last_top(self) -> int:
        """The furthest that one may scroll: to the start of a row."""
        line = max(0, self._index.line_count - self._body_height)
        if not 0 < line < self._index.line_count:
            return 0
        place, part = self._index.at_line(line)
        is_inside = part > 0 and place < len(self._index) - 1
        return self._index.start(place + 1) if is_inside else line

    def _clamp(self) -> None:
        last_top = self._last_top
        self._top = max(0, min(self._top, last_top))
        self._cursor = max(0, min(self._cursor, len(self._index) - 1))

    def _reveal(self) -> None:
        """Scroll as little as shows the whole of the cursor's row, or its start."""
        if not len(self._index) or not self._body_height:
            return
        end = self._index.end(self._cursor)
        self._top = max(self._top, end - self._body_height)
        self._top = min(self._top, self._index.start(self._cursor))
        self._snap()

    def _snap(self) -> None:
        """Begin with the first line of a row: half a row at the top tells nothing."""
        if not 0 < self._top < self._index.line_count:
            return
        place, part = self._index.at_line(self._top)
        if part and place not in {self._cursor, len(self._index) - 1}:
            place += 1
        self._top = self._index.start(place)

    def _go(self, place: int) -> None:
        before = self.cursor_key
        self._has_moved = True
        self._cursor = place
        self._clamp()
        self._reveal()
        self._tell_highlight(before)
        self.repaint()
        self.bring_into_view()

    def bring_into_view(self) -> None:
        """Where it is on a page, scroll that to the cursor's row, edges included."""
        page = next((each for each in self.ancestors if isinstance(each, Page)), None)
        if page is None:
            return
        top, height = 0, 1
        if len(self._index):
            top = self._index.start(self._cursor) - self._top
            height = self._index.end(self._cursor) - self._index.start(self._cursor)
        place = self.region.offset - page.content_region.offset + page.scroll_offset
        row = Region(0, self._header_height + top, 1, height).translate(place)
        page.scroll_to_region(row, spacing=Spacing(1, 0, 1, 0), animate=False)

    def _tell_highlight(self, before: str | None) -> None:
        if self.cursor_key != before:
            self.post_message(self.RowHighlighted(self, self.cursor_key))

    def _show_from(self, top: int) -> None:
        self._top = top
        self._clamp()
        self.repaint()

    def action_move(self, rows: int) -> None:
        self._go(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        if not len(self._index):
            return
        line = self._index.start(self._cursor) + pages * max(1, self._body_height - 1)
        line = max(0, min(line, self._index.line_count - 1))
        self._go(self._index.at_line(line)[0])

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._index) - 1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In an empty table there is nothing to open."""
        if action == "select" and not len(self._index):
            return False
        return super().check_action(action, parameters)

    def action_select(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.RowSelected(self, self.cursor_key))

    def on_resize(self) -> None:
        self._clamp()
        self._reveal()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._show_from(self._top + _WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._show_from(self._top - _WHEEL_LINES)

    def on_click(self, event: events.Click) -> None:
        y = event.y - self._header_height
        if event.x == self.outer_size.width - 1:
            self._show_from(top_for(y, self._body_height, self._index.line_count))
        elif y >= 0 and self._top + y < self._index.line_count:
            self._go(self._index.at_line(self._top + y)[0])
            if event.chain == 2:
                self.action_select()
