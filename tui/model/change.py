"""What happened to an alert while it fired: an episode is the sum of its changes.

Times are those of the servers where they tell one. What nobody saw happen lies between
two times: `after` and `at`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from tui.model.alert import JudgedAlert, Verdict
from tui.model.labels import Labels
from tui.model.silence import SilenceNote


class EpisodeKey(Struct, frozen=True, gc=False):
    """One time of firing: the same alert that fires anew is another episode."""

    endpoint: str
    """The Alertmanager that lists it: a URL without secrets."""
    fingerprint: str
    starts_at: datetime

    @property
    def name(self) -> AlertName:
        """What all episodes of this alert have in common."""
        return self.endpoint, self.fingerprint


AlertName: TypeAlias = tuple[str, str]
"""Endpoint and fingerprint: one alert, whenever it fires."""


def name_of(judged: JudgedAlert) -> AlertName:
    """What tells an alert from all others: two servers may list the same one."""
    return judged.endpoint, judged.alert.fingerprint


def key_of(judged: JudgedAlert) -> EpisodeKey:
    """The episode that an alert is in."""
    alert = judged.alert
    return EpisodeKey(judged.endpoint, alert.fingerprint, alert.starts_at)


class When(Struct, frozen=True, gc=False):
    """When something became so; at the latest, if `after` is given."""

    at: datetime
    after: datetime | None = None
    """Nobody was looking between this and `at`."""


class Subject(Struct, frozen=True, gc=False):
    """Whom a change is about."""

    key: EpisodeKey
    cluster: str
    """Empty when it belongs to no configured cluster."""
    labels: Labels

    @property
    def name(self) -> str:
        """The `alertname` label."""
        return self.labels.get("alertname", "")


class Began(Struct, frozen=True, gc=False):
    """It was seen for the first time; `Change.at` is when it began."""

    verdict: Verdict
    reason: str
    seen_at: datetime


class Turned(Struct, frozen=True, gc=False):
    """Its verdict changed."""

    was: Verdict
    verdict: Verdict
    reason: str
    claim: str = ""
    """The piece of evidence that turned it; empty when it rests on none."""
    source: str = ""
    """Who said so."""


class Silenced(Struct, frozen=True, gc=False):
    """A silence began to cover it."""

    silence: SilenceNote


class SilenceEnded(Struct, frozen=True, gc=False):
    """A silence covers it no longer."""

    silence: SilenceNote
    is_still_silenced: bool
    """By another one."""


class Inhibited(Struct, frozen=True, gc=False):
    """Another alert began to keep it quiet."""

    by: tuple[str, ...]
    """Names of alerts, or fingerprints of those that are not listed."""


class InhibitionEnded(Struct, frozen=True, gc=False):
    """No other alert keeps it quiet any longer."""


class Ended(Struct, frozen=True, gc=False):
    """It fires no longer."""

    verdict: Verdict
    """What was last said of it."""


What: TypeAlias = (
    Began | Turned | Silenced | SilenceEnded | Inhibited | InhibitionEnded | Ended
)


class Change(Struct, frozen=True, gc=False):
    """One thing that happened."""

    subject: Subject
    at: datetime
    """When; at the latest, if `after` is given."""
    what: What
    after: datetime | None = None
    """Nobody was looking between this and `at`; None: it was seen as it happened."""
