"""What is remembered of alerts: their episodes, and what each name amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from tui.model.alert import JudgedAlert
from tui.model.change import Change, When


class Episode(Struct, frozen=True, gc=False):
    """One time of firing, with all that happened in it."""

    judged: JudgedAlert
    """As it was when it last changed; without a runbook."""
    changes: tuple[Change, ...]
    """Oldest first; of very many the first, and the newest."""
    seen_at: datetime
    """When its Alertmanager last listed alerts while it had not ended."""
    ended: When | None = None
    """None: as far as anybody knows it fires."""
    left_out: int = 0
    """Changes behind the first one that are not told."""


class Habit(Struct, frozen=True, gc=False):
    """What all alerts of one name in one cluster were while somebody was looking.

    Seconds are of alerts: two that fire for an hour fire for two hours.
    """

    name: str
    cluster: str
    times: int
    """Episodes that were seen."""
    firing_seconds: float
    false_seconds: float
    real_seconds: float
    undecided_seconds: float
    silenced_seconds: float
    """Whatever the verdict."""
    false_times: int
    """Episodes that were false for some of their time."""
    last_at: datetime
    """When it was last seen to fire."""
    newest: JudgedAlert
    """Of its newest episode, as it was when it last changed."""
    days: tuple[float | None, ...] = ()
    """How much of each day it was false, from 0 to 1, the oldest first; None: nobody
    was looking on that day. Of several alerts the sum, but 1 at most."""


class Habits(Struct, frozen=True, gc=False):
    """The habits of all names, and how much of the time anybody was looking."""

    since: datetime
    until: datetime
    habits: tuple[Habit, ...] = ()
    """What was false for the longest first."""
    coverage: Mapping[str, float] = field(default_factory=dict)
    """Share of the time in which an Alertmanager was read, by its endpoint."""


class Looked(Struct, frozen=True, gc=False):
    """How much anybody has looked at one Alertmanager."""

    since: datetime
    """The first time that is remembered."""
    share: float
    """Of the last seven days, in which it was read."""


class SilenceMemory(Struct, frozen=True, gc=False):
    """When silences last hid an alert, as far as anybody has looked."""

    last: Mapping[str, datetime] = field(default_factory=dict)
    """By id. One that is not here was never seen to hide anything."""
    looked: Mapping[str, Looked] = field(default_factory=dict)
    """By endpoint of the Alertmanager."""
