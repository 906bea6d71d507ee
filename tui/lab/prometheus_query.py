"""The part of Prometheus' API that answers PromQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from tui.lab.matchers import Matcher, MatcherError
from tui.lab.prometheus_api import (
    ApiError,
    bad_data,
    bad_parameter,
    enveloped,
    read_duration,
    read_instant,
)
from tui.lab.prometheus_series import StorySeries
from tui.lab.promql import EvaluationError, Evaluator, Labels, Value, number
from tui.lab.promql_parser import Expression, ParseError, Selector, Text, parse
from tui.lab.world import World

MAX_POINTS = 11_000


class QueryApi:
    """Queries, labels and series over a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._series = StorySeries(world)

    def add_routes(self, app: web.Application) -> None:
        """All of them but one take GET and POST."""
        for name, answer in (
            ("query", self.query),
            ("query_range", self.query_range),
            ("labels", self.labels),
            ("series", self.series),
        ):
            app.router.add_get(f"/api/v1/{name}", enveloped(answer))
            app.router.add_post(f"/api/v1/{name}", enveloped(answer))
        app.router.add_get("/api/v1/label/{name}/values", self._label_values)

    def query(self, asked: Mapping[str, str]) -> object:
        """GET|POST /query."""
        now = self._world.now()
        instant = read_instant("time", asked["time"]) if asked.get("time") else now
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
        start = read_instant("start", asked.get("start", ""))
        end = read_instant("end", asked.get("end", ""))
        if end < start:
            raise bad_parameter("end", "end timestamp must not be before start time")
        step = read_duration("step", asked.get("step", ""))
        if step <= timedelta(0):
            raise bad_parameter(
                "step",
                "zero or negative query resolution step widths are not accepted. "
                "Try a positive integer",
            )
        if (end - start) / step > MAX_POINTS:
            raise bad_data(
                "exceeded maximum resolution of 11,000 points per timeseries. "
                "Try decreasing the query resolution (?step=XX)"
            )
        _refuse_bad_timeout(asked)
        tree = _parsed(asked.get("query", ""))
        if isinstance(tree, Text) or (
            isinstance(tree, Selector) and tree.range_seconds
        ):
            raise bad_parameter(
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

    def labels(self, _: Mapping[str, str]) -> object:
        """GET|POST /labels."""
        return sorted({name for labels in self._now(()) for name in labels})

    async def _label_values(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]

        def answer(_: Mapping[str, str]) -> object:
            if not re.fullmatch(r"[a-zA-Z_]\w*", name):
                raise bad_data(f'invalid label name: "{name}"')
            return sorted({one[name] for one in self._now(()) if name in one})

        return await enveloped(answer)(request)

    def series(self, asked: Mapping[str, str]) -> object:
        """GET|POST /series, with one match[]."""
        source = asked.get("match[]", "")
        if not source:
            raise bad_data("no match[] parameter provided")
        tree = _parsed(source, "match[]")
        matchers = tree.matchers if isinstance(tree, Selector) else ()
        return [dict(sorted(labels.items())) for labels in self._now(matchers)]

    def _now(self, matchers: tuple[Matcher, ...]) -> list[Mapping[str, str]]:
        return [labels for labels, _ in self._series.at(matchers, self._world.now())]


def _parsed(source: str, parameter: str = "query") -> Expression:
    try:
        return parse(source)
    except (ParseError, MatcherError) as error:
        raise bad_parameter(parameter, error) from error


def _refuse_bad_timeout(asked: Mapping[str, str]) -> None:
    """timeout=0 does not mean none: it fails at once."""
    if "timeout" in asked and read_duration("timeout", asked["timeout"]) <= timedelta(
        0
    ):
        raise ApiError(503, "timeout", "query timed out in query execution")


def _stamp(instant: datetime) -> float:
    return round(instant.timestamp(), 3)


def _matrix(points: Mapping[Labels, list[tuple[datetime, float]]]) -> object:
    result = [
        {
            "metric": dict(labels),
            "values": [[_stamp(at), number(value)] for at, value in samples],
        }
        for labels, samples in sorted(points.items())
    ]
    return {"resultType": "matrix", "result": result}
