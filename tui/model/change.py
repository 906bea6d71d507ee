"""What happened to an alert while it fired: an episode is the sum of its changes.

Times are those of the servers where they tell one. What nobody saw happen lies between
two times: `after` and `at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from tui.model.alert import JudgedAlert, Verdict
from tui.model.labels import Labels
from tui.model.silence import SilenceNote


@dataclass(frozen=True, slots=True)
class EpisodeKey:
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


@dataclass(frozen=True, slots=True)
class When:
    """When something became so; at the latest, if `after` is given."""

    at: datetime
    after: datetime | None = None
    """Nobody was looking between this and `at`."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a change is about."""

    key: EpisodeKey
    cluster: str
    """Empty when it belongs to no configured cluster."""
    labels: Labels

    @property
    def name(self) -> str:
        """The `alertname` label."""
        return self.labels.get("alertname", "")


@dataclass(frozen=True, slots=True)
class Began:
    """It was seen for the first time; `Change.at` is when it began."""

    verdict: Verdict
    reason: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Turned:
    """Its verdict changed."""

    was: Verdict
    verdict: Verdict
    reason: str
    claim: str = ""
    """The piece of evidence that turned it; empty when it rests on none."""
    source: str = ""
    """Who said so."""


@dataclass(frozen=True, slots=True)
class Silenced:
    """A silence began to cover it."""

    silence: SilenceNote


@dataclass(frozen=True, slots=True)
class SilenceEnded:
    """A silence covers it no longer."""

    silence: SilenceNote
    is_still_silenced: bool
    """By another one."""


@dataclass(frozen=True, slots=True)
class Inhibited:
    """Another alert began to keep it quiet."""

    by: tuple[str, ...]
    """Names of alerts, or fingerprints of those that are not listed."""


@dataclass(frozen=True, slots=True)
class InhibitionEnded:
    """No other alert keeps it quiet any longer."""


@dataclass(frozen=True, slots=True)
class Ended:
    """It fires no longer."""

    verdict: Verdict
    """What was last said of it."""


What: TypeAlias = (
    Began | Turned | Silenced | SilenceEnded | Inhibited | InhibitionEnded | Ended
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened."""

    subject: Subject
    at: datetime
    """When; at the latest, if `after` is given."""
    what: What
    after: datetime | None = None
    """Nobody was looking between this and `at`; None: it was seen as it happened."""
