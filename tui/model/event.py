"""What happened beside alerts: findings, silences and connections come and go; and what
a person noted."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

from tui.model.finding import Finding
from tui.model.fleet import FeedKey
from tui.model.silence import Silence


class Turn(Enum):
    """Which way something went."""

    BEGAN = "began"
    CHANGED = "changed"
    ENDED = "ended"


class Event(Struct, frozen=True, gc=False):
    """One thing that was seen to happen."""

    at: datetime
    turn: Turn
    about: Finding | Silence | Connection | Mark
    """As it is from then on; what ended, as it was last."""
    cluster: str = ""
    """Empty when it concerns several, or none."""
    lasted_seconds: float | None = None
    """Of what ended, if its begin is known."""


class Connection(Struct, frozen=True, gc=False):
    """One server, whatever is read from it."""

    key: FeedKey
    """Its `feed` is empty."""
    why: str = ""
    """Why it does not answer; empty when it does."""


class Mark(Struct, frozen=True, gc=False):
    """What a person noted of a moment."""

    text: str
    author: str = ""
