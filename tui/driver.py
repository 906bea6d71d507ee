"""Textual's driver with a quick Esc key: it looks again when a pending Esc is due.

Textual 8.2 polls every 100 ms, so a lone Esc, which may be the start of a longer
sequence, takes that long whatever ESCDELAY says.
"""

from __future__ import annotations

import codecs
import os
import selectors
import time
from typing import Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

_POLL_SECONDS = 0.1


_KEEP_TITLE, _RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""XTWINOPS: the window's title onto the terminal's stack, and back from it."""


def write(app: App[Any], sequence: str) -> None:
    """Send the terminal a sequence that moves no cursor and draws nothing."""
    driver = app._driver  # noqa: SLF001 - as `App.bell` does; there is no other way
    if driver is not None and not app.is_headless:
        driver.write(sequence)


class QuickEscDriver(LinuxDriver):
    """Reads the keyboard, keeps the window's title; everything else is Textual's."""

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.write(_KEEP_TITLE)

    def stop_application_mode(self) -> None:
        self.write(_RESTORE_TITLE)
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self.fileno, selectors.EVENT_READ)
        parser = XTermParser(self._debug)
        decode = codecs.getincrementaldecoder("utf-8")().decode
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


def _wait(parser: XTermParser) -> float:
    """Seconds until there may be something to do."""
    due = parser._timeout_time  # noqa: SLF001 - the parser tells nobody else
    if due is None:
        return _POLL_SECONDS
    left = due - time.monotonic()  # noqa: TID251 - the parser's own clock
    return max(0.0, min(_POLL_SECONDS, left) + 0.001)
