"""A tuple that remembers what was made of it, for as long as it lives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Kept(tuple[T, ...]):
    """Thousands of values that several readers count or sort in the same ways.

    What is remembered goes with the tuple: a cache elsewhere would keep the values of
    the refresh before alive. Two threads may both make the same; neither harms.
    """

    def once(self, make: Callable[[Sequence[T]], R]) -> R:
        """What `make` makes of the values; made the first time only."""
        made: dict[Any, Any] = self.__dict__
        if make not in made:
            made[make] = make(self)
        found: R = made[make]
        return found


def once(values: Sequence[T], make: Callable[[Sequence[T]], R]) -> R:
    """The same for values that may remember nothing."""
    return values.once(make) if isinstance(values, Kept) else make(values)
