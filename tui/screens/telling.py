"""Screens on which something is selected: `y` copies how that is, for a chat."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from tui.model.alert import JudgedAlert
from tui.model.fleet import Fleet
from tui.screens.desk import Desk
from widgets.keys import hidden
from widgets.values import Line

if TYPE_CHECKING:
    from tui.present.spoken import Selected


class TellingDesk(Desk):
    """Knows what is selected, and says it in text; logs have a `y` of their own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("y", "tell", "Copy for a chat", "desk.tell", "Copy it as a text to send")
    ]
    _known: tuple[Fleet, datetime] | None = None
    """What the top line was last drawn of."""

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        """What the cursor is on, or what the screen is about; empty for nothing."""
        raise NotImplementedError

    def show_top(
        self,
        fleet: Fleet | None,
        now: datetime,
        note: Line = (),
        hidden: tuple[JudgedAlert, ...] = (),
    ) -> None:
        self._known = (fleet, now) if fleet is not None else None
        super().show_top(fleet, now, note, hidden)

    def action_tell(self) -> None:
        """Copy how it is, with its evidence and ages."""
        from tui.present.spoken import spoken  # noqa: PLC0415 - seldom needed

        things = self.selected_things if self._known else ()
        if not things or self._known is None:
            self.notify("Nothing is selected to be copied.", timeout=2, markup=False)
            return
        told = spoken(things, *self._known)
        self.copy(told.text, f"Copied: {told.name}")
