"""Textual's driver with a quick Esc key, that gives the terminal back however it ends.

Textual 8.2 polls every 100 ms, so a lone Esc, which may be the start of a longer
sequence, takes that long whatever ESCDELAY says: ours looks when a pending Esc is due.
Textual knows no SIGTERM and no SIGHUP, and takes a terminal that is in its own mode
for the operator's when it is stopped from outside (SIGSTOP) and goes on.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import selectors
import signal
import termios
import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.courtesy import keyboard
from widgets.ascii import to_ascii

_POLL_SECONDS = 0.1
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_LEAVE_SECONDS = 5.0
"""To leave in order; a terminal that is gone can hold up whoever writes to it."""


_KEEP_TITLE, _RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""XTWINOPS: the window's title onto the terminal's stack, and back from it."""


def write(app: App[Any], sequence: str) -> None:
    """Send the terminal a sequence that moves no cursor and draws nothing."""
    driver = app._driver  # noqa: SLF001 - as `App.bell` does; there is no other way
    if driver is not None and not app.is_headless:
        driver.write(sequence)


class QuickEscDriver(LinuxDriver):
    """Keyboard, window title and signals; everything else is Textual's."""

    _has_terminal = False

    def start_application_mode(self) -> None:
        self._has_terminal = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.write(_KEEP_TITLE)
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            loop.add_signal_handler(number, self._leave, number)

    def stop_application_mode(self) -> None:
        self._has_terminal = False
        self.write(_RESTORE_TITLE)
        super().stop_application_mode()

    def process_message(self, message: Message) -> None:
        keyboard.pressed(self._loop.time())
        super().process_message(message)

    def write(self, data: str) -> None:
        keyboard.drawn(self._loop.time())
        super().write(data)

    def _sigcont_application(self, *arguments: object) -> None:
        if self._has_terminal:
            self.suspend_application_mode()
        super()._sigcont_application(*arguments)
        # The shell's lines stand where the frame was: nothing of it is there any more.
        anew = partial(self._app.refresh, layout=True)
        self._loop.call_soon_threadsafe(self._app.call_later, anew)

    def _leave(self, number: signal.Signals) -> None:
        """End in order, with the status that a shell expects; a second signal kills."""
        code = 128 + number
        for each in _ENDING:
            asyncio.get_running_loop().remove_signal_handler(each)
        last = threading.Timer(_LEAVE_SECONDS, self._give_up, (code,))
        last.daemon = True
        last.start()
        self._app.exit(return_code=code)

    def _give_up(self, code: int) -> None:
        """The order did not come to its end."""
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        os._exit(code)

    def run_input_thread(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self.fileno, selectors.EVENT_READ)
        parser = XTermParser(self._debug)
        # A terminal may send anything: the thread must not end of it.
        decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        while not self.exit_event.is_set():
            if selector.select(_wait(parser)):
                data = decode(os.read(self.fileno, 4096))
                if not data:
                    break
                for event in parser.feed(data):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)
        selector.close()


class AsciiDriver(QuickEscDriver):
    """The same for a terminal that has no other characters."""

    def write(self, data: str) -> None:
        super().write(to_ascii(data))


def _wait(parser: XTermParser) -> float:
    """Seconds until there may be something to do."""
    due = parser._timeout_time  # noqa: SLF001 - the parser tells nobody else
    if due is None:
        return _POLL_SECONDS
    left = due - time.monotonic()  # noqa: TID251 - the parser's own clock
    return max(0.0, min(_POLL_SECONDS, left) + 0.001)
