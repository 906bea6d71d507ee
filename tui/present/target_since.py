"""Since when a target is as it is: from what was seen, remembered and alerted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui.model.alert import JudgedAlert
from tui.model.fault import Fault
from tui.model.kept import once
from tui.model.target import Health, Since, TargetRow
from tui.model.target_past import Past
from tui.present.units import age, moment

_DOWN = "TargetDown"
Alerted = Mapping[tuple[str, str], datetime]
"""Since when a job, or one instance of it, is alerted as down."""


def alerted(alerts: Sequence[JudgedAlert]) -> Alerted:
    """What the alerts of a cluster say; the instance is empty for a whole job."""
    return once(alerts, _alerted)


def _alerted(alerts: Sequence[JudgedAlert]) -> Alerted:
    found: dict[tuple[str, str], datetime] = {}
    for each in alerts:
        labels = each.alert.labels
        if each.alert.name == _DOWN and labels.get("job"):
            key = labels["job"], labels.get("instance", "")
            found[key] = min(each.alert.starts_at, found.get(key, each.alert.starts_at))
    return found


def since_of(
    row: TargetRow, past: Past | Fault | None, alerts: Alerted, *, is_alone: bool
) -> Since | None:
    """The best that is known; None when nothing is.

    is_alone    no other target has its job: what is alerted of the job is its own
    """
    seen = row.since
    if seen is not None and seen.is_exact:
        return seen
    told = past.since(row.health) if isinstance(past, Past) else None
    if told is not None and told.is_exact:
        # We watched it longer than the steps can tell.
        return Since(min(told.at, seen.at)) if seen else told
    began = [each.at for each in (seen, told) if each is not None]
    if row.health is Health.DOWN:
        fired = alerts.get((row.job, row.instance))
        if fired is None and is_alone:
            fired = alerts.get((row.job, ""))
        began += [fired] if fired else []
    return Since(min(began), is_exact=False) if began else None


def since_text(since: Since | None, now: datetime) -> str:
    """How long: `4m`, or `>4m` when it may be longer; empty when nobody knows."""
    if since is None:
        return ""
    return age(since.at, now) if since.is_exact else f">{age(since.at, now)}"


def since_words(since: Since | None, now: datetime) -> str:
    """The same with its moment, in full."""
    if since is None:
        return "not known"
    if since.is_exact:
        return f"{age(since.at, now)}, since {moment(since.at)} UTC"
    return f"{age(since.at, now)} or longer: so already at {moment(since.at)} UTC"
