"""All silences of all clusters: what is quiet, for how long, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.model.command import Command, ExpireSilence, Outcome, PutSilence
from tui.model.fleet import Fleet
from tui.model.silence import Silence
from tui.present import silence as words
from tui.present import silences
from tui.present.glyphs import Marks
from tui.present.units import plain
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from widgets.confirm import Confirm
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Line, Span, Tone

Submit = Callable[[Command], Awaitable[Outcome]]


class SilencesScreen(Desk):
    """One row a silence; it can be ended or made longer, once that is confirmed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "n", "app.new_silence", "New", id="silences.new", tooltip="Write a new one"
        ),
        Binding("x", "expire", "End it", id="silences.expire", tooltip="End it now"),
        Binding(
            "e", "extend", "Extend", id="silences.extend", tooltip="Four hours more"
        ),
        Binding("c", "copy", "Copy id", id="silences.copy", tooltip="Copy its id"),
    ]

    def __init__(self, submit: Submit, marks: Marks) -> None:
        super().__init__(marks)
        self._submit = submit
        self._last: tuple[Fleet, datetime] | None = None

    def compose_body(self) -> ComposeResult:
        with Panel(glyphs=self.marks.glyphs):
            yield Listing(
                silences.COLUMNS,
                detail_column=silences.DETAIL_COLUMN,
                glyphs=self.marks.glyphs,
            )

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._last = fleet, now
        listing = self.query_one(Listing)
        listing.say_if_empty((Span("nothing is silenced", Tone.QUIET),))
        listing.show_rows(silences.rows(fleet, now, self.marks))
        self.query_one(Panel).show_title((Span("silences", Tone.ACCENT),))

    @property
    def _chosen(self) -> Silence | None:
        """The silence under the cursor."""
        key = self.query_one(Listing).cursor_key
        known = self._last[0].silences if self._last else ()
        return next((each for each in known if each.id == key), None)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self.action_extend()

    def action_extend(self) -> None:
        """Make it last longer."""
        chosen = self._chosen
        if chosen is None or self._last is None:
            return
        fleet, now = self._last
        command = PutSilence(
            silences.cluster_of(fleet, chosen), silences.extended(chosen)
        )
        line = silences.extension_line(chosen, now)
        self._ask("Extend the silence?", line, command, "Extended.")

    def action_expire(self) -> None:
        """End it."""
        chosen = self._chosen
        if chosen is None or self._last is None:
            return
        cluster = silences.cluster_of(self._last[0], chosen)
        line = (Span(f"{words.subject(chosen.matchers)} will notify again at once."),)
        command = ExpireSilence(cluster, chosen.id)
        self._ask("End the silence?", line, command, "Silence ended.")

    def action_copy(self) -> None:
        """Copy the id, as amtool takes it."""
        if self._chosen is not None:
            self.copy(self._chosen.id)

    def _ask(self, title: str, line: Line, command: Command, done: str) -> None:
        def answered(is_yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if is_yes:
                self.run_worker(self._do(command, done), group="silence")

        question = Confirm(title, (line,), glyphs=self.marks.glyphs)
        self.app.push_screen(question, answered)

    async def _do(self, command: Command, done: str) -> None:
        fault = (await self._submit(command)).fault
        if fault is None:
            self.notify(done, markup=False)
        else:
            told = plain(f"Not done: {fault.summary}. {fault.advice}")
            self.notify(told, severity="error", markup=False)
