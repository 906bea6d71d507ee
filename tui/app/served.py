"""The dashboard for a browser: textual-serve carries its screen and keys over pipes."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import Any, ClassVar

from textual import messages
from textual.app import App
from textual.driver import Driver
from textual.drivers.web_driver import WebDriver

from tui.app import TaloscopeApp
from widgets.log_view import LogView

LOOKS_ONLY = "This view only looks: nothing can be changed from here."
_NO_FILES = "A browser's view writes no files: copy it with y."
_LEAVE_SECONDS = 5.0
"""To end in order when the server is gone; there is nobody left to kill us."""


class PipeDriver(WebDriver):
    """Textual's, but that it ends with the server, and without a fault."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._write = partial(_written, self.fileno)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        last = threading.Timer(_LEAVE_SECONDS, os._exit, (1,))
        last.daemon = True
        last.start()
        self._app.post_message(messages.ExitApp())


def _written(fileno: int, data: bytes) -> int:
    """Write all of it; a server that is gone misses nothing."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(fileno, left) :]
        except BrokenPipeError:
            break
    return len(data)


class ServedApp(TaloscopeApp):
    """Writes no files of whoever looks; what it may change in a cluster is chosen."""

    DRIVER: ClassVar[type[Driver]] = PipeDriver
    looks_only = True

    def refuses_change(self) -> bool:
        """Say that nothing can be changed, from here or in the past."""
        if self.looks_only:
            self.notify(LOOKS_ONLY, severity="warning", timeout=4, markup=False)
        return self.looks_only or super().refuses_change()

    def save(self, view: LogView) -> None:
        """Refuse: the file would be on the server, at a path that the viewer types."""
        del view
        self.notify(_NO_FILES, severity="warning", timeout=4, markup=False)
