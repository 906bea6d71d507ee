"""One line of a log in full, over the log that it is from."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.present import stream
from tui.present.glyphs import Marks
from widgets.page import Page
from widgets.panel import Panel
from widgets.text_block import TextBlock
from widgets.values import LogLine, Span, Tone

Step = Callable[[int], LogLine | None]


class LineScreen(ModalScreen[None]):
    """Wraps the line, says what its class means, and goes on to its neighbours."""

    CSS_PATH = "line.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "Close", id="line.close"),
        Binding("j,down", "step(1)", "Next line", id="line.next"),
        Binding("k,up", "step(-1)", "Line before", id="line.before"),
        Binding("pagedown", "page(1)", "Page down", id="line.page_down"),
        Binding("pageup", "page(-1)", "Page up", id="line.page_up"),
        Binding("c,y", "copy", "Copy", id="line.copy"),
    ]

    def __init__(self, line: LogLine, step: Step, marks: Marks) -> None:
        """Show a line; `step` goes to the next (1) or the one before (-1)."""
        super().__init__()
        self._line = line
        self._step = step
        self.marks = marks

    def compose(self) -> ComposeResult:
        keys = (Span("j k next, before   c copy   esc close", Tone.QUIET),)
        panel = Panel(glyphs=self.marks.glyphs)
        panel.show_title((Span("line", Tone.ACCENT),), keys)
        with panel, Page(can_focus=False):
            yield TextBlock(glyphs=self.marks.glyphs)

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        self.query_one(TextBlock).show_lines(*stream.full(self._line))

    def action_step(self, direction: int) -> None:
        self._line = self._step(direction) or self._line
        self._show()

    def action_page(self, direction: int) -> None:
        page = self.query_one(Page)
        page.scroll_relative(y=direction * page.size.height, animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._line.text)
        self.notify("Copied.", timeout=2, markup=False)
