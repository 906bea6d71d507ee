"""What a record keeps of one moment: everything that the screens are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from tui.model.change import AlertName, Change
from tui.model.event import Event
from tui.model.fleet import Fleet
from tui.model.log import Entry, Gap
from tui.model.memory import Episode, Habits, SilenceMemory
from tui.model.target_past import Past


class TapedLog(Struct, frozen=True, gc=False):
    """The newest of a cluster's kernel log."""

    entries: tuple[Entry, ...] = ()
    """Oldest first; what came before them is not recorded here."""
    gaps: tuple[Gap, ...] = ()


class TapedMemory(Struct, frozen=True, gc=False):
    """What was remembered of alerts."""

    changes: tuple[Change, ...] = ()
    """Newest first; the newest of them only."""
    events: tuple[Event, ...] = ()
    """Oldest first."""
    habits: Habits | None = None
    episodes: Mapping[AlertName, tuple[Episode, ...]] = field(default_factory=dict)
    """Of the gravest alerts that fire."""
    silences: SilenceMemory = SilenceMemory()
    trouble: str = ""
    unread: str = ""
    """Why some of it could not be read."""


class Taped(Struct, frozen=True, gc=False):
    """What was known at one moment."""

    at: datetime
    fleet: Fleet
    memory: TapedMemory = TapedMemory()
    logs: Mapping[str, TapedLog] = field(default_factory=dict)
    """By cluster."""
    pasts: Mapping[str, Past] = field(default_factory=dict)
    """How targets did before, as far as somebody looked; by cluster and target."""


class TapeNote(Struct, frozen=True, gc=False):
    """One thing that happened, for who looks for the moment to go to."""

    at: datetime
    tone: str
    """`real`, `better`, `news`, or `mark` for what a person noted."""
    text: str
    cluster: str = ""
    author: str = ""
    """Of a mark."""
