"""What a person notes of a moment, and has written of many: marks and reports."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.app.rewinding import Rewinding
from tui.screens.desk import Desk

if TYPE_CHECKING:
    from tui.messages import OpenMoment


class Noting(Rewinding):
    """Marks the moment that is shown, be it now or in the past."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "m",
            "mark",
            "Mark this moment",
            show=False,
            id="record.mark",
            tooltip="Mark this moment with a few words, in the record",
        ),
        Binding(
            "ctrl+r",
            "report",
            "Report",
            show=False,
            id="record.report",
            tooltip="Write a report of an incident, for a post-mortem",
        ),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is typed elsewhere is no mark."""
        if action in {"mark", "report"}:
            return isinstance(self.screen, Desk)
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Ask for the words of a mark at the moment that is shown."""
        from tui.model.taped import TapeNote  # noqa: PLC0415 - see routes
        from tui.screens.mark import MarkScreen  # noqa: PLC0415 - see routes

        tape = self.tape
        why = "Nothing is recorded yet." if tape is None else tape.takes_no_marks
        if tape is None or why:
            self.notify(why, severity="warning", timeout=6, markup=False)
            return
        at, author = self.clock.now(), self.author

        async def keep(text: str) -> str:
            return await tape.mark(TapeNote(at, "mark", text, author=author))

        self.push_screen(MarkScreen(at, keep, self.marks), self._marked)

    def _marked(self, is_kept: bool | None) -> None:  # noqa: FBT001 - Textual calls it
        """Show it where marks are seen: in what happened, and on the bar of time."""
        if is_kept and self.clock.at is not None:
            self.go_to(self.clock.at)
        self.call_later(self.show_now)

    def action_report(self) -> None:
        """Ask of which time a report is wanted, and have it written."""
        from tui.app import reporting  # noqa: PLC0415 - see routes
        from tui.screens.report import ReportScreen  # noqa: PLC0415 - see routes

        tape = self.tape
        place = tape.tape_place if tape else None
        if place is None:
            words = "No report can be written from here: taloscope report writes one."
            self.notify(words, severity="warning", timeout=4, markup=False)
            return
        config = self.config.path
        write = partial(reporting.written, place, config if config.is_file() else None)
        self.push_screen(ReportScreen(write, self.clock.now(), self.marks))

    def on_open_moment(self, message: OpenMoment) -> None:
        self.go_to(message.at)
