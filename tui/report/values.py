"""A report as values: what is in it, in words, and in what order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from tui.model.alert import Evidence


class Stretch(Struct, frozen=True):
    """Some time, from one moment to another."""

    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until - self.since


class Case(Struct, frozen=True):
    """An alert or a finding, as far as the record knows it."""

    cluster: str
    """Empty when it belongs to no configured cluster."""
    name: str
    where: str
    severity: str
    """Empty for a finding."""
    why: str
    since: datetime | None
    """When it became what this is about; None when nobody knows."""
    until: datetime | None
    """When it was no longer so; None: so it was at the end."""
    evidence: tuple[Evidence, ...] = ()
    silenced_by: tuple[str, ...] = ()
    """Ids of silences."""
    is_alert: bool = True
    is_at_times: bool = False
    """It could be judged, too, between begin and end."""
    began_as: str = ""
    """What a finding was called as it began, where it grew into another."""


class Told(Struct, frozen=True):
    """One line of the timeline."""

    at: datetime
    what: str
    """In a word or two: `became REAL`, `ended`, `marked`."""
    about: str
    why: str
    cluster: str = ""
    tone: str = "news"
    """As of a note of the record: `real`, `better`, `news`, `mark`."""
    times: int = 1
    """Several of the same name and cluster within the same second are one line."""


class Quieted(Struct, frozen=True):
    """A silence that was there, and what it kept quiet."""

    matchers: str
    author: str
    comment: str
    since: datetime
    until: datetime
    hid: tuple[str, ...]
    """Alerts, with their cluster."""
    hid_real: tuple[str, ...]
    """Those of them that were real at some time."""
    is_over: bool
    """It was ended before its time, or had run out, at the end."""


class HurtNode(Struct, frozen=True):
    """A node that was not well."""

    cluster: str
    name: str
    troubles: tuple[str, ...]
    """Each in a few words, in the order in which they came."""
    since: datetime
    until: datetime | None
    """When it was well again; None: it was not at the end."""


class HurtVolume(Struct, frozen=True):
    """A disk that the kernel complained of, and what lies on it."""

    cluster: str
    node: str
    device: str
    volumes: tuple[str, ...]
    claims: tuple[str, ...]
    """namespace/name."""
    pods: tuple[str, ...]
    """namespace/name."""
    worth: str
    """How sure the way is: `proven`, `maybe` or `unknown`; and whether that changed."""
    gap: str
    """Why the way ends before a pod; empty when it does not."""


class KernelSum(Struct, frozen=True):
    """Kernel lines of one class on one device."""

    cluster: str
    node: str
    device: str
    severity: str
    meaning: str
    count: int
    first: datetime
    last: datetime


class KernelText(Struct, frozen=True):
    """One kernel line that is a sign of something."""

    at: datetime
    cluster: str
    node: str
    text: str


class Noted(Struct, frozen=True):
    """What a person noted."""

    at: datetime
    author: str
    text: str


class ClusterEnd(Struct, frozen=True):
    """A cluster at the end."""

    name: str
    standing: str
    real: int | None = None
    """None: nobody knew its alerts."""
    unsure: int | None = None
    false: int | None = None
    targets: str = ""
    nodes: str = ""
    blind: tuple[str, ...] = ()
    """What could not be read, and why."""


class Point(Struct, frozen=True):
    """The numbers of one cluster at one moment; None: not known then."""

    at: datetime
    down: int | None
    """Targets that should be up and are not."""
    real: int | None
    """Alerts and findings that are real."""


class Report(Struct, frozen=True):
    """All of it."""

    span: Stretch
    """What was asked for."""
    clusters: tuple[str, ...]
    """In the order of the config."""
    seen: tuple[Stretch, ...]
    """When anything was recorded."""
    real: tuple[Case, ...]
    """The first one first; last what was real before."""
    unsure: tuple[Case, ...]
    """Of these, what was never real."""
    false: tuple[Case, ...]
    timeline: tuple[Told, ...]
    left_out: int
    """Turns of alerts that were never real."""
    silences: tuple[Quieted, ...]
    nodes: tuple[HurtNode, ...]
    volumes: tuple[HurtVolume, ...]
    kernel: tuple[KernelSum, ...]
    lines: tuple[KernelText, ...]
    notes: tuple[Noted, ...]
    end_at: datetime
    """The last moment that was recorded."""
    end: tuple[ClusterEnd, ...]
    points: Mapping[str, tuple[Point, ...]]
    """By cluster, oldest first."""
    unread: tuple[tuple[str, Stretch], ...] = ()
    """Why the history of alerts could not be read, and when."""

    @property
    def still_real(self) -> tuple[Case, ...]:
        """What was real at the end."""
        return tuple(each for each in self.real if each.until is None)
