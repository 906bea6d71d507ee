"""Prometheus samples, series and alerting rules."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tui.model.labels import Labels


class Sample(Struct, frozen=True, gc=False):
    """One value of one series; NaN and infinities are kept."""

    labels: Labels
    at: float
    """Unix seconds, to the millisecond."""
    value: float


class Series(Struct, frozen=True, gc=False):
    """One series over time. Steps without a sample are simply not there."""

    labels: Labels
    points: tuple[tuple[float, float], ...]
    """(unix seconds, value), oldest first."""


class RuleAlert(Struct, frozen=True, gc=False):
    """An alert where it is evaluated: pending ones too, no external labels."""

    labels: Labels
    annotations: Labels
    state: str
    """`pending` or `firing`; newer servers may say more."""
    active_at: datetime | None
    value: str

    def may_be(self, labels: Labels) -> bool:
        """Whether it may be an alert with these labels: who sends it adds some."""
        return self.labels.items() <= labels.items()


class Rule(Struct, frozen=True, gc=False):
    """An alerting rule. Names repeat: its key is (file, group, position)."""

    file: str
    group: str
    position: int
    name: str
    query: str
    state: str
    health: str
    """`ok`, `err` or `unknown`; an `err` rule keeps alerts that mean nothing."""
    last_error: str
    duration_seconds: float
    labels: Labels
    annotations: Labels
    alerts: tuple[RuleAlert, ...]
    evaluated_at: datetime | None = None
    """The last time; None before the first."""
    interval_seconds: float = 0.0
    """Between two evaluations; 0 when not told."""


class Ruler(Struct, frozen=True, gc=False):
    """A server that evaluates alerting rules, for the clusters that it serves."""

    endpoint: str
    clusters: tuple[str, ...]
    rules: tuple[Rule, ...] | None = None
    """None until it has answered."""
    external: Labels | None = None
    """What is added to its alerts on the way to Alertmanager; None when not known."""
    unsure: frozenset[str] = frozenset()
    """Names that may be added too, with a value that nobody can tell."""
