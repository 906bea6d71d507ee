"""Things with labels, laid out so that matchers are tried on all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from typing import Generic, TypeVar

from tui.model.re2 import PatternError
from tui.model.silence import Matcher

T = TypeVar("T")
U = TypeVar("U")

_NO, _MAYBE, _YES = range(3)
_MAY = bytes((0, 1, 1)).ljust(256)
_SURE = bytes((0, 0, 1)).ljust(256)


class Laid(Generic[T]):
    """Things in an order that stays, and by label the values that they have.

    A matcher is tried once on each distinct value and remembered, so that a key press
    tries what it changed and no more. What passes is told as a mask: a byte for each
    thing, the first one lowest, 1 where it passes.
    """

    def __init__(
        self, things: Iterable[T], value: Callable[[T, str], str | None]
    ) -> None:
        """Lay them out.

        value   what a thing has of a label; None where nobody can tell
        """
        self.things = tuple(things)
        self.all = self.mask([True] * len(self.things))
        """The mask of all."""
        self._value = value
        self._columns: dict[str, tuple[str | None, ...]] = {}
        self._tried: dict[Matcher, tuple[int, int]] = {}

    def may(self, matchers: Sequence[Matcher]) -> int:
        """Those that all matchers pass, or may pass; none without any."""
        return self._passing(matchers, 0)

    def sure(self, matchers: Sequence[Matcher]) -> int:
        """Those that all matchers pass for certain; none without any."""
        return self._passing(matchers, 1)

    def mask(self, flags: Iterable[bool]) -> int:
        """The mask of a flag for each thing."""
        return int.from_bytes(bytes(flags), "little")

    def pick(self, mask: int) -> tuple[T, ...]:
        """The things of a mask, in their order."""
        return self.among(self.things, mask)

    def among(self, of: Iterable[U], mask: int) -> tuple[U, ...]:
        """The same of anything that there is one of for each thing."""
        return tuple(compress(of, mask.to_bytes(len(self.things), "little")))

    def column(self, name: str) -> tuple[str | None, ...]:
        """What each has of a label; None where nobody can tell."""
        found = self._columns.get(name)
        if found is None:
            found = tuple([self._value(each, name) for each in self.things])
            self._columns[name] = found
        return found

    def counts(self, name: str, mask: int) -> Mapping[str | None, int]:
        """How many of the mask have each value; 0 for values that none of them has."""
        column = self.column(name)
        found = dict.fromkeys(column, 0)
        found.update(Counter(self.among(column, mask)))
        return found

    def _passing(self, matchers: Sequence[Matcher], which: int) -> int:
        found = self.all if matchers else 0
        for matcher in matchers:
            tried = self._tried.get(matcher)
            if tried is None:
                tried = self._tried[matcher] = self._try(matcher)
            found &= tried[which]
        return found

    def _try(self, matcher: Matcher) -> tuple[int, int]:
        """Which may pass, and which do."""
        column = self.column(matcher.name)
        passes = dict.fromkeys(column, _NO)
        try:
            hits = matcher.among([value for value in passes if value is not None])
        except PatternError:
            hits, passes = frozenset(), dict.fromkeys(column, _MAYBE)
        passes.update(dict.fromkeys(hits, _YES))
        passes[None] = _MAYBE
        told = bytes(map(passes.__getitem__, column))
        may, sure = told.translate(_MAY), told.translate(_SURE)
        return int.from_bytes(may, "little"), int.from_bytes(sure, "little")
