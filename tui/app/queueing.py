"""One key after the other: what the last one did decides who gets the next.

Textual hands a key on at once, but acts by its binding only when it has come back from
all who could have taken it. Of keys that arrive together (a slow line, a terminal's
macro, a quick hand) the second was with the widget that the first was about to leave:
`/node` was four commands of a list, and `tab` took a choice that no longer stood there.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

LONGEST_SECONDS = 0.5
"""A widget that is closed meanwhile takes with it what it was given: then we go on."""

Typed = events.Key | events.Paste


class Followed(Message):
    """Goes the way that a key went, behind it: who has it has done with the key."""

    def __init__(self, typed: Typed, to: Widget, *, is_again: bool = False) -> None:
        super().__init__()
        self.typed = typed
        self.to = to
        self.is_again = is_again


class Queueing(App[None]):
    """Holds a key back until what came before it has done all that it does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.touches = 0
        """How often a key or the mouse was used."""
        self._typed = deque[Typed]()
        self._under_way: Followed | None = None
        """What follows the key that was handed on last, unless that is done."""
        self._patience: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """Put keys and pasted texts in a row; everything else passes."""
        if isinstance(event, events.InputEvent | events.Paste):
            self.touches += 1
        if not isinstance(event, Typed):
            await super().on_event(event)
        elif event.is_forwarded:
            # Nobody took it: now our own bindings do, or nothing does.
            await super().on_event(event)
            self._follow_again(event)
        else:
            ahead = self._under_way
            if ahead is not None and event.time - ahead.time > LONGEST_SECONDS:
                self._under_way = None
            self._typed.append(event)
            await self._hand_on()

    async def _hand_on(self) -> None:
        while self._typed and self._under_way is None:
            typed = self._typed.popleft()
            self._under_way = Followed(typed, self._holder)
            await super().on_event(typed)
            self._send()
        if self._typed and self._patience is None:
            lose = partial(self._lose_patience, self._under_way)
            self._patience = self.set_timer(LONGEST_SECONDS, lose)

    async def _lose_patience(self, awaited: Followed | None) -> None:
        self._patience = None
        if self._under_way is awaited:
            self._under_way = None
        await self._hand_on()

    @property
    def _holder(self) -> Widget:
        """Who has the keyboard, as Textual chooses it."""
        return self.focused or self.screen

    def _send(self) -> None:
        ahead = self._under_way
        if ahead is not None and not ahead.to.post_message(ahead):
            self._under_way = None

    def _follow_again(self, typed: Typed) -> None:
        """Ask whoever has the keyboard now, which may be a new screen.

        What was posted in acting on a key, such as who gets the keyboard, is done by
        the time the answer is here.
        """
        ahead = self._under_way
        if ahead is not None and ahead.typed is typed:
            self._under_way = Followed(typed, self._holder, is_again=True)
            self._send()

    async def on_followed(self, message: Followed) -> None:
        """Go on with the next one, if the keyboard has come to rest."""
        message.stop()
        if message is not self._under_way:
            return
        if message.is_again and message.to is self._holder:
            self._under_way = None
            await self._hand_on()
        else:
            self._follow_again(message.typed)
