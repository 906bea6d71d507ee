"""Hand-made moments of a record, of an estate that is in trouble for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from tests.estate import kernel_entries, make_fleet
from tests.judged import NOW
from tui.model.alert import Verdict
from tui.model.change import Change, Ended, Subject, Turned, key_of
from tui.model.fleet import Fleet
from tui.model.taped import Taped, TapedLog, TapedMemory
from tui.report.values import Stretch

BEGIN = NOW - timedelta(minutes=5)
END = NOW + timedelta(minutes=5)
SPAN = Stretch(BEGIN, END)
CALM_FROM = END - timedelta(minutes=2)


def calm(fleet: Fleet) -> Fleet:
    """The fleet without anything wrong."""
    clusters = tuple(
        replace(each, alerts=(), findings=(), log_findings=(), traces=())
        for each in fleet.clusters
    )
    return replace(fleet, clusters=clusters, unassigned_alerts=())


def turned(was: Verdict, verdict: Verdict, at: datetime, why: str = "") -> Change:
    """The BTRFS alert of prod turns."""
    return Change(subject(), at, Turned(was, verdict, why))


def ended(at: datetime) -> Change:
    """It ends."""
    return Change(subject(), at, Ended(Verdict.REAL))


def subject() -> Subject:
    """That alert."""
    judged = next(
        each
        for each in make_fleet().clusters[0].alerts or ()
        if each.alert.name == "BTRFSCorruptionDetected"
    )
    return Subject(key_of(judged), "prod", judged.alert.labels)


def taped(at: datetime, fleet: Fleet, changes: Sequence[Change] = ()) -> Taped:
    """A moment with the kernel lines of prod."""
    logs = {"prod": TapedLog(kernel_entries("prod"))}
    return Taped(at, fleet, TapedMemory(tuple(changes)), logs)


def moments(fleet: Fleet | None = None) -> list[Taped]:
    """Trouble for eight minutes, then calm; a moment each ten seconds."""
    sick = fleet or make_fleet()
    well, change = calm(sick), (ended(CALM_FROM),)
    times = (BEGIN + timedelta(seconds=10 * number) for number in range(61))
    return [
        taped(at, sick) if at < CALM_FROM else taped(at, well, change) for at in times
    ]
