"""The alerts that the lab's Alertmanager holds, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote_plus

from msgspec import Struct

from tui.lab.matchers import Matcher, all_match
from tui.lab.rules import EXTERNAL_LABELS, AlertRule, RaisedAlert
from tui.lab.silences import Silences
from tui.lab.world import World

RESEND = timedelta(seconds=30)
_LATE = timedelta(seconds=200)
# Prometheus says: unless I speak again, it ended four intervals from now.
_EXPIRES_AFTER = timedelta(minutes=4)
_PROMETHEUS = "http://prometheus.monit.internal:9090"
_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


class SentAlert(Struct, frozen=True):
    """A firing alert as Prometheus or Loki's ruler sent it."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime
    generator_url: str
    quiet_for: timedelta = timedelta(0)  # its sender has not spoken for so long

    @property
    def fingerprint(self) -> str:
        """FNV-1a over the sorted labels, 16 hex digits."""
        return fingerprint(self.labels)


def fingerprint(labels: Mapping[str, str]) -> str:
    """An alert's identity: each label as `name 0xff value 0xff`, hashed."""
    return _hashed(tuple(sorted(labels.items())))


@lru_cache(maxsize=50_000)
def _hashed(labels: tuple[tuple[str, str], ...]) -> str:
    value = _FNV_OFFSET
    for name, text in labels:
        for byte in f"{name}\0{text}\0".encode().replace(b"\0", b"\xff"):
            value = (value ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def from_prometheus(world: World) -> Iterator[SentAlert]:
    """What Prometheus sends: firing, and with its external labels added."""
    faults = world.faults
    if faults.has("alerts-unwired") or faults.has("alerts-lost"):
        return  # what was sent before has expired
    estate = world.estate()
    for rule in world.rules:
        if rule.name == "Watchdog" and faults.has("watchdog-rule-fails"):
            continue  # a rule that fails keeps its alerts, and sends them no more
        for alert in world.raised(rule, estate):
            if alert.is_firing:
                yield _sent(world, rule, alert)


def _sent(world: World, rule: AlertRule, alert: RaisedAlert) -> SentAlert:
    url = f"{_PROMETHEUS}/graph?g0.expr={quote_plus(rule.query)}&g0.tab=1"
    labels = {**EXTERNAL_LABELS, **alert.labels}
    started_at = world.when(alert.starts_at)
    quiet = _LATE if world.faults.has("alerts-late") else timedelta(0)
    return SentAlert(labels, alert.annotations, started_at, url, quiet)


def resent_at(now: datetime, alert: SentAlert) -> datetime:
    """When it was last sent: on its own 30 s grid, which moves on."""
    since = now - alert.quiet_for - alert.starts_at
    return alert.starts_at + since // RESEND * RESEND


def expires_at(now: datetime, alert: SentAlert) -> datetime:
    """When it will be taken for resolved unless it is sent again."""
    return resent_at(now, alert) + _EXPIRES_AFTER


class _Inhibition(Struct, frozen=True):
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()


def _is(name: str, operator: str, value: str) -> tuple[Matcher, ...]:
    return (Matcher(name, operator, value),)


_SAME = ("namespace", "alertname")
# kube-prometheus' rules; a label that both sides lack counts as equal.
_INHIBITIONS: tuple[_Inhibition, ...] = (
    _Inhibition(
        _is("severity", "=", "critical"), _is("severity", "=~", "warning|info"), _SAME
    ),
    _Inhibition(_is("severity", "=", "warning"), _is("severity", "=", "info"), _SAME),
    _Inhibition(
        _is("alertname", "=", "InfoInhibitor"),
        _is("severity", "=", "info"),
        ("namespace",),
    ),
)


class Inhibitors:
    """The alerts that may inhibit others, by what both must have in common."""

    def __init__(self, alerts: Sequence[SentAlert]) -> None:
        self._sources: dict[tuple[object, ...], list[SentAlert]] = {}
        for rule in _INHIBITIONS:
            for source in alerts:
                if all_match(rule.source, source.labels):
                    key = _common(rule, source)
                    self._sources.setdefault(key, []).append(source)

    def of(self, alert: SentAlert) -> list[str]:
        """The fingerprint of one alert that inhibits this one, or none."""
        for rule in _INHIBITIONS:
            if not all_match(rule.target, alert.labels):
                continue
            for source in self._sources.get(_common(rule, alert), ()):
                if source is not alert:
                    return [source.fingerprint]
        return []


def _common(rule: _Inhibition, alert: SentAlert) -> tuple[object, ...]:
    values = (alert.labels.get(name, "") for name in rule.equal)
    return _INHIBITIONS.index(rule), *values


class Route(Struct, frozen=True):
    """Where alerts go, and what they are grouped by."""

    receiver: str
    matchers: tuple[Matcher, ...]
    group_by: tuple[str, ...] = ("alertname", "cluster", "job")
    goes_on: bool = False


ROUTES: tuple[Route, ...] = (
    Route("null", _is("alertname", "=~", "InfoInhibitor|Watchdog")),
    Route("homelab-critical", _is("severity", "=", "critical"), goes_on=True),
    Route(
        "homelab-webhook",
        _is("severity", "=~", "warning|critical"),
        ("alertname", "cluster", "job", "namespace"),
    ),
)
_DEFAULT = Route("null", ())
RECEIVERS = ("null", "homelab-webhook", "homelab-critical")


def routes_of(alert: SentAlert) -> list[Route]:
    """Every route that an alert takes; the default one when it takes none."""
    taken = []
    for route in ROUTES:
        if all_match(route.matchers, alert.labels):
            taken.append(route)
            if not route.goes_on:
                break
    return taken or [_DEFAULT]


class Held(Struct, frozen=True):
    """An alert with everything that Alertmanager says about it."""

    alert: SentAlert
    silenced_by: list[str]
    inhibited_by: list[str]
    routes: list[Route]

    @property
    def state(self) -> str:
        """`suppressed` is silenced or inhibited."""
        return "suppressed" if self.silenced_by or self.inhibited_by else "active"

    def body(self, now: datetime) -> Mapping[str, object]:
        """The wire form."""
        return {
            "annotations": dict(sorted(self.alert.annotations.items())),
            "endsAt": milliseconds(expires_at(now, self.alert)),
            "fingerprint": self.alert.fingerprint,
            "receivers": [{"name": route.receiver} for route in self.routes],
            "startsAt": milliseconds(self.alert.starts_at),
            "status": {
                "inhibitedBy": self.inhibited_by,
                "silencedBy": self.silenced_by,
                "state": self.state,
            },
            "updatedAt": milliseconds(resent_at(now, self.alert)),
            "generatorURL": self.alert.generator_url,
            "labels": dict(sorted(self.alert.labels.items())),
        }


def hold(
    world: World,
    silences: Silences,
    loki_alerts: Callable[[], Sequence[SentAlert]],
) -> list[Held]:
    """All alerts by fingerprint, with what mutes them right now."""
    now = world.now()
    alerts = [*from_prometheus(world), *loki_alerts()]
    inhibitors = Inhibitors(alerts)
    held = [
        Held(
            alert,
            silences.silencing(alert.labels, now),
            inhibitors.of(alert),
            routes_of(alert),
        )
        for alert in alerts
    ]
    return sorted(held, key=lambda one: one.alert.fingerprint)


def milliseconds(instant: datetime) -> str:
    """An instant as Alertmanager writes it: exactly three digits."""
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
