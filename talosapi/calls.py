"""What all groups of calls share: whom they call through, and how long they wait."""

from __future__ import annotations

from talosapi.caller import Caller

UNARY_SECONDS = 5.0


class Calls:
    """A group of calls, made a part of the client by inheritance."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
