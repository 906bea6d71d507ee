"""From an intent to a screen: which screen shows what, and how one gets back."""

from __future__ import annotations

from textual.app import App

from tui.backend import Backend
from tui.clock import Clock
from tui.model.fleet import Fleet
from tui.present.glyphs import Marks


class Routes(App[None]):
    """The half of the app that opens and closes screens."""

    backend: Backend | None
    clock: Clock
    fleet: Fleet | None
    marks: Marks

    def show_now(self) -> None:
        """Bring the screen in front up to date."""
        raise NotImplementedError

    async def action_leave(self) -> None:
        """Go back; from the first screen, quit."""
        if len(self.screen_stack) > 2:
            await self.action_back()
        else:
            self.exit()

    async def action_back(self) -> None:
        """Close the screen in front; the first one stays."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
            self.show_now()
