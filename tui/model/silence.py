"""Silences and their matchers, in Alertmanager's sense."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.model.labels import Labels, quoted

if TYPE_CHECKING:
    from tui.model.re2 import Pattern


_PLAIN_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
"""Any other name stands in quotes, or it might look like several matchers."""


def _pattern(expression: str) -> Pattern:
    # It takes 6 ms to load, which the first frame need not wait for.
    from tui.model.re2 import compiled  # noqa: PLC0415

    return compiled(expression)


class Matcher(Struct, frozen=True, gc=False):
    """One matcher. Regular expressions are RE2, anchored at both ends."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def matches(self, labels: Labels) -> bool:
        """Whether a label set passes; a label that is not there has the value "".

        raise   PatternError when the expression is none
        """
        value = labels.get(self.name, "")
        if not self.is_regex:
            return (value == self.value) is self.is_equal
        return _pattern(self.value).matches(value) is self.is_equal

    def among(self, values: Sequence[str]) -> frozenset[str]:
        """Those of many values of its label that pass.

        raise   PatternError when the expression is none
        """
        if self.is_regex:
            hits = frozenset(_pattern(self.value).among(values))
        else:
            hits = frozenset(value for value in values if value == self.value)
        return hits if self.is_equal else frozenset(values) - hits

    def __str__(self) -> str:
        """As one writes it: `name="value"`."""
        operator = (
            ("=~" if self.is_equal else "!~")
            if self.is_regex
            else ("=" if self.is_equal else "!=")
        )
        name = self.name if _PLAIN_NAME.fullmatch(self.name) else quoted(self.name)
        return f"{name}{operator}{quoted(self.value)}"


class SilenceState(Enum):
    """Worked out by the server from its clock."""

    ACTIVE = "active"
    PENDING = "pending"
    EXPIRED = "expired"


class SilenceDraft(Struct, frozen=True, gc=False):
    """A silence to be made, or changed when it has an id."""

    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    id: str = ""


class Silence(Struct, frozen=True, gc=False):
    """A silence as the server lists it; expired ones too."""

    id: str
    state: SilenceState
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    updated_at: datetime | None
    created_by: str
    comment: str


ACKNOWLEDGES = "ACK!"
"""How the comment of a silence begins that karma made to say: somebody works on it."""


def acknowledged(comment: str) -> str | None:
    """What a comment says behind the sign of an acknowledgement; None: it is none."""
    said = comment.strip()
    if not said.startswith(ACKNOWLEDGES):
        return None
    return said.removeprefix(ACKNOWLEDGES).strip()


class SilenceNote(Struct, frozen=True, gc=False):
    """What is worth telling of a silence that covers an alert."""

    id: str
    created_by: str = ""
    """Empty, and the times None, when no Alertmanager lists the silence."""
    comment: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    changed_at: datetime | None = None
    """When somebody last made or changed it."""
