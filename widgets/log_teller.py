"""How the items of a log are read: what a line says, and how grave it is.

A log keeps what its owner has, not pictures of it: a line is made when it is looked at.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from widgets.values import LogLine, Tone

T_contra = TypeVar("T_contra", contravariant=True)

CALM, WARNING, ERROR = range(3)
"""How grave a line is."""


class Teller(Protocol[T_contra]):
    """Tells a log of its items. Each call is quick; `line` is for those in view."""

    def line(self, item: T_contra) -> LogLine:
        """All of it, already cleaned."""

    def text(self, item: T_contra) -> str:
        """What is searched: the text of the line."""

    def gutter(self, item: T_contra) -> str:
        """Where it came from, in words."""

    def rank(self, item: T_contra) -> int:
        """How grave it is."""

    def is_note(self, item: T_contra) -> bool:
        """Whether it is about lines that are missing: no filter hides that."""

    def at_ns(self, item: T_contra) -> int:
        """Its time in unix nanoseconds; 0 when it has none."""


class LineTeller:
    """The items are lines already."""

    def line(self, item: LogLine) -> LogLine:
        return item

    def text(self, item: LogLine) -> str:
        return item.text

    def gutter(self, item: LogLine) -> str:
        return item.gutter

    def rank(self, item: LogLine) -> int:
        if item.tone is Tone.CRITICAL:
            return ERROR
        return WARNING if item.tone is Tone.WARNING else CALM

    def is_note(self, item: LogLine) -> bool:
        return item.is_gap

    def at_ns(self, item: LogLine) -> int:
        return item.at_ns or 0
