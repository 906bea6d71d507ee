"""Lines of the screen without caches that nobody uses.

Each strip of Textual 8.2 is made with seven caches of its own, 1 kB, and a screen of
200x60 keeps some 3,600 strips. What we draw is divided and filtered again and again;
the other five were never asked twice for the same (none of 42,000 strips).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.segment import Segment
from textual.strip import Strip

_USED = {"_divide_cache", "_filter_cache"}
_UNUSED = {
    "_crop_cache",
    "_style_cache",
    "_line_length_cache",
    "_crop_extend_cache",
    "_offsets_cache",
}
_OTHERS = {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count"}


class Few(dict[Any, Any]):
    """Four at most; the oldest is forgotten. Textual's FIFOCache is twice as large."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        if len(self) >= 4 and key not in self:
            del self[next(iter(self))]
        super().__setitem__(key, value)


class Divided(Few):
    """What a strip was divided into.

    A division in one is the strip itself: in a cache of its own it would be there until
    the collector of garbage comes, 50,000 segments a minute in a list of targets.
    """

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        """Keep what has more parts than one."""
        if len(value) > 1:
            super().__setitem__(key, value)


class Nothing(Few):
    """Remembers nothing; one is enough for all strips."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        """Forget it at once."""


_NOTHING = Nothing()


def save() -> bool:
    """Have strips made so from now on. Returns whether they are.

    Should Textual's strips hold something else one day they stay as they are.
    """
    if set(Strip.__slots__) != _USED | _UNUSED | _OTHERS:
        return False
    Strip.__init__ = _begin  # type: ignore[method-assign]
    return True


def _begin(
    self: Any, segments: Iterable[Segment], cell_length: int | None = None
) -> None:
    self._segments = list(segments)
    self._cell_length = cell_length
    self._divide_cache = Divided()
    self._filter_cache = Few()
    self._crop_cache = self._style_cache = self._line_length_cache = _NOTHING
    self._crop_extend_cache = self._offsets_cache = _NOTHING
    self._render_cache = self._link_ids = self._cell_count = None
