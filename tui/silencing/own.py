"""What this program itself made of silences: no change of somebody else's."""

from __future__ import annotations

from collections import deque

from tui.model.silence import Silence, SilenceDraft
from tui.silencing.agreement import changed, is_made_of

_MOST = 100


class Own:
    """The newest of its own changes. A list that is read seconds later lacks them."""

    def __init__(self) -> None:
        self._changes: deque[tuple[Silence, SilenceDraft]] = deque(maxlen=_MOST)

    def note(self, before: Silence, made: SilenceDraft) -> None:
        """Remember one, done or perhaps done.

        made    with the id that it has from now on
        """
        self._changes.append((before, made))

    def since(self, seen: Silence) -> tuple[SilenceDraft, ...]:
        """What was made of a silence since it was as somebody saw it, oldest first."""
        found: list[SilenceDraft] = []
        for before, made in self._changes:
            is_seen = before.id == seen.id and not changed(seen, before)
            if is_seen or any(is_of(before, each) for each in found):
                found.append(made)
        return tuple(found)


def is_of(silence: Silence, made: SilenceDraft) -> bool:
    """Whether it is as one of our own changes left it."""
    return silence.id == made.id and is_made_of(silence, made)
