"""Silences with what they do now, the worst first, and views of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct

from tui.model.alert import JudgedAlert, Verdict
from tui.model.alertmanager import Disagreement
from tui.model.fleet import Fleet
from tui.model.memory import SilenceMemory
from tui.model.silence import Silence, SilenceState
from tui.present.silence_start import holder
from tui.silencing.upkeep import (
    IDLE,
    alerts_of,
    hidden_by,
    hides_real,
    idle_for,
    is_ending,
)
from widgets.values import Line, Span, Tone


class View(Enum):
    """Which silences are listed."""

    ACTIVE = "active"
    PENDING = "pending"
    EXPIRED = "expired"
    REAL = "hiding REAL"
    ENDING = "ending in 24h"
    IDLE = "hiding nothing"

    @property
    def short(self) -> str:
        """The same where there is little room."""
        return {View.REAL: "REAL", View.ENDING: "24h", View.IDLE: "idle"}.get(
            self, self.value
        )


NONE = {
    View.ACTIVE: "nothing is silenced; n writes a silence",
    View.PENDING: "no silence is pending, to begin later",
    View.EXPIRED: "no silence has expired that Alertmanager still keeps",
    View.REAL: "no silence hides anything that is real",
    View.ENDING: "no silence ends within 24 hours",
    View.IDLE: "no silence is there that hides nothing",
}
"""What is said of a view in which none is."""

VIEW_OF = {
    SilenceState.ACTIVE: View.ACTIVE,
    SilenceState.PENDING: View.PENDING,
    SilenceState.EXPIRED: View.EXPIRED,
}
"""The view in which a silence of a state is."""


class Kept(Struct, frozen=True, gc=False):
    """A silence, who has it, and what it does now."""

    silence: Silence
    cluster: str
    """One of its Alertmanager's; empty when nobody tells."""
    hidden: tuple[JudgedAlert, ...] = ()
    """As Alertmanager says; worst first."""
    idle: timedelta | None = None
    """For how long it is known to have hidden nothing."""
    disagreement: Disagreement | None = None
    """What its Alertmanager's peers do not agree about."""

    @property
    def real(self) -> tuple[JudgedAlert, ...]:
        """The real alerts that it hides."""
        return hides_real(self.hidden)


def kept(fleet: Fleet, memory: SilenceMemory, now: datetime) -> tuple[Kept, ...]:
    """All that are known; those that want looking after first, expired ones last."""
    hidden = hidden_by(alerts_of(fleet))
    found = []
    told: set[str] = set()
    for manager in fleet.alertmanagers:
        differing = {each.silence.id: each for each in manager.disagreements}
        place = (*manager.clusters, "")[0]
        for silence in manager.silences or ():
            mine = hidden.get(silence.id, ())
            idle = idle_for(silence, manager.endpoint, memory, mine, now)
            differs = differing.get(silence.id)
            found.append(Kept(silence, place, mine, idle, differs))
            told.add(silence.id)
    for silence in fleet.silences:
        if silence.id not in told:
            mine = hidden.get(silence.id, ())
            place = holder(fleet, silence.id) or _named(fleet, silence, mine)
            found.append(Kept(silence, place, mine))
    return tuple(sorted(found, key=lambda each: _rank(each, now)))


def _named(fleet: Fleet, silence: Silence, hidden: Sequence[JudgedAlert]) -> str:
    """A cluster whose Alertmanager should hold it, as far as can be told."""
    owners = [alert.cluster for alert in hidden if alert.cluster]
    named = [m.value for m in silence.matchers if fleet.cluster(m.value) is not None]
    return (*owners, *named, *(each.name for each in fleet.clusters), "")[0]


def _rank(each: Kept, now: datetime) -> tuple[int, float, str]:
    silence = each.silence
    ends = silence.ends_at.timestamp()
    if silence.state is SilenceState.EXPIRED:
        return 8, -ends, silence.id
    if silence.state is SilenceState.PENDING:
        return 7, silence.starts_at.timestamp(), silence.id
    worries = (
        bool(each.real),
        each.disagreement is not None,
        any(alert.verdict is Verdict.UNDECIDED for alert in each.hidden),
        is_ending(silence, now),
        each.idle is not None and each.idle >= IDLE,
        True,
    )
    return worries.index(True), ends, silence.id


def of_view(view: View, found: Iterable[Kept], now: datetime) -> tuple[Kept, ...]:
    """Those that belong to a view, in the order given."""
    return tuple(each for each in found if _is_in(view, each, now))


def _is_in(view: View, each: Kept, now: datetime) -> bool:
    state = each.silence.state
    match view:
        case View.REAL:
            return bool(each.real) and state is SilenceState.ACTIVE
        case View.ENDING:
            return is_ending(each.silence, now)
        case View.IDLE:
            return state is SilenceState.ACTIVE and not each.hidden
        case _:
            return VIEW_OF[state] is view


def choices(found: Sequence[Kept], now: datetime, *, is_wide: bool) -> tuple[Line, ...]:
    """Each view with its number of silences; hiding what is real is loud."""
    lines = []
    for place, view in enumerate(View, 1):
        number = len(of_view(view, found, now))
        is_loud = view is View.REAL and number > 0
        tone = Tone.CRITICAL if is_loud else Tone.TEXT if number else Tone.QUIET
        name = view.value if is_wide else view.short
        words = Span(f"{name} {number}", tone, bold=is_loud)
        lines.append((Span(f"{place} ", Tone.QUIET), words))
    return tuple(lines)
