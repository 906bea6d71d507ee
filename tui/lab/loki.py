"""The lab's Loki: one tenant, no header asked for; reads, pushes, tails and rules."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping

import yaml
from aiohttp import web
from aiohttp.typedefs import Middleware

from tui.lab.http import faulty, instant, json_answer, nanoseconds, text_answer
from tui.lab.logql import Hit, Vector, evaluate, page
from tui.lab.logql_parser import LogQLError, LogQuery, MetricQuery, parse_selector
from tui.lab.loki_feed import Feed
from tui.lab.loki_request import (
    Direction,
    LokiError,
    RangeRequest,
    read_query,
    read_range,
    read_span,
    read_time,
    wants_categories,
)
from tui.lab.loki_ruler import Ruler
from tui.lab.loki_store import Labels, Store, complete
from tui.lab.loki_tail import Tail
from tui.lab.matchers import Matcher
from tui.lab.promql import number
from tui.lab.world import World

_STATS = {"summary": {"totalLinesProcessed": 0, "execTime": 0.001, "splits": 1}}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Loki:
    """The API over a world and a store of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.store = Store()
        self.feed = Feed(world, self.store)
        self.ruler = Ruler(world, self.feed)

    def app(self) -> web.Application:
        """The routes."""
        tail = Tail(self._world, self.store, self.feed)
        app = web.Application(middlewares=[faulty(self._world, "loki"), self._ready()])
        add = app.router.add_route
        for path, answer in (
            ("query_range", self.query_range),
            ("query", self.query),
            ("labels", self.labels),
            ("label/{name}/values", self.label_values),
            ("series", self.series),
        ):
            add("GET", f"/loki/api/v1/{path}", answer)
            add("POST", f"/loki/api/v1/{path}", answer)
        add("GET", "/loki/api/v1/index/stats", self.index_stats)
        add("GET", "/loki/api/v1/tail", tail.answer)
        add("POST", "/loki/api/v1/tail", _says("Bad Request\n", 400))
        add("POST", "/loki/api/v1/push", self.push)
        add("GET", "/loki/api/v1/rules", self.rules)
        add("GET", "/loki/api/v1/status/buildinfo", self.build_info)
        add("GET", "/prometheus/api/v1/rules", self.prometheus_rules)
        add("GET", "/prometheus/api/v1/alerts", self.prometheus_alerts)
        add("GET", "/config", self.config)
        add("GET", "/ready", _says("ready\n"))
        return app

    def _ready(self) -> Middleware:
        """Ships what the story has written before it answers, and words errors."""

        @web.middleware
        async def middleware(
            request: web.Request, handler: Answer
        ) -> web.StreamResponse:
            self.feed.catch_up()
            try:
                return await handler(request)
            except LokiError as error:
                return text_answer(str(error), error.status)
            except LogQLError as error:
                return text_answer(str(error), 400)
            except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
                return text_answer("404 page not found\n", 404)

        return middleware

    async def query_range(self, request: web.Request) -> web.Response:
        """GET|POST /query_range: streams for a log query, else a matrix."""
        asked = read_range(await _parameters(request), self._world.now())
        if not isinstance(asked.query, LogQuery):
            return _success(self._matrix(asked.query, asked))
        found = page(
            self.store,
            asked.query,
            (asked.start, asked.end, asked.limit),
            is_backward=asked.direction is Direction.BACKWARD,
        )
        is_categorized = wants_categories(request.headers)
        data: dict[str, object] = {"resultType": "streams"}
        if is_categorized:
            data["encodingFlags"] = ["categorize-labels"]
        data["result"] = streams(found, is_categorized=is_categorized)
        data["stats"] = _STATS
        return _success(data)

    def _matrix(self, query: MetricQuery, asked: RangeRequest) -> object:
        points: dict[Labels, list[list[object]]] = {}
        for at in range(asked.start, asked.end + 1, asked.step):
            value = evaluate(self.store, query, at)
            vector: Vector = value if isinstance(value, dict) else {(): value}
            for labels, sample in vector.items():
                points.setdefault(labels, []).append([_seconds(at), number(sample)])
        result = [
            {"metric": dict(labels), "values": values}
            for labels, values in sorted(points.items())
        ]
        return {"resultType": "matrix", "result": result, "stats": _STATS}

    async def query(self, request: web.Request) -> web.Response:
        """GET|POST /query: metric queries only. A scalar's time is in milliseconds."""
        asked = await _parameters(request)
        query = read_query(asked)
        if isinstance(query, LogQuery):
            raise LokiError(
                "log queries are not supported as an instant query type, please change "
                "your query to a range query type"
            )
        at = nanoseconds(self._world.now())
        if asked.get("time"):
            at = read_time("time", asked["time"])
        value = evaluate(self.store, query, at)
        if isinstance(value, dict):
            result: object = [
                {"metric": dict(labels), "value": [_seconds(at), number(sample)]}
                for labels, sample in sorted(value.items())
            ]
            return _success({"resultType": "vector", "result": result, "stats": _STATS})
        result = [at // 1_000_000, number(value)]
        return _success({"resultType": "scalar", "result": result, "stats": _STATS})

    async def labels(self, request: web.Request) -> web.Response:
        """GET|POST /labels: the key `data` is missing when there is nothing."""
        found = await self._found(request, "query")
        return _listed(sorted({name for labels in found for name in labels}))

    async def label_values(self, request: web.Request) -> web.Response:
        """GET|POST /label/NAME/values: likewise."""
        name = request.match_info["name"]
        found = await self._found(request, "query")
        return _listed(sorted({labels[name] for labels in found if name in labels}))

    async def series(self, request: web.Request) -> web.Response:
        """GET|POST /series."""
        return _success(await self._found(request, "match[]"))

    async def _found(self, request: web.Request, key: str) -> list[dict[str, str]]:
        """The label sets of the streams with an entry in the range asked for."""
        asked = await _parameters(request)
        start, end = read_span(asked, self._world.now())
        matchers: tuple[Matcher, ...] = ()
        if asked.get(key):
            matchers = parse_selector(asked[key])
        return [
            dict(stream.labels)
            for stream in self.store.chosen(matchers)
            if stream.between(start, end)
        ]

    async def index_stats(self, request: web.Request) -> web.Response:
        """GET /index/stats: a bare object, and a rough guess in the real one."""
        asked = await _parameters(request)
        start, end = read_span(asked, self._world.now())
        matchers = parse_selector(asked.get("query", "{}"))
        streams_found = [
            stream.between(start, end) for stream in self.store.chosen(matchers)
        ]
        lines = [entry.line for entries in streams_found for entry in entries]
        count = len([entries for entries in streams_found if entries])
        size = sum(len(line) for line in lines)
        return json_answer(
            {"streams": count, "chunks": count, "bytes": size, "entries": len(lines)}
        )

    async def push(self, request: web.Request) -> web.Response:
        """POST /push, the JSON form: 204, or 400 with the last refusal."""
        try:
            posted = json.loads(await request.text())
            batches = [
                (stream["stream"], [_pushed(value) for value in stream["values"]])
                for stream in posted["streams"]
            ]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise LokiError(f"loghttp.PushRequest: {error}\n") from error
        now = nanoseconds(self._world.now())
        for labels, entries in batches:
            for at, kind in self.store.push(labels, entries, now):
                stamp = f"{instant(at):%Y-%m-%dT%H:%M:%SZ}"
                shown = ", ".join(f'{k}="{v}"' for k, v in complete(labels))
                text = f"entry for stream '{{{shown}}}' has timestamp {kind}: {stamp}"
                if kind == "too far behind":
                    text = (
                        f"entry with timestamp {stamp} ignored, reason: 'entry {kind}'"
                    )
                raise LokiError(f"{text}\n")
        return web.Response(status=204)

    async def rules(self, _: web.Request) -> web.Response:
        """GET /rules: YAML."""
        text = yaml.safe_dump(dict(self.ruler.as_yaml()), sort_keys=False)
        return web.Response(text=text, content_type="application/yaml")

    async def config(self, _: web.Request) -> web.Response:
        """GET /config: all settings as YAML; of them those of the ruler."""
        if self._world.faults.has("loki-config-hidden"):
            return text_answer("Forbidden\n", 403)
        text = yaml.safe_dump(dict(self.ruler.settings()), sort_keys=False)
        return web.Response(text=text, content_type="text/plain")

    async def build_info(self, _: web.Request) -> web.Response:
        """GET /status/buildinfo: a bare object."""
        return json_answer(
            {
                "version": "3.5.5",
                "revision": "90c3c4be",
                "branch": "release-3.5.x",
                "buildUser": "root@lab",
                "buildDate": "2025-09-11T00:00:00Z",
                "goVersion": "go1.24.7",
            }
        )

    async def prometheus_rules(self, request: web.Request) -> web.Response:
        """GET /prometheus/api/v1/rules: both error keys are there on success."""
        kind = request.query.get("type", "")
        if kind not in ("", "alert", "record"):
            text = f'not supported value "{kind}"'
            body = {"data": None, "errorType": "bad_data", "error": text}
            return json_answer({"status": "error", **body}, 400)
        return _prometheus(self.ruler.groups_data())

    async def prometheus_alerts(self, _: web.Request) -> web.Response:
        """GET /prometheus/api/v1/alerts."""
        return _prometheus(self.ruler.alerts_data())


def streams(found: Iterable[Hit], *, is_categorized: bool) -> list[object]:
    """Entries by stream, in the order in which they come."""
    grouped: dict[Labels, list[list[object]]] = {}
    for hit in found:
        value: list[object] = [str(hit.entry.at), hit.entry.line]
        labels = hit.labels if is_categorized else hit.merged()
        if is_categorized:
            value.append(hit.categories())
        grouped.setdefault(labels, []).append(value)
    return [
        {"stream": dict(labels), "values": values} for labels, values in grouped.items()
    ]


def _pushed(value: list[object]) -> tuple[int, str, Labels]:
    metadata = value[2] if len(value) > 2 else {}
    if not isinstance(metadata, dict):
        raise TypeError("structured metadata is an object")
    return int(str(value[0])), str(value[1]), tuple(sorted(metadata.items()))


async def _parameters(request: web.Request) -> Mapping[str, str]:
    form = await request.post() if request.method == "POST" else {}
    return {**request.query, **{key: str(value) for key, value in form.items()}}


def _says(text: str, status: int = 200) -> Answer:
    async def handle(_: web.Request) -> web.Response:
        return text_answer(text, status)

    return handle


def _seconds(at: int) -> float:
    return at // 1_000_000 / 1000


def _success(data: object) -> web.Response:
    return json_answer({"status": "success", "data": data})


def _listed(names: list[str]) -> web.Response:
    return _success(names) if names else json_answer({"status": "success"})


def _prometheus(data: object) -> web.Response:
    body = {"status": "success", "data": data, "errorType": "", "error": ""}
    return json_answer(body)
