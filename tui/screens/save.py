"""Saves what a log shows to a file: the path is asked, and nothing is overwritten."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.config.paths import at_home, is_folder, is_there
from tui.present import log_lines
from tui.present.glyphs import Marks
from tui.present.units import count, plain
from tui.screens.latest import run_latest
from widgets.confirm import Confirm
from widgets.input_line import InputLine
from widgets.log_teller import Teller
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.text_block import TextBlock
from widgets.values import Line, Span, Tone

_MODE = 0o600
_SHOWN_FIRST = "taloscope.log"


class SaveScreen(ModalScreen[None]):
    """Asks for a path, and says what went wrong with it."""

    CSS_PATH = "save.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="save.close", tooltip="Save nothing"),
    ]

    def __init__(self, log: LogView, marks: Marks) -> None:
        super().__init__()
        self._items = log.shown_items()
        self._teller = log.teller
        self.marks = marks

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self.marks.glyphs)
        title = f"save {count(len(self._items), 'line')}"
        panel.show_title((Span(title, Tone.ACCENT),), (Span("esc closes"),))
        with panel:
            yield InputLine(_SHOWN_FIRST, placeholder="path")
            yield TextBlock(glyphs=self.marks.glyphs)

    def on_mount(self) -> None:
        self._say((Span(f"in {Path.cwd()}, for your eyes only", Tone.QUIET),))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        path = at_home(event.value.strip())
        if not event.value.strip():
            self._say((Span("A path is needed.", Tone.WARNING),))
        elif is_folder(path):
            self._say((Span("That is a folder: add a name.", Tone.WARNING),))
        elif is_there(path):
            self._ask(path)
        else:
            self._save(path)

    def _ask(self, path: Path) -> None:
        """Overwrite a file only when that is confirmed."""

        def answered(is_sure: bool | None) -> None:  # noqa: FBT001 - Textual calls it
            if is_sure:
                self._save(path, is_new=False)

        lines = ((Span(f"{plain(str(path))} exists. Overwrite it?"),),)
        question = Confirm("overwrite", lines, glyphs=self.marks.glyphs)
        self.app.push_screen(question, answered)

    def _save(self, path: Path, *, is_new: bool = True) -> None:
        self._say((Span("saving ...", Tone.QUIET),))
        run_latest(self, "default", self._write, path, is_new=is_new)

    async def _write(self, path: Path, *, is_new: bool) -> None:
        work = partial(write, path, self._items, self._teller, is_new=is_new)
        try:
            await asyncio.to_thread(work)
        except FileExistsError:
            self._ask(path)
        except OSError as error:
            words = f"Not saved: {error.strerror or error}"
            self._say((Span(plain(words), Tone.CRITICAL),))
        else:
            words = f"Saved {count(len(self._items), 'line')} to {plain(str(path))}."
            self.app.notify(words, timeout=4, markup=False)
            self.dismiss()

    def _say(self, line: Line) -> None:
        self.query_one(TextBlock).show_lines(line)


def write(path: Path, items: list[Any], teller: Teller[Any], *, is_new: bool) -> None:
    """Write lines to a file that only its owner may read.

    is_new  raise FileExistsError rather than write over another file
    raise   OSError
    """
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if is_new else os.O_TRUNC)
    with os.fdopen(os.open(path, flags, _MODE), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), _MODE)
        for item in items:
            file.write(f"{plain(log_lines.as_text(teller.line(item)))}\n")
