"""Finds a key, an alert, a node or a target by its name, from any screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.aside import aside
from tui.commands import Action
from tui.present import named
from tui.present.glyphs import Marks
from tui.present.named import Directory, Entry, Named
from tui.screens.latest import run_latest
from tui.screens.listing import nothing_has
from widgets.input_line import InputLine
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Cell, Span, Tone

Goal: TypeAlias = Action | tuple[str, Named]
_AGAIN_SECONDS = 4.0
"""Until what is known by name is listed anew: much of it comes while one types."""
_HINT = "a screen, a key, an alert, a cluster, a node, a target"


class Hits(RowTable, can_focus=False):
    """The field above has the keyboard, and moves the cursor."""

    @property
    def is_active(self) -> bool:
        return True


class FindScreen(ModalScreen[Goal | None]):
    """Closes with what was chosen, or with None."""

    CSS_PATH = "find.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="find.close"),
        Binding("down", "move(1)", "Next", id="find.down"),
        Binding("up", "move(-1)", "Before", id="find.up"),
        Binding("pagedown", "page(1)", "A page down", id="find.page_down"),
        Binding("pageup", "page(-1)", "A page up", id="find.page_up"),
    ]

    def __init__(
        self,
        actions: Sequence[Action],
        look_up: Callable[[], Directory],
        marks: Marks,
    ) -> None:
        """look_up  lists what has a name, as far as is known by now; takes long"""
        super().__init__()
        self._actions = {f"key {number}": each for number, each in enumerate(actions)}
        self._look_up = look_up
        self._keys = tuple(_entry(key, each) for key, each in self._actions.items())
        self._directory = Directory((), {})
        self.marks = marks

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self.marks.glyphs)
        keys = (Span("enter opens, esc closes", Tone.QUIET),)
        panel.show_title((Span("find", Tone.ACCENT),), keys)
        with panel:
            yield InputLine(placeholder=_HINT)
            yield Hits(named.columns(()), show_header=False, glyphs=self.marks.glyphs)

    def on_mount(self) -> None:
        self._show("")
        self._begin()
        self.set_interval(_AGAIN_SECONDS, self._begin)

    def _begin(self) -> None:
        run_latest(self, "default", self._fill)

    async def _fill(self) -> None:
        self._directory = await aside(self._look_up)
        self._show(self.query_one(InputLine).value)

    def _show(self, typed: str) -> None:
        """Show what has the words; without any, what the keys do."""
        hits = self.query_one(Hits)
        shown = (*self._keys, *self._directory.entries) if typed.strip() else self._keys
        rows = named.matches(shown, typed)
        hits.columns = named.columns(rows)
        hits.empty = nothing_has(typed)
        hits.rows = rows

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)
        self.query_one(Hits).action_first()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(Hits).action_select()

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        action = self._actions.get(event.key)
        self.dismiss(action or self._directory.things[event.key])

    def action_move(self, rows: int) -> None:
        self.query_one(Hits).action_move(rows)

    def action_page(self, pages: int) -> None:
        self.query_one(Hits).action_page(pages)


def _entry(key: str, action: Action) -> Entry:
    return named.entry(key, Cell(action.key, Tone.ACCENT, bold=True), action.words)
