"""The silence templates of the config, to choose one from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.config import SilenceTemplate
from tui.present.glyphs import Marks
from tui.silencing.grammar import written
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Cell, Column, Row, Span, Tone

_COLUMNS = (Column("name", 12, weight=1), Column("for", 12), Column("comment", 12, 2))


class TemplatesScreen(ModalScreen[SilenceTemplate | None]):
    """Closes with the template that was chosen, or with None."""

    CSS_PATH = "templates.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Close", id="templates.close"),
    ]

    def __init__(self, templates: Sequence[SilenceTemplate], marks: Marks) -> None:
        super().__init__()
        self._templates = {each.name: each for each in templates}
        self.marks = marks

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self.marks.glyphs)
        keys = (Span("enter takes it, esc closes", Tone.QUIET),)
        panel.show_title((Span("templates", Tone.ACCENT),), keys)
        table = RowTable(_COLUMNS, glyphs=self.marks.glyphs)
        table.rows = tuple(map(_row, self._templates.values()))
        with panel:
            yield table

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self.dismiss(self._templates[event.key])


def _row(template: SilenceTemplate) -> Row:
    matchers = " ".join(map(written, template.matchers))
    cells = (Cell(template.name), Cell(template.duration), Cell(template.comment))
    return Row(template.name, cells, details=((Span(matchers, Tone.QUIET),),))
