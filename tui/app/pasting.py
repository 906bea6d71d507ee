"""What is pasted, before any field gets it: it may mean to steer, or be a book."""

from __future__ import annotations

from textual import events

from tui.app.queueing import Queueing
from widgets.input_line import LONGEST
from widgets.text import clean


class Pasting(Queueing):
    """Hands on plain lines only, and no more than a field holds."""

    async def on_event(self, event: events.Event) -> None:
        """Make a pasted text plain; everything else stays as it is."""
        if isinstance(event, events.Paste):
            lines = event.text[:LONGEST].splitlines()
            event.text = "\n".join(clean(each, " ") for each in lines)
        await super().on_event(event)
