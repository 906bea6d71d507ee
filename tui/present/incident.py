"""What is wrong in all clusters, the worst first, and since when it is an incident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from tui.model.alert import JudgedAlert, Verdict
from tui.model.finding import Finding
from tui.model.fleet import Fleet
from tui.present import alerts

STANDING = timedelta(days=1)
"""What began so long before everything else belongs to no incident."""
_WRONG = (Verdict.REAL, Verdict.UNDECIDED)


class Trouble(Struct, frozen=True, gc=False):
    """An alert or a finding that a person should look at."""

    about: JudgedAlert | Finding
    cluster: str
    """Empty when it belongs to no configured cluster."""
    name: str
    why: str
    since: datetime | None

    @property
    def verdict(self) -> Verdict:
        """What we say of it."""
        return self.about.verdict

    @property
    def is_real(self) -> bool:
        """Whether that is that it is real."""
        return self.verdict is Verdict.REAL

    @property
    def is_hidden(self) -> bool:
        """Whether it is real, kept quiet, and news to everybody."""
        return isinstance(self.about, JudgedAlert) and self.about.concealed is not None

    @property
    def is_quiet(self) -> bool:
        """Whether somebody has silenced it, and nothing says that it is news."""
        about = self.about
        if not isinstance(about, JudgedAlert):
            return False
        return about.is_silenced and not self.is_hidden

    @property
    def severity(self) -> str:
        """The label of an alert; empty for a finding."""
        about = self.about
        return about.alert.severity if isinstance(about, JudgedAlert) else ""


class Incident(Struct, frozen=True, gc=False):
    """What is real at one time."""

    troubles: tuple[Trouble, ...]
    """All that is real and that nobody has silenced knowingly."""
    since: datetime | None
    """When the first of them began that belongs to it; None when nobody knows."""
    standing: int
    """How many of them had lasted for a day or longer before that."""


def troubles(fleet: Fleet) -> tuple[Trouble, ...]:
    """What is real and what may be, the worst first."""
    return tuple(sorted(_troubles(fleet), key=_rank))


def _troubles(fleet: Fleet) -> Iterator[Trouble]:
    found = [(each.name, each.alerts or ()) for each in fleet.clusters]
    for cluster, judged in (*found, ("", fleet.unassigned_alerts)):
        for one in judged:
            if one.verdict in _WRONG:
                name, since = one.alert.name, one.matters_since
                yield Trouble(one, cluster, name, alerts.reason(one), since)
    for each in fleet.clusters:
        for finding in each.findings:
            if finding.verdict in _WRONG:
                title, why = finding.title, finding.detail
                yield Trouble(finding, each.name, title, why, finding.since)


def _rank(trouble: Trouble) -> tuple[object, ...]:
    """Hidden before real before unsure; quiet behind its like; the newest first."""
    since = trouble.since.timestamp() if trouble.since else 0.0
    return (
        not trouble.is_hidden,
        not trouble.is_real,
        trouble.is_quiet,
        {"critical": 0, "": 1}.get(trouble.severity, 2),
        -since,
        trouble.cluster,
        trouble.name,
    )


def incident(found: Sequence[Trouble]) -> Incident | None:
    """What goes on; None when nothing is real, or all of it is silenced knowingly.

    It began when the first thing did of which none began a day or longer after the one
    before it.
    """
    real = tuple(each for each in found if each.is_real and not each.is_quiet)
    if not real:
        return None
    times = sorted((each.since for each in real if each.since), reverse=True)
    since = times[0] if times else None
    for at in times[1:]:
        if since is None or since - at >= STANDING:
            break
        since = at
    old = sum(bool(since and each.since and each.since < since) for each in real)
    return Incident(real, since, old)
