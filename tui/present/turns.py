"""What takes turns where not all of it fits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

TURN_SECONDS = 12
"""How long what takes turns is shown."""

T = TypeVar("T")


def turns(things: Sequence[T], room: int, now: datetime) -> tuple[tuple[T, ...], str]:
    """As many as fit, the first half of them always; and which of the others they are.

    things  the worst first
    """
    if len(things) <= room or room < 1:
        return tuple(things[: max(0, room)]), ""
    kept = (room + 1) // 2
    step = room - kept
    if not step:
        return tuple(things[:room]), f"{len(things) - room} more"
    rest = things[kept:]
    pages = -(-len(rest) // step)
    at = int(now.timestamp()) // TURN_SECONDS % pages * step
    shown = rest[at : at + step]
    first, last = kept + at + 1, kept + at + len(shown)
    words = f"{first}-{last} of {len(things)}, taking turns"
    return (*things[:kept], *shown), words
