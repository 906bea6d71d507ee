"""The dashboard: it carries news down to the screens and intent up to the backend."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.timer import Timer
from textual.worker import WorkerFailed

from tui import clipboard
from tui.app.driver import AsciiDriver, QuickEscDriver, write
from tui.app.seeking import Seeking
from tui.app.ticks import AGES_SECONDS, NEWS_SECONDS, Ticks, first_tick
from tui.backend import Backend
from tui.clock import Clock, WoundClock
from tui.config import Config
from tui.messages import AcknowledgeHidden, FleetChanged, OpenAlert
from tui.model.alert import JudgedAlert
from tui.model.attention import Real
from tui.model.fleet import Fleet
from tui.present import calling
from tui.present.concealed import Told, concealed, told_of
from tui.present.glyphs import UNICODE, Marks
from tui.present.news import is_news
from tui.present.units import count, length, plain
from tui.screens.desk import Desk
from tui.screens.fleet import FleetScreen
from tui.themes import DARK, LIGHT, themes
from widgets import chart, strips
from widgets.sheet import ThriftyStylesheet
from widgets.values import Line, Span, Tone

_WALL_SHEETS: list[str | PurePath] = ["app.tcss", "../screens/wall.tcss"]
"""Textual reads the sheet of a screen that is opened, but not of the first."""
_KEY_WORDS = {"⏎": "enter", "↑": "up", "↓": "down", "←": "left", "→": "right"}


class TaloscopeApp(Seeking):
    """Shows the fleet at once, and what is in it as soon as a backend is there."""

    TITLE = "taloscope"
    DRIVER: ClassVar[type[Driver]] = QuickEscDriver
    # The first screen's too: the sheet is read once, before the first frame.
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "../screens/fleet.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "Back, then quit", show=False, id="app.leave"),
        Binding("escape", "back", "Back", show=False, id="app.back"),
        Binding("r", "refresh", "Read everything now", show=False, id="app.refresh"),
        Binding("p", "pause", "Hold the screen", show=False, id="app.pause"),
        Binding("t", "targets", "Targets", id="go.targets"),
        Binding("N", "nodes", "Nodes", id="go.nodes"),
        Binding("L", "logs", "Logs", id="go.logs"),
        Binding(
            "P",
            "pipeline",
            "Log pipeline",
            show=False,
            id="go.pipeline",
            tooltip="The log pipeline: which stage of which node is broken",
        ),
        Binding("S", "silences", "Silences", show=False, id="go.silences"),
        Binding(
            "ctrl+n",
            "new_silence",
            "New silence",
            show=False,
            id="go.new_silence",
            tooltip="Write a silence from nothing",
        ),
        Binding("H", "history", "History", show=False, id="go.history"),
        Binding("o", "sources", "Sources", id="go.sources"),
        Binding(
            "exclamation_mark",
            "hidden",
            "What is hidden",
            key_display="!",
            show=False,
            id="go.hidden",
            tooltip="Go to what is real and hidden",
        ),
        Binding(
            "W",
            "wall",
            "Wall",
            show=False,
            id="go.wall",
            tooltip="The fleet for a big display that nobody touches",
        ),
        Binding("T", "theme", "Dark or light theme", show=False, id="app.theme"),
        Binding(
            "ctrl+z",
            "suspend_process",
            "To the shell",
            show=False,
            priority=True,
            id="app.suspend",
            tooltip="Stop for a while; fg in the shell goes on",
        ),
        Binding(
            "ctrl+q",
            "quit",
            "Quit",
            show=False,
            priority=True,
            id="app.quit",
            tooltip="Quit at once, from any screen",
        ),
    ]

    def __init__(
        self,
        config: Config,
        clock: Clock,
        connect: Callable[[], Awaitable[Backend]],
        marks: Marks = UNICODE,
        *,
        is_wall: bool = False,
    ) -> None:
        """Make the app; nothing is connected before the first frame.

        connect  imports what is slow and gives the backend; called on the event loop
        is_wall  the first screen is the wall
        """
        strips.save()
        sheets = _WALL_SHEETS if is_wall else None
        is_ascii = marks is not UNICODE and self.DRIVER is QuickEscDriver
        driver = AsciiDriver if is_ascii else self.DRIVER
        super().__init__(driver_class=driver, css_path=sheets)
        # A jump to the end is one picture, at once, and not sixty within a second.
        self.animation_level = "none"
        self.config = config
        self.clock = WoundClock(clock)
        self.marks = marks
        self.backend: Backend | None = None
        self.fleet: Fleet | None = None
        self._connect = connect
        self.crash: BaseException | None = None
        """The fault of our own that ended it."""
        self._is_wall = is_wall
        self._held_at: datetime | None = None
        self._newer: Fleet | None = None
        self._ages: Timer | None = None
        """Draws what is below the top line when nothing else does."""
        self._ticks = Ticks()
        self._waiting = 0
        self._noted: set[Told] = set()
        self._told_troubles: set[str] = set()
        self._window = ""
        for theme in themes(is_bare=self.no_color):
            self.register_theme(theme)
        # Not by assignment, which would apply all styles once more.
        self.set_reactive(TaloscopeApp.theme, DARK.name)
        self.stylesheet = ThriftyStylesheet(variables=self.get_css_variables())

    def get_default_screen(self) -> Desk:
        if self._is_wall:
            from tui.screens.wall import WallScreen  # noqa: PLC0415 - seldom needed

            return WallScreen(self.marks)
        return FleetScreen(self.names, self.marks)

    def get_key_display(self, binding: Binding) -> str:
        shown = super().get_key_display(binding)
        for sign, word in _KEY_WORDS.items():
            shown = shown.replace(sign, word)
        return shown

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.crash = self.crash or cause
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End, and leave the telling to who started it: Textual would print the values
        of variables too, and secrets may be among them."""
        self._close_messages_no_wait()

    def copy_to_clipboard(self, text: str) -> None:
        self._clipboard = text
        if self._driver is not None:
            self._driver.write(clipboard.sequence(text, os.environ))

    def on_mount(self) -> None:
        wait = first_tick(self.clock.now())
        self.set_timer(wait, lambda: self.set_interval(1, self._tick))
        self.call_after_refresh(self._start)

    def on_ready(self) -> None:
        """Have a top line from the first frame on."""
        self.show_now()

    def _start(self) -> None:
        """Begin once the first frame is on its way."""
        self.run_worker(self._serve(), group="backend")

    async def _serve(self) -> None:
        """Connect, then keep the backend going until the app ends."""
        backend, *_ = await asyncio.gather(self._connect(), self._fill())
        self.backend = backend
        # Before anything runs, and before a screen can read what there is by then.
        self.hear_from(backend, self.names)
        async with asyncio.TaskGroup() as group:
            group.create_task(backend.run())
            # The charts need it; it is slow to import, and servers to answer.
            await asyncio.to_thread(chart.load)
            self._listen(backend)

    async def _fill(self) -> None:
        """Let the first screen make what its first frame did without."""
        for screen in self.screen_stack:
            if isinstance(screen, FleetScreen):
                await screen.fill()

    def _listen(self, backend: Backend) -> None:
        """Show what is known already, and from now on what is new."""
        backend.subscribe(self._hear_fleet)
        backend.calls.subscribe(self._call)
        self.begin_in_record()
        self.post_message(FleetChanged(backend.fleet))

    def _hear_fleet(self, fleet: Fleet) -> None:
        self.post_message(FleetChanged(fleet))

    def _call(self, found: tuple[Real, ...]) -> None:
        """Have the terminal call whoever sits before it."""
        wishes = self.config.attention
        if wishes.bell:
            self.bell()
        if wishes.desktop:
            write(self, calling.notification(calling.words(found), os.environ))

    def _name_window(self, fleet: Fleet, now: datetime) -> None:
        """Tell in the window's title what is real; a list of windows shows it."""
        standings = [(each.name, each.standing(now)) for each in fleet.clusters]
        title = calling.title(standings, len(concealed(fleet)))
        if title != self._window:
            self._window = title
            write(self, calling.titled(title))

    def on_fleet_changed(self, message: FleetChanged) -> None:
        self._tell_trouble()
        before = self._newer or self.fleet
        if self._held_at is not None:
            self._newer = message.fleet
            self._waiting += 1
        else:
            self.fleet = message.fleet
        if before is None or is_news(before, message.fleet):
            self._name_window(message.fleet, self.clock.now())
        elif self._held_at is None and not self.is_past:
            return  # the next beat shows its ages
        self.show_now()

    def _tick(self) -> None:
        """Let a second pass on the clock; the ages below it have their own beat."""
        self.play(1.0)
        if self._ticks.is_due(self.clock.now()):
            self._show(with_body=False)

    def show_now(self) -> None:
        """Bring the screen in front up to date, ages included."""
        self._show_all(NEWS_SECONDS)

    def _age(self) -> None:
        self._show_all(AGES_SECONDS)

    def _show_all(self, next_in_seconds: float) -> None:
        self._show(with_body=True)
        self._ticks.drawn(self.clock.now())
        if self._ages is not None:
            self._ages.stop()
        self._ages = self.set_timer(next_in_seconds, self._age)

    def _show(self, *, with_body: bool) -> None:
        # While the app is being closed there is none.
        stack = self.screen_stack
        desks = [each for each in stack if isinstance(each, Desk)]
        if not desks or not desks[-1].is_open:
            return
        now = self.clock.now()
        # The top is seen past a question too.
        note = (*self.past_note(), *self._unkept(), *self._note(now))
        desks[-1].set_class(self.is_past, "-past")
        desks[-1].show_top(self.fleet, now, note, self._hidden())
        desks[-1].show_scrub(self.scrub_line(self.size.width))
        is_in_front = desks[-1] is stack[-1]
        if with_body and is_in_front and self.fleet and self._held_at is None:
            desks[-1].show(self.fleet, now)

    def _hidden(self) -> tuple[JudgedAlert, ...]:
        """What is real and hidden, and nobody has noted; a held screen tells it too."""
        fleet = self._newer or self.fleet
        if fleet is None:
            return ()
        found = concealed(fleet)
        self._noted &= {told_of(each) for each in found}
        return tuple(each for each in found if told_of(each) not in self._noted)

    def _tell_trouble(self) -> None:
        """Say once what goes wrong aside: it cannot be seen on this screen."""
        if self.backend is None:
            return
        memory, calls = self.backend.memory.trouble, self.backend.calls.trouble
        tape = self.tape.tape_trouble if self.tape else ""
        told = (
            f"History: {memory}" if memory else "",
            calls,
            f"Not recorded: {tape}" if tape else "",
        )
        for trouble in told:
            if trouble and trouble not in self._told_troubles:
                words = plain(trouble)
                self.notify(words, severity="warning", timeout=8, markup=False)
        # What is over is told anew should it come again.
        self._told_troubles = {each for each in told if each}

    def on_acknowledge_hidden(self, message: AcknowledgeHidden) -> None:
        if self.refuses():
            return
        self._noted.add(told_of(message.alert))
        self.show_now()

    def action_hidden(self) -> None:
        """Give the keyboard to what is hidden; open it once somebody has noted it."""
        found = concealed(self.fleet) if self.fleet else ()
        if isinstance(self.screen, Desk) and self.screen.go_to_hidden():
            return
        if found:
            self.post_message(OpenAlert(found[0]))
        else:
            self.notify("Nothing real is hidden.", timeout=2, markup=False)

    def _unkept(self) -> Line:
        """What is not written down just now; the message about it has gone."""
        if self.backend is None or self.is_past:
            return ()
        told = (
            "not recorded: see o" if self.unrecorded() else "",
            "history: see H" if self.backend.memory.trouble else "",
        )
        words = ", ".join(each for each in told if each)
        mark = self.marks.degraded
        return (Span(f"{mark} {words}  ", Tone.WARNING),) if words else ()

    def _note(self, now: datetime) -> Line:
        """Whether the screen is held, for how long, and what waits."""
        if self._held_at is None:
            return ()
        words = f"{self.marks.paused} held {length(now - self._held_at)}"
        verb = "waits" if self._waiting == 1 else "wait"
        waiting = f", {count(self._waiting, 'update')} {verb}  "
        return (Span(words + waiting, Tone.WARNING, bold=True),)

    def action_pause(self) -> None:
        """Hold the screen as it is, or let it go on."""
        is_held = self._held_at is None
        self._held_at = self.clock.now() if is_held else None
        self.fleet = self._newer or self.fleet
        self._newer, self._waiting = None, 0
        for screen in self.screen_stack:
            if isinstance(screen, Desk):
                screen.freeze(is_frozen=is_held)
        self.show_now()

    def action_theme(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_refresh(self) -> None:
        """Read everything now."""
        if self.backend is not None and not self.refuses():
            self.backend.refresh()
            self.notify("Reading everything now.", timeout=2, markup=False)
