"""Back in the record and to what is now: the part of the app that moves in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.app.routes import Routes
from tui.backend import Backend, Tape
from tui.present.scrub import REFUSAL, bar
from tui.present.units import moment
from tui.screens.desk import Desk
from tui.screens.latest import run_latest
from widgets.values import Line, Span, Tone

if TYPE_CHECKING:
    from tui.clock import WoundClock
    from tui.model.taped import TapeNote

STEP = timedelta(seconds=10)
_SEAM = timedelta(seconds=15)
"""Moments that lie so much apart have something between that nobody recorded."""


class Rewinding(Routes):
    """Shows what was known at another moment on the same screens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "less_than_sign",
            "wind(-1)",
            "Back in time",
            key_display="<",
            show=False,
            id="record.back_in_time",
            tooltip="What was known 10 seconds before",
        ),
        Binding(
            "greater_than_sign",
            "wind(1)",
            "On in time",
            key_display=">",
            show=False,
            id="record.on_in_time",
            tooltip="What was known 10 seconds later",
        ),
        Binding(
            "left_curly_bracket",
            "wind(-30)",
            "Far back in time",
            key_display="{",
            show=False,
            id="record.far_back",
            tooltip="What was known 5 minutes before",
        ),
        Binding(
            "right_curly_bracket",
            "wind(30)",
            "Far on in time",
            key_display="}",
            show=False,
            id="record.far_on",
            tooltip="What was known 5 minutes later",
        ),
        Binding(
            "end",
            "now",
            "Back to now",
            show=False,
            priority=True,
            id="record.now",
            tooltip="Leave the record: what is known now",
        ),
    ]

    clock: WoundClock
    _wanted_at: datetime | None = None
    _asked: Backend | None = None
    """Of which it is known whether it is a record."""
    _tape: Tape | None = None
    _tape_span: tuple[datetime, datetime] | None = None
    _tape_notes: tuple[TapeNote, ...] = ()

    @property
    def tape(self) -> Tape | None:
        """The record, when there is one."""
        if self.backend is not self._asked:
            # Of a protocol it takes long to tell, and each second asks some times.
            self._asked = self.backend
            self._tape = self.backend if isinstance(self.backend, Tape) else None
        return self._tape

    @property
    def is_past(self) -> bool:
        """Whether a moment of the record is shown."""
        return self.clock.at is not None

    def unrecorded(self) -> str:
        """Why nothing is recorded just now; of the past nobody asks."""
        return "" if self.tape is None or self.is_past else self.tape.tape_trouble

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`end` is a list's own key, but for the past."""
        if action == "now":
            return self.is_past and not isinstance(self.focused, Input)
        if action == "wind":
            return isinstance(self.screen, Desk) and self.screen.HAS_PAST
        return super().check_action(action, parameters)

    def action_wind(self, steps: int) -> None:
        """Go back or on by steps of ten seconds."""
        at = self._wanted_at or self.clock.now()
        self.go_to(at + steps * STEP)

    def action_now(self) -> None:
        """Show what is known now; of a record alone, its end."""
        tape = self.tape
        if tape is None:
            return
        if not tape.is_live:
            if self._tape_span is not None:
                self.go_to(self._tape_span[1])
            return
        self.workers.cancel_group(self, "wind")
        self._leave(tape)

    def _leave(self, tape: Tape) -> None:
        tape.leave_past()
        self.clock.at = self._wanted_at = None
        self._turn()

    def begin_in_record(self) -> None:
        """Show where a record alone begins; the live estate begins with now."""
        if self.tape is not None and self.tape.shown_at is not None:
            self.clock.at = self.tape.shown_at
            self.go_to(self.tape.shown_at)

    def play(self, seconds: float) -> None:
        """Let time pass in the record, when it is told to."""
        tape = self.tape
        if tape is not None and self.is_past and tape.speed:
            at = self._wanted_at or self.clock.now()
            self.go_to(at + timedelta(seconds=seconds * tape.speed))

    def go_to(self, at: datetime) -> None:
        """Show what was known then, as soon as that has been read."""
        tape = self.tape
        if tape is None:
            self.notify("Nothing is recorded.", timeout=3, markup=False)
            return
        self._wanted_at = at
        run_latest(self, "wind", self._wind, tape, at)

    async def _wind(self, tape: Tape, at: datetime) -> None:
        span = await tape.tape_span()
        if isinstance(span, str):
            self._wanted_at = self.clock.at
            self.notify(span, severity="warning", timeout=5, markup=False)
            return
        is_onward = self.is_past or at > self.clock.now()
        if at > span[1] and tape.is_live and is_onward:
            self._leave(tape)
            return
        at = self._wanted_at = min(max(at, span[0]), span[1])
        if problem := await tape.rewind(at):
            self.notify(problem, severity="warning", timeout=5, markup=False)
            return
        self._tape_span = span
        self.clock.at = tape.shown_at
        self._turn()
        # Two days of them take longer to read than the moment that is wanted.
        self._tape_notes = await tape.tape_notes()
        self.show_now()

    def _turn(self) -> None:
        """Show the other moment on every screen that is open."""
        backend = self.backend
        if backend is None:
            return
        self.fleet = backend.fleet
        self.drop_under_way()
        for screen in self.screen_stack:
            if isinstance(screen, Desk):
                screen.turn(backend)
        self.show_now()

    def past_note(self) -> Line:
        """That this is the past, and how one comes back; nothing when it is now."""
        at = self.clock.at
        if at is None:
            return ()
        words = f" PAST {moment(at)} "
        if self._wanted_at is not None and self._wanted_at - at > _SEAM:
            words += "(nothing recorded after it) "
        ends = "end: now" if self.tape and self.tape.is_live else "replay"
        return (Span(words, Tone.CRITICAL, bold=True), Span(f"{ends}  ", Tone.QUIET))

    def scrub_line(self, width: int) -> Line:
        """The bar of time at the foot; nothing when it is now."""
        at = self.clock.at
        if at is None or self._tape_span is None:
            return ()
        return bar(self._tape_span, at, self._tape_notes, width, self.marks)

    def refuses(self) -> bool:
        """Say that nothing can be changed while the past is shown."""
        if self.is_past:
            self.notify(REFUSAL, severity="warning", timeout=4, markup=False)
        return self.is_past

    def refuses_change(self) -> bool:
        """Say that the past cannot be changed; `ServedApp` refuses more."""
        return self.refuses()
