"""Prometheus' JSON, and how it becomes the model. Knows no HTTP."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec
from msgspec.structs import replace

from tui.model.kept import Kept
from tui.model.metric import Rule, RuleAlert, Sample, Series
from tui.sources.wire import utc

T = TypeVar("T")

_UNIT_SECONDS = {
    "y": 31_536_000.0,
    "w": 604_800.0,
    "d": 86_400.0,
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 0.001,
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[ywdhms])")
_LONGEST_DURATION = 64


class Wire(msgspec.Struct, rename="camel"):
    """Maps and lists may be null (Go's nil); texts and numbers may be missing."""


class RuleAlertWire(Wire):
    """An alert inside a rule."""

    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    state: str = ""
    active_at: datetime | None = None
    value: str = ""


class RuleWire(Wire):
    """A rule of either type."""

    type: str = ""
    name: str = ""
    query: str = ""
    state: str = ""
    health: str = ""
    last_error: str = ""
    duration: float = 0.0
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    alerts: list[msgspec.Raw] | None = None
    last_evaluation: datetime | None = None


class GroupWire(Wire):
    """A rule group."""

    name: str = ""
    file: str = ""
    rules: list[RuleWire] | None = None
    interval: float = 0.0


class GroupsWire(Wire):
    """Data of /rules."""

    groups: list[GroupWire] | None


class RuntimeWire(Wire):
    """Data of /status/runtimeinfo."""

    start_time: datetime | None = None


class AlertmanagerWire(Wire):
    """One that alerts are sent to."""

    url: str = ""


class AlertmanagersWire(Wire):
    """Data of /alertmanagers."""

    active_alertmanagers: list[AlertmanagerWire] | None


class SeriesWire(Wire):
    """One element of a vector or a matrix."""

    metric: dict[str, str] | None = None
    value: tuple[float, str] | None = None
    """Missing in native histograms, which have no one value."""
    values: list[tuple[float, str]] | None = None


class ResultWire(Wire):
    """Data of /query and /query_range."""

    result_type: str
    result: msgspec.Raw


class Envelope(Wire, Generic[T]):
    """Around every answer. An error has another status than 200 and never gets here."""

    data: T
    warnings: list[str] | None = None
    is_partial: bool = False
    """VictoriaMetrics: a part of its storage did not answer."""


GROUPS = msgspec.json.Decoder(Envelope[GroupsWire])
ALERTMANAGERS = msgspec.json.Decoder(Envelope[AlertmanagersWire])
RUNTIME = msgspec.json.Decoder(Envelope[RuntimeWire])
RESULT = msgspec.json.Decoder(Envelope[ResultWire])
SERIES = msgspec.json.Decoder(list[SeriesWire])
SCALAR = msgspec.json.Decoder(tuple[float, str])
_RULE_ALERT = msgspec.json.Decoder(RuleAlertWire)


def rules(answer: Envelope[GroupsWire]) -> tuple[Rule, ...]:
    """All alerting rules, in the server's order; the position counts those alone."""
    return Kept(
        _rule(group, position, one)
        for group in answer.data.groups or ()
        for position, one in enumerate(
            one for one in group.rules or () if one.type == "alerting"
        )
    )


def timed_rules(answer: Envelope[GroupsWire]) -> tuple[Rule, ...]:
    """The same, with the time of the last evaluation: none is equal for long."""
    wires = [
        (group, one)
        for group in answer.data.groups or ()
        for one in group.rules or ()
        if one.type == "alerting"
    ]
    return tuple(
        replace(
            rule,
            evaluated_at=utc(one.last_evaluation),
            interval_seconds=group.interval,
        )
        for rule, (group, one) in zip(rules(answer), wires, strict=True)
    )


def _rule(group: GroupWire, position: int, wire: RuleWire) -> Rule:
    """An alerting rule with its alerts."""
    return Rule(
        file=group.file,
        group=group.name,
        position=position,
        name=wire.name,
        query=wire.query,
        state=wire.state,
        health=wire.health,
        last_error=wire.last_error,
        duration_seconds=wire.duration,
        labels=wire.labels or {},
        annotations=wire.annotations or {},
        alerts=tuple(_rule_alert(_RULE_ALERT.decode(x)) for x in wire.alerts or ()),
    )


def _rule_alert(wire: RuleAlertWire) -> RuleAlert:
    return RuleAlert(
        labels=wire.labels or {},
        annotations=wire.annotations or {},
        state=wire.state,
        active_at=utc(wire.active_at),
        value=wire.value,
    )


def samples(vector: list[SeriesWire]) -> tuple[Sample, ...]:
    """Ordered by label set.

    raise   ValueError when a value is no number
    """
    found = [
        Sample(wire.metric or {}, wire.value[0], float(wire.value[1]))
        for wire in vector
        if wire.value is not None
    ]
    return tuple(sorted(found, key=lambda sample: sorted(sample.labels.items())))


def series(matrix: list[SeriesWire]) -> tuple[Series, ...]:
    """Ordered by label set.

    raise   ValueError when a value is no number
    """
    found = [
        Series(
            wire.metric or {},
            tuple((at, float(value)) for at, value in wire.values or ()),
        )
        for wire in matrix
    ]
    return tuple(sorted(found, key=lambda one: sorted(one.labels.items())))


@lru_cache(maxsize=1024)
def duration_seconds(text: str) -> float:
    """Prometheus' duration, such as 1m30s; 0 for what is none."""
    if len(text) > _LONGEST_DURATION:
        return 0.0
    return sum(
        float(number) * _UNIT_SECONDS[unit] for number, unit in _DURATION.findall(text)
    )
