"""What is for people to read is made now and then, not with every fleet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from tui.engine.view import View

T = TypeVar("T")

PACE = timedelta(seconds=3)
MACHINES_A_SECOND = 10
"""Of more machines than that for each second of the pace it is made more seldom, but
as often as they are read."""


class Paced(Generic[T]):
    """Remade at its own pace, and whenever something answers for the first time."""

    def __init__(self) -> None:
        self._made: tuple[T] | None = None
        self._at = 0.0
        self._answers = 0

    def made(self, view: View, make: Callable[[], T]) -> T:
        """What `make` makes, or made a moment ago."""
        at, answers = view.now.timestamp(), len(view.state.readings)
        is_young = 0 <= at - self._at < _seconds(view)
        # Feeds that answer for the first time are news; those that went are not.
        if self._made is None or answers > self._answers or not is_young:
            self._made, self._at, self._answers = (make(),), at, answers
        return self._made[0]


def _seconds(view: View) -> float:
    machines = sum(map(len, view.addresses.values()))
    seldom = min(machines / MACHINES_A_SECOND, view.config.refresh_seconds)
    return max(PACE.total_seconds(), seldom)
