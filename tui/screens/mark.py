"""Marks a moment with a few words, in one line at the foot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.present.glyphs import Marks
from tui.present.units import moment, plain
from tui.screens.latest import run_latest
from widgets.input_line import InputLine
from widgets.panel import Panel
from widgets.text_block import TextBlock
from widgets.values import Span, Tone

_LONGEST = 200
_HINT = "what happens, what you did: it comes into the report"


class MarkScreen(ModalScreen[bool]):
    """Closes with whether the mark is in the record."""

    CSS_PATH = "mark.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "dismiss(False)",
            "Close",
            id="mark.close",
            tooltip="Mark nothing",
        ),
    ]

    def __init__(
        self, at: datetime, keep: Callable[[str], Awaitable[str]], marks: Marks
    ) -> None:
        """keep  writes it into the record; gives why it could not, else nothing"""
        super().__init__()
        self._at = at
        self._keep = keep
        self.marks = marks

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self.marks.glyphs)
        title = (Span(f"mark {moment(self._at)} UTC", Tone.ACCENT),)
        panel.show_title(title, (Span("enter keeps it, esc closes", Tone.QUIET),))
        with panel:
            yield InputLine(placeholder=_HINT, max_length=_LONGEST)
            yield TextBlock(glyphs=self.marks.glyphs)

    def on_mount(self) -> None:
        self.query_one(TextBlock).display = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = " ".join(plain(event.value).split())
        if text:
            run_latest(self, "default", self._write, text)
        else:
            self.dismiss(False)  # noqa: FBT003 - what it closes with

    async def _write(self, text: str) -> None:
        trouble = await self._keep(text)
        if not trouble:
            self.app.notify("Marked.", timeout=2, markup=False)
            self.dismiss(True)  # noqa: FBT003 - what it closes with
            return
        block = self.query_one(TextBlock)
        block.display = True
        words = f"Not marked: {plain(trouble)}. enter tries again."
        block.show_lines((Span(words, Tone.CRITICAL),))
