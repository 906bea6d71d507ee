"""What is looked for in a log: patterns as they are typed, and what they leave over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from widgets.log_sieve import Sieve
from widgets.log_teller import ERROR, WARNING, Teller
from widgets.ring import Ring

LEVELS = ("", "warnings and errors", "errors")
"""What the level filter lets pass, the widest first."""
AS_TEXT = "(as text)"
"""Said behind a pattern that is no regular expression: a slip of the fingers finds
nothing then, which must not look like a log without it."""
_LEAST = (0, WARNING, ERROR)


class Pattern:
    """A regular expression of RE2; what is none is looked for as it stands.

    In small letters it finds capitals too. Python's `re` may take for ever over a few
    letters that somebody typed.
    """

    def __init__(self, typed: str) -> None:
        self.typed = typed
        self.is_literal = False
        """It is no regular expression."""
        import re2  # noqa: PLC0415 - seldom needed, and never for the first frame

        options = re2.Options()
        options.case_sensitive = not typed.islower()
        options.log_errors = False
        options.never_capture = True
        try:
            self._regex = re2.compile(_bytes(typed), options)
        except re2.error:
            self.is_literal = True
            options.literal = True
            self._regex = re2.compile(_bytes(typed), options)

    def finds(self, text: str) -> bool:
        """Whether it is in a text."""
        return self._regex.search(_bytes(text)) is not None

    def stretches(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where it matches in a text."""
        data = _bytes(text)
        for match in self._regex.finditer(data):
            if match.end() > match.start():
                yield _letters(data[: match.start()]), _letters(data[: match.end()])


def _bytes(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which is no character, as a question mark."""
    return text.encode("utf-8", "replace")


def _letters(data: bytes) -> int:
    """How many characters these bytes are."""
    return len(data.decode("utf-8", "replace"))


class LogFilter(Struct, frozen=True):
    """Which lines are shown."""

    typed: str = ""
    """A pattern; behind a `!` that of lines to leave out."""
    level: int = 0
    """A place in LEVELS."""
    around: int = 0
    """Lines shown before and behind each line that passes."""

    @property
    def is_open(self) -> bool:
        """Whether all lines pass."""
        return not self.typed.removeprefix("!") and self.level == 0

    @property
    def words(self) -> str:
        """What passes, in few words; empty when all does."""
        parts = []
        if typed := self.typed.removeprefix("!"):
            note = f" {AS_TEXT}" if Pattern(typed).is_literal else ""
            parts.append(f"& {self.typed}{note}")
        if self.level:
            parts.append(LEVELS[self.level])
        if parts and self.around:
            parts.append(f"±{self.around}")
        return ", ".join(parts)

    def test(self, ring: Ring[Any], teller: Teller[Any]) -> Callable[[int, Any], bool]:
        """Return what says whether a line passes; a note always does."""
        typed = self.typed.removeprefix("!")
        pattern = Pattern(typed) if typed else None
        is_wanted = typed == self.typed
        least, text, rank = _LEAST[self.level], teller.text, teller.rank

        def passes(number: int, item: Any) -> bool:
            if teller.is_note(item):
                return True
            if pattern is not None and pattern.finds(text(item)) is not is_wanted:
                return False
            return not least or ring.rank(number, rank) >= least

        return passes


class LogSearch(Sieve):
    """The lines of a log that match a pattern, among those that are shown."""

    def __init__(
        self, typed: str, ring: Ring[Any], teller: Teller[Any], shown: LogFilter
    ) -> None:
        pattern, text = Pattern(typed), teller.text
        passes = None if shown.is_open else shown.test(ring, teller)

        def matches(number: int, item: Any) -> bool:
            is_shown = passes is None or passes(number, item)
            return is_shown and pattern.finds(text(item))

        super().__init__(ring, matches)
        self.pattern = pattern
