"""Asks of which time a report is wanted, and where it goes, in one line at the foot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.present.glyphs import Marks
from tui.present.units import moment, plain
from tui.present.when import EXAMPLES, Stretch, UnreadableTimeError, stretch_of
from tui.screens.latest import run_latest
from widgets.input_line import InputLine
from widgets.panel import Panel
from widgets.text_block import TextBlock
from widgets.values import Span, Tone

Say = Callable[[str], None]
Write = Callable[[Stretch | None, Path, Say], Awaitable[tuple[Path, ...] | str]]


class ReportScreen(ModalScreen[None]):
    """Closes when the report is written, or refused with esc."""

    CSS_PATH = "report.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "dismiss", "Close", id="report.close", tooltip="Write no report"
        ),
    ]

    def __init__(self, write: Write, now: datetime, marks: Marks) -> None:
        """write  tells how far it is; gives the files, or why there are none"""
        super().__init__()
        self._write = write
        self._now = now
        self._is_writing = False
        self.marks = marks

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self.marks.glyphs)
        keys = (Span("enter writes it, esc closes", Tone.QUIET),)
        panel.show_title((Span("report for a post-mortem", Tone.ACCENT),), keys)
        with panel:
            yield InputLine(placeholder=f"the last incident, or {EXAMPLES}")
            yield TextBlock(glyphs=self.marks.glyphs)

    def on_mount(self) -> None:
        self._tell("")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self._is_writing:
            self._tell(event.value)

    def _tell(self, typed: str) -> None:
        words = f"Markdown and a page with pictures, in {Path.cwd()}"
        self._say(_meant(typed, self._now) if typed.strip() else words, Tone.QUIET)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._is_writing:
            return
        try:
            typed = event.value.strip()
            stretch = stretch_of(typed, self._now) if typed else None
        except UnreadableTimeError as error:
            self._say(str(error), Tone.WARNING)
            return
        self._is_writing = True
        self._follow("reading the record")
        run_latest(self, "default", self._have_written, stretch)

    async def _have_written(self, stretch: Stretch | None) -> None:
        found = await self._write(stretch, Path.cwd(), self._follow)
        if isinstance(found, str):
            self._say(f"Not written: {found}", Tone.CRITICAL)
            self._is_writing = False
            return
        words = f"Written: {', '.join(plain(str(path)) for path in found)}"
        self.app.notify(words, timeout=10, markup=False)
        self.dismiss()

    def _follow(self, words: str) -> None:
        self._say(f"{words} ... (esc gives it up)", Tone.QUIET)

    def _say(self, words: str, tone: Tone) -> None:
        self.query_one(TextBlock).show_lines((Span(plain(words), tone),))


def _meant(typed: str, now: datetime) -> str:
    """What a time that is being typed means, or why it cannot be read."""
    try:
        found = stretch_of(typed, now)
    except UnreadableTimeError as error:
        return str(error)
    until = f"{moment(found.until)} UTC" if found.until else "now"
    return f"of what was recorded from {moment(found.since)} to {until}"
