"""The lab's Prometheus: the HTTP API of version 2.42, one for all three clusters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby

from aiohttp import web

from tui.lab import crowd_targets
from tui.lab.estate import LabTarget
from tui.lab.http import faulty, rfc3339, text_answer
from tui.lab.prometheus_api import (
    Encoded,
    bad_parameter,
    compact,
    enveloped,
    joined,
)
from tui.lab.prometheus_query import QueryApi
from tui.lab.rules import AlertRule, RaisedAlert
from tui.lab.scrape_time import TIMEOUT_SECONDS, scrape_seconds
from tui.lab.world import World

_EVALUATION = timedelta(seconds=10)
_RULES_FILE = "/etc/prometheus/rules/kube-prometheus-stack.yaml"
_STARTED_BEFORE = timedelta(days=6)
_RULE_ERROR = "query timed out in expression evaluation"


class Prometheus:
    """The API over a world. `alertmanager_url` is where it says it sends alerts."""

    def __init__(self, world: World, alertmanager_url: str = "") -> None:
        self._world = world
        self._queries = QueryApi(world)
        self.alertmanager_url = alertmanager_url

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(middlewares=[faulty(self._world, "prometheus")])
        for name, answer in (
            ("targets", self.targets),
            ("scrape_pools", self.scrape_pools),
            ("alerts", self.alerts),
            ("rules", self.rules),
            ("alertmanagers", self.alertmanagers),
            ("status/buildinfo", self.build_info),
            ("status/runtimeinfo", self.runtime_info),
        ):
            app.router.add_get(f"/api/v1/{name}", enveloped(answer))
        self._queries.add_routes(app)
        app.router.add_get("/-/healthy", _says("Prometheus Server is Healthy.\n"))
        app.router.add_get("/-/ready", _says("Prometheus Server is Ready.\n"))
        app.router.add_get("/", _redirect)
        return app

    def targets(self, asked: Mapping[str, str]) -> object:
        """GET /targets: an unknown state or pool is no error, and finds nothing."""
        estate = self._world.estate()
        state, pool = asked.get("state", "any").lower(), asked.get("scrapePool", "")
        active = [
            self._target(one)
            for one in estate.targets
            if pool in ("", one.pool) and state in ("", "any", "active")
        ]
        dropped = [
            {"discoveredLabels": labels}
            for labels in estate.dropped_targets
            if pool in ("", labels["job"]) and state in ("", "any", "dropped")
        ]
        crowd: Iterable[bytes] = ()
        if state in ("", "any", "active"):
            crowd = crowd_targets.listed(self._world.crowd, self._world.now(), pool)
        return Encoded(
            chain(
                (b'{"activeTargets":[',),
                joined(chain(map(compact, active), crowd)),
                (b'],"droppedTargets":', compact(dropped), b"}"),
            )
        )

    def _target(self, target: LabTarget) -> Mapping[str, object]:
        scraped_at = self._scraped_at(target)
        offset = self._world.clock.offset(scraped_at)
        outage = target.outage(offset)
        labels = dict(sorted(target.labels.items()))
        url = self._world.real(target.scrape_url)
        scheme, _, rest = url.partition("://")
        address, _, path = rest.partition("/")
        return {
            "discoveredLabels": {
                "__address__": address,
                "__metrics_path__": f"/{path}",
                "__scheme__": scheme,
                "__scrape_interval__": f"{target.interval_seconds}s",
                "__scrape_timeout__": f"{TIMEOUT_SECONDS}s",
                **labels,
            },
            "labels": labels,
            "scrapePool": target.pool,
            "scrapeUrl": url,
            "globalUrl": url,
            "lastError": self._world.real(outage.error) if outage else "",
            "lastScrape": rfc3339(scraped_at),
            "lastScrapeDuration": scrape_seconds(target, offset, outage),
            "health": "down" if outage else "up",
            "scrapeInterval": f"{target.interval_seconds}s",
            "scrapeTimeout": f"{TIMEOUT_SECONDS}s",
        }

    def _scraped_at(self, target: LabTarget) -> datetime:
        """Each target has its own phase in the interval, as in Prometheus."""
        phase = timedelta(milliseconds=sum(target.labels["instance"].encode()) * 731)
        return _on_grid(
            self._world.now(), timedelta(seconds=target.interval_seconds), phase
        )

    def scrape_pools(self, _: Mapping[str, str]) -> object:
        """GET /scrape_pools: also those without an active target."""
        estate = self._world.estate()
        pools = {one.pool for one in estate.targets}
        pools |= {labels["job"] for labels in estate.dropped_targets}
        pools |= set(crowd_targets.pools(self._world.crowd))
        return {"scrapePools": sorted(pools)}

    def alerts(self, _: Mapping[str, str]) -> object:
        """GET /alerts: pending and firing."""
        rules = self._world.rules
        alerts = (one for rule in rules for one in self._world.raised(rule))
        return {"alerts": [self._alert(one) for one in alerts]}

    def _alert(self, alert: RaisedAlert) -> Mapping[str, object]:
        return {
            "labels": dict(sorted(alert.labels.items())),
            "annotations": dict(sorted(alert.annotations.items())),
            "state": "firing" if alert.is_firing else "pending",
            "activeAt": rfc3339(self._world.when(alert.active_at)),
            "value": scientific(alert.value),
        }

    def rules(self, asked: Mapping[str, str]) -> object:
        """GET /rules: groups by name; the lab has no recording rules."""
        kind = asked.get("type", "")
        if kind not in ("", "alert", "record"):
            raise bad_parameter("type", f'not supported value "{kind}"')
        evaluated_at = rfc3339(_on_grid(self._world.now(), _EVALUATION))
        groups = []
        ordered = sorted(self._world.rules, key=lambda rule: rule.group)
        for name, members in groupby(ordered, key=lambda rule: rule.group):
            rules = [self._rule(rule, evaluated_at) for rule in members]
            groups.append(
                {
                    "name": name,
                    "file": _RULES_FILE,
                    "rules": [] if kind == "record" else rules,
                    "interval": 10,
                    "limit": 0,
                    "evaluationTime": 0.000854,
                    "lastEvaluation": evaluated_at,
                }
            )
        return {"groups": groups}

    def _rule(self, rule: AlertRule, evaluated_at: str) -> Mapping[str, object]:
        alerts = self._world.raised(rule)
        state = "pending" if alerts else "inactive"
        if any(alert.is_firing for alert in alerts):
            state = "firing"
        fails = rule.name == "Watchdog" and self._world.faults.has(
            "watchdog-rule-fails"
        )
        error = {"lastError": _RULE_ERROR} if fails else {}
        return {
            **error,
            "state": state,
            "name": rule.name,
            "query": rule.query,
            "duration": rule.hold.total_seconds(),
            "keepFiringFor": 0,
            "labels": dict(sorted(rule.labels.items())),
            "annotations": rule.annotations,
            "alerts": [self._alert(alert) for alert in alerts],
            "health": "err" if fails else "ok",
            "evaluationTime": 0.000213,
            "lastEvaluation": evaluated_at,
            "type": "alerting",
        }

    def alertmanagers(self, _: Mapping[str, str]) -> object:
        """GET /alertmanagers."""
        url = f"{self.alertmanager_url}/api/v2/alerts"
        wired = [] if self._world.faults.has("alerts-unwired") else [{"url": url}]
        return {"activeAlertmanagers": wired, "droppedAlertmanagers": []}

    def build_info(self, _: Mapping[str, str]) -> object:
        """GET /status/buildinfo."""
        return {
            "version": "2.42.0",
            "revision": "225c61122d88b01d1f0eaaee0e05b6f3e0567ac0",
            "branch": "HEAD",
            "buildUser": "root@lab",
            "buildDate": "20230201-07:53:32",
            "goVersion": "go1.19.5",
        }

    def runtime_info(self, _: Mapping[str, str]) -> object:
        """GET /status/runtimeinfo."""
        started_at = self._world.when(-_STARTED_BEFORE)
        return {
            "startTime": rfc3339(started_at),
            "CWD": "/prometheus",
            "reloadConfigSuccess": True,
            "lastConfigTime": rfc3339(started_at, digits=0),
            "corruptionCount": 0,
            "goroutineCount": 70,
            "GOMAXPROCS": 2,
            "GOGC": "",
            "GODEBUG": "",
            "storageRetention": "15d",
        }


def _says(text: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(_: web.Request) -> web.Response:
        return text_answer(text)

    return handle


async def _redirect(_: web.Request) -> web.Response:
    raise web.HTTPFound("/graph")


def _on_grid(
    now: datetime, interval: timedelta, phase: timedelta = timedelta(0)
) -> datetime:
    """The last moment at or before now that lies on a grid of that interval."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return now - (now - epoch - phase) % interval


def scientific(value: float) -> str:
    """An alert's value: as few digits as needed, and an exponent."""
    mantissa, exponent = f"{value:.15e}".split("e")
    return f"{float(mantissa):g}e{exponent}"
