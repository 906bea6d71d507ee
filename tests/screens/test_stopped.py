"""What stands on the terminal after the program was stopped and goes on."""

from __future__ import annotations

import asyncio
from typing import Any

from tui.app.driver import QuickEscDriver
from tui.clock import turn


class Drawn:
    """An app that notes how it is drawn."""

    def __init__(self) -> None:
        self.refreshed: list[dict[str, bool]] = []

    def refresh(self, **how: bool) -> None:
        self.refreshed.append(how)

    def call_later(self, callback: Any) -> None:
        callback()


async def test_all_of_the_screen_is_drawn_again() -> None:
    """The shell's lines stand where the frame was."""
    driver = QuickEscDriver.__new__(QuickEscDriver)
    app = Drawn()
    driver._app = app  # type: ignore[assignment]
    driver._loop = asyncio.get_running_loop()
    driver._auto_restart = False
    driver._sigcont_application()
    assert app.refreshed == []  # in a signal handler nothing is drawn
    for _ in range(3):
        await turn()
    assert app.refreshed == [{"layout": True}]
