"""An answer made of several parts, each of which may fail by itself.

A node of an old Talos lacks a call, a role may not make another: what it does tell
stands, and of the rest the reason is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from talosapi.errors import TalosError
from tui.sources.base import SourceError
from tui.sources.talos_values import fault, reason

T = TypeVar("T")


class Parts:
    """The parts of one answer, as they come in."""

    def __init__(self) -> None:
        self.unavailable: dict[str, str] = {}
        """Why, by name of the part."""
        self._has_some = False
        self._first: TalosError | None = None

    async def part(self, name: str, question: Awaitable[T]) -> T | None:
        """The answer to one question; None when it failed."""
        try:
            answer = await question
        except TalosError as error:
            self.unavailable[name] = reason(error)
            self._first = self._first or error
            return None
        self._has_some = True
        return answer

    def check(self) -> None:
        """Raise SourceError when nothing at all was answered."""
        if self._first is not None and not self._has_some:
            raise SourceError(fault(self._first)) from self._first
