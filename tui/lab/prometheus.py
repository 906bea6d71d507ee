"""The lab's Prometheus: the HTTP API of version 2.42, one for all three clusters."""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby

from aiohttp import web

from tui.lab.estate import LabTarget
from tui.lab.http import faulty, json_answer, rfc3339, text_answer
from tui.lab.matchers import Matcher, MatcherError
from tui.lab.prometheus_series import StorySeries
from tui.lab.promql import EvaluationError, Evaluator, Labels, Value
from tui.lab.promql_parser import Expression, ParseError, Selector, Text, parse, seconds
from tui.lab.rules import RULES, AlertRule, RaisedAlert, raised, raised_by_prometheus
from tui.lab.world import World

MAX_POINTS = 11_000
_EVALUATION = timedelta(seconds=10)
_RULES_FILE = "/etc/prometheus/rules/kube-prometheus-stack.yaml"
_STARTED_BEFORE = timedelta(days=6)


class ApiError(Exception):
    """An answer in Prometheus' error envelope."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.kind = status, kind


def _bad_data(reason: str) -> ApiError:
    return ApiError(400, "bad_data", reason)


def _bad_parameter(name: str, reason: object) -> ApiError:
    return _bad_data(f'invalid parameter "{name}": {reason}')


def _enveloped(
    answer: Callable[[Mapping[str, str]], object],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that reads the query and the form, and wraps data and errors."""

    async def handle(request: web.Request) -> web.Response:
        form = await request.post() if request.method == "POST" else {}
        fields = {key: str(value) for key, value in form.items()}
        try:
            data = answer({**request.query, **fields})
        except ApiError as error:
            body = {"status": "error", "errorType": error.kind, "error": str(error)}
            return json_answer(body, error.status)
        return json_answer({"status": "success", "data": data})

    return handle


class Prometheus:
    """The API over a world. `alertmanager_url` is where it says it sends alerts."""

    def __init__(self, world: World, alertmanager_url: str = "") -> None:
        self._world = world
        self._series = StorySeries(world)
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
            ("labels", self.labels),
            ("series", self.series),
            ("status/buildinfo", self.build_info),
            ("status/runtimeinfo", self.runtime_info),
        ):
            app.router.add_get(f"/api/v1/{name}", _enveloped(answer))
        for name, answer in (
            ("query", self.query),
            ("query_range", self.query_range),
            ("labels", self.labels),
            ("series", self.series),
        ):
            app.router.add_post(f"/api/v1/{name}", _enveloped(answer))
        app.router.add_get("/api/v1/query", _enveloped(self.query))
        app.router.add_get("/api/v1/query_range", _enveloped(self.query_range))
        app.router.add_get("/api/v1/label/{name}/values", self._label_values)
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
            if pool in ("", one.labels["job"]) and state in ("", "any", "active")
        ]
        dropped = [
            {"discoveredLabels": labels}
            for labels in estate.dropped_targets
            if pool in ("", labels["job"]) and state in ("", "any", "dropped")
        ]
        return {"activeTargets": active, "droppedTargets": dropped}

    def _target(self, target: LabTarget) -> Mapping[str, object]:
        scraped_at = self._scraped_at(target)
        outage = target.outage(self._world.clock.offset(scraped_at))
        labels = dict(sorted(target.labels.items()))
        scheme, _, rest = target.scrape_url.partition("://")
        address, _, path = rest.partition("/")
        return {
            "discoveredLabels": {
                "__address__": address,
                "__metrics_path__": f"/{path}",
                "__scheme__": scheme,
                "__scrape_interval__": f"{target.interval_seconds}s",
                "__scrape_timeout__": "4s",
                **labels,
            },
            "labels": labels,
            "scrapePool": labels["job"],
            "scrapeUrl": target.scrape_url,
            "globalUrl": target.scrape_url,
            "lastError": outage.error if outage else "",
            "lastScrape": rfc3339(scraped_at),
            "lastScrapeDuration": 0.011 + sum(address.encode()) % 97 / 10_000,
            "health": "down" if outage else "up",
            "scrapeInterval": f"{target.interval_seconds}s",
            "scrapeTimeout": "4s",
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
        pools = {one.labels["job"] for one in estate.targets}
        pools |= {labels["job"] for labels in estate.dropped_targets}
        return {"scrapePools": sorted(pools)}

    def alerts(self, _: Mapping[str, str]) -> object:
        """GET /alerts: pending and firing."""
        alerts = raised_by_prometheus(self._world.estate())
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
            raise _bad_parameter("type", f'not supported value "{kind}"')
        evaluated_at = rfc3339(_on_grid(self._world.now(), _EVALUATION))
        groups = []
        ordered = sorted(RULES, key=lambda rule: rule.group)
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
        alerts = raised(rule, self._world.estate())
        state = "pending" if alerts else "inactive"
        if any(alert.is_firing for alert in alerts):
            state = "firing"
        return {
            "state": state,
            "name": rule.name,
            "query": rule.query,
            "duration": rule.hold.total_seconds(),
            "keepFiringFor": 0,
            "labels": dict(sorted(rule.labels.items())),
            "annotations": rule.annotations,
            "alerts": [self._alert(alert) for alert in alerts],
            "health": "ok",
            "evaluationTime": 0.000213,
            "lastEvaluation": evaluated_at,
            "type": "alerting",
        }

    def query(self, asked: Mapping[str, str]) -> object:
        """GET|POST /query."""
        now = self._world.now()
        instant = _instant("time", asked["time"]) if asked.get("time") else now
        _refuse_bad_timeout(asked)
        source = asked.get("query", "")
        tree = _parsed(source)
        if isinstance(tree, Selector) and tree.range_seconds:
            matrix = Evaluator(self._series, instant).matrix(tree)
            return _matrix(matrix)
        value = self._evaluate(source, instant)
        stamp = _stamp(instant)
        if isinstance(value, dict):
            result = [
                {"metric": dict(labels), "value": [stamp, number(sample)]}
                for labels, sample in value.items()
            ]
            return {"resultType": "vector", "result": result}
        if isinstance(value, str):
            return {"resultType": "string", "result": [stamp, value]}
        return {"resultType": "scalar", "result": [stamp, number(value)]}

    def query_range(self, asked: Mapping[str, str]) -> object:
        """GET|POST /query_range: a matrix, whatever the expression."""
        start = _instant("start", asked.get("start", ""))
        end = _instant("end", asked.get("end", ""))
        if end < start:
            raise _bad_parameter("end", "end timestamp must not be before start time")
        step = _duration("step", asked.get("step", ""))
        if step <= timedelta(0):
            raise _bad_parameter(
                "step",
                "zero or negative query resolution step widths are not accepted. "
                "Try a positive integer",
            )
        if (end - start) / step > MAX_POINTS:
            raise _bad_data(
                "exceeded maximum resolution of 11,000 points per timeseries. "
                "Try decreasing the query resolution (?step=XX)"
            )
        _refuse_bad_timeout(asked)
        tree = _parsed(asked.get("query", ""))
        if isinstance(tree, Text) or (
            isinstance(tree, Selector) and tree.range_seconds
        ):
            raise _bad_parameter(
                "query",
                "invalid expression type for range query, must be Scalar or instant "
                "Vector",
            )
        points: dict[Labels, list[tuple[datetime, float]]] = {}
        for turn in range((end - start) // step + 1):
            instant = start + step * turn
            value = self._evaluate(asked["query"], instant)
            vector = value if isinstance(value, dict) else {(): float(value)}
            for labels, sample in vector.items():
                points.setdefault(labels, []).append((instant, sample))
        return _matrix(points)

    def _evaluate(self, source: str, instant: datetime) -> Value:
        try:
            return Evaluator(self._series, instant).value(_parsed(source))
        except EvaluationError as error:
            raise ApiError(422, "execution", str(error)) from error

    def alertmanagers(self, _: Mapping[str, str]) -> object:
        """GET /alertmanagers."""
        url = f"{self.alertmanager_url}/api/v2/alerts"
        return {"activeAlertmanagers": [{"url": url}], "droppedAlertmanagers": []}

    def labels(self, _: Mapping[str, str]) -> object:
        """GET|POST /labels."""
        return sorted({name for labels in self._now(()) for name in labels})

    async def _label_values(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]

        def answer(_: Mapping[str, str]) -> object:
            if not re.fullmatch(r"[a-zA-Z_]\w*", name):
                raise _bad_data(f'invalid label name: "{name}"')
            return sorted({one[name] for one in self._now(()) if name in one})

        return await _enveloped(answer)(request)

    def series(self, asked: Mapping[str, str]) -> object:
        """GET|POST /series, with one match[]."""
        source = asked.get("match[]", "")
        if not source:
            raise _bad_data("no match[] parameter provided")
        tree = _parsed(source, "match[]")
        matchers = tree.matchers if isinstance(tree, Selector) else ()
        return [dict(sorted(labels.items())) for labels in self._now(matchers)]

    def _now(self, matchers: tuple[Matcher, ...]) -> list[Mapping[str, str]]:
        return [labels for labels, _ in self._series.at(matchers, self._world.now())]

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


def _parsed(source: str, parameter: str = "query") -> Expression:
    try:
        return parse(source)
    except (ParseError, MatcherError) as error:
        raise _bad_parameter(parameter, error) from error


def _instant(name: str, text: str) -> datetime:
    """Seconds with decimals, or RFC 3339."""
    try:
        if re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", text):
            return datetime.fromtimestamp(float(text), UTC)
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        reason = f'cannot parse "{text}" to a valid timestamp'
        if name == "time":
            reason = f"Invalid time value for 'time': {reason}"
        raise _bad_parameter(name, reason) from error
    if instant.tzinfo is None:
        raise _bad_parameter(name, f'cannot parse "{text}" to a valid timestamp')
    return instant


def _duration(name: str, text: str) -> timedelta:
    """Seconds with decimals, or 1m30s."""
    try:
        if re.fullmatch(r"-?[\d.]+", text):
            return timedelta(seconds=float(text))
        return timedelta(seconds=seconds(text))
    except (ValueError, OverflowError) as error:
        raise _bad_parameter(
            name, f'cannot parse "{text}" to a valid duration'
        ) from error


def _refuse_bad_timeout(asked: Mapping[str, str]) -> None:
    """timeout=0 does not mean none: it fails at once."""
    if "timeout" in asked and _duration("timeout", asked["timeout"]) <= timedelta(0):
        raise ApiError(503, "timeout", "query timed out in query execution")


def _stamp(instant: datetime) -> float:
    return round(instant.timestamp(), 3)


def number(value: float) -> str:
    """A sample's value as Prometheus writes it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)


def scientific(value: float) -> str:
    """An alert's value: as few digits as needed, and an exponent."""
    mantissa, exponent = f"{value:.15e}".split("e")
    return f"{float(mantissa):g}e{exponent}"


def _matrix(points: Mapping[Labels, list[tuple[datetime, float]]]) -> object:
    result = [
        {
            "metric": dict(labels),
            "values": [[_stamp(at), number(value)] for at, value in samples],
        }
        for labels, samples in sorted(points.items())
    ]
    return {"resultType": "matrix", "result": result}
