"""The lab's Alertmanager: API v2 as version 0.25 answers it. Silences really work."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from aiohttp import web

from tui.lab.alertmanager_alerts import (
    RECEIVERS,
    Held,
    SentAlert,
    hold,
    milliseconds,
)
from tui.lab.http import faulty, json_answer, text_answer
from tui.lab.matchers import Matcher, MatcherError, all_match, compiled
from tui.lab.silences import RefusalError, Silence, Silences
from tui.lab.world import World

_FILTER = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!=|!~|=)\s*((?s:.*?))\s*")
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_CONFIG = """\
route:
  receiver: "null"
  group_by: [alertname, cluster, job]
receivers:
- name: "null"
- name: homelab-webhook
- name: homelab-critical
"""
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _no_alerts() -> Sequence[SentAlert]:
    return ()


class Alertmanager:
    """The API over a world. `loki_alerts` gives what Loki's ruler sends.

    Peers that hear each other have the same `silences`.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.silences = Silences()
        self.loki_alerts: Callable[[], Sequence[SentAlert]] = _no_alerts

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(
            middlewares=[faulty(self._world, "alertmanager"), _refuse]
        )
        add = app.router.add_route
        add("GET", "/-/healthy", _says("OK"))
        add("GET", "/-/ready", _says("OK"))
        for path, answer in (
            ("status", self.status),
            ("receivers", self.receivers),
            ("alerts", self.alerts),
            ("alerts/groups", self.groups),
            ("silences", self.list_silences),
            ("silence/{id}", self.get_silence),
        ):
            add("GET", f"/api/v2/{path}", answer)
        add("POST", "/api/v2/silences", self.post_silence)
        add("DELETE", "/api/v2/silence/{id}", self.delete_silence)
        return app

    async def status(self, _: web.Request) -> web.Response:
        """GET /status: `uptime` is the start time."""
        started_at = self._world.when(timedelta(days=-6))
        return json_answer(
            {
                "cluster": {"peers": [], "status": "disabled"},
                "config": {"original": _CONFIG},
                "uptime": milliseconds(started_at),
                "versionInfo": {
                    "branch": "HEAD",
                    "buildDate": "20221222-14:51:36",
                    "buildUser": "root@lab",
                    "goVersion": "go1.19.4",
                    "revision": "258fab7cdd551f2cf251ed0348f0ad7289aee789",
                    "version": "0.25.0",
                },
            }
        )

    async def receivers(self, _: web.Request) -> web.Response:
        """GET /receivers."""
        return json_answer([{"name": name} for name in RECEIVERS])

    async def alerts(self, request: web.Request) -> web.Response:
        """GET /alerts, sorted by fingerprint."""
        now = self._world.now()
        return json_answer([one.body(now) for one in self._chosen(request)])

    async def groups(self, request: web.Request) -> web.Response:
        """GET /alerts/groups: an alert is in one group for each of its routes."""
        now = self._world.now()
        groups: dict[tuple[tuple[tuple[str, str], ...], str], list[object]] = {}
        for one in self._chosen(request):
            for route in one.routes:
                labels = tuple(
                    (name, one.alert.labels[name])
                    for name in sorted(route.group_by)
                    if name in one.alert.labels
                )
                groups.setdefault((labels, route.receiver), []).append(one.body(now))
        ordered = sorted(groups.items(), key=lambda pair: (len(pair[0][0]), pair[0]))
        return json_answer(
            [
                {"alerts": alerts, "labels": dict(labels), "receiver": {"name": name}}
                for (labels, name), alerts in ordered
            ]
        )

    def _chosen(self, request: web.Request) -> list[Held]:
        """The booleans take away: what is silenced *and* inhibited falls to either."""
        asked = request.query
        matchers = [_parsed(text) for text in asked.getall("filter", [])]
        receiver = _receiver(asked.get("receiver", ".*"))

        def wants(name: str) -> bool:
            return asked.get(name, "true") in _TRUE

        return [
            one
            for one in hold(self._world, self.silences, self.loki_alerts)
            if all_match(matchers, one.alert.labels)
            and any(receiver.fullmatch(route.receiver) for route in one.routes)
            and (wants("active") or one.state != "active")
            and (wants("silenced") or not one.silenced_by)
            and (wants("inhibited") or not one.inhibited_by)
        ]

    async def list_silences(self, request: web.Request) -> web.Response:
        """GET /silences: `filter` asks for a silence's own matchers."""
        asked = request.query.getall("filter", [])
        matchers = [_parsed(text) for text in asked]
        return json_answer(
            [
                self._silence(one)
                for one in self.silences.listed(self._world.now())
                if all(matcher in one.matchers for matcher in matchers)
            ]
        )

    async def get_silence(self, request: web.Request) -> web.Response:
        """GET /silence/{id}: an unknown one is 404 without a body."""
        found = self.silences.get(_uuid(request))
        if found is None:
            return web.Response(status=404)
        return json_answer(self._silence(found))

    async def post_silence(self, request: web.Request) -> web.Response:
        """POST /silences: creates, changes or replaces; go on with the id it gives."""
        if request.content_type != "application/json":
            text = f'unsupported media type "{request.content_type}", only '
            raise RefusalError(415, f"{text}[application/json] are allowed", 415)
        try:
            body = json.loads(await request.text())
        except ValueError as error:
            reason = "invalid character looking for beginning of value"
            text = f'parsing silence body from "" failed, because {reason}'
            raise RefusalError(400, text, 400) from error
        made = self.silences.post(body, self._world.now())
        await self._answers()
        return json_answer({"silenceID": made})

    async def delete_silence(self, request: web.Request) -> web.Response:
        """DELETE /silence/{id}: 200 and nothing more."""
        self.silences.expire(_uuid(request), self._world.now())
        await self._answers()
        return web.Response()

    async def _answers(self) -> None:
        """Wait until an answer would come through."""
        while self._world.faults.has("silences-unanswered"):
            await self._world.clock.tick()

    def _silence(self, one: Silence) -> Mapping[str, object]:
        return {
            "id": one.id,
            "status": {"state": one.state(self._world.now()).value},
            "updatedAt": milliseconds(one.updated_at),
            "comment": one.comment,
            "createdBy": one.created_by,
            "endsAt": milliseconds(one.ends_at),
            "matchers": [
                {
                    "isEqual": matcher.is_equal,
                    "isRegex": matcher.is_regex,
                    "name": matcher.name,
                    "value": matcher.value,
                }
                for matcher in one.matchers
            ],
            "startsAt": milliseconds(one.starts_at),
        }


def _says(text: str) -> Answer:
    async def handle(_: web.Request) -> web.Response:
        return text_answer(text)

    return handle


@web.middleware
async def _refuse(request: web.Request, handler: Answer) -> web.StreamResponse:
    """Two kinds of error body: a JSON string, or the OpenAPI layer's object."""
    is_api = request.path.startswith("/api/v2/")
    try:
        return await handler(request)
    except RefusalError as error:
        if error.code is None:
            return json_answer(str(error), error.status)
        return json_answer({"code": error.code, "message": str(error)}, error.status)
    except web.HTTPMethodNotAllowed as error:
        allowed = ",".join(sorted(error.allowed_methods - {"HEAD"}))
        text = f"method {request.method} is not allowed, but [{allowed}] are"
        answer = json_answer({"code": 405, "message": text}, 405)
        answer.headers["Allow"] = allowed
        return answer
    except web.HTTPNotFound:
        if not is_api:
            return text_answer("404 page not found\n", 404)
        text = f"path {request.path} was not found"
        return json_answer({"code": 404, "message": text}, 404)


def _uuid(request: web.Request) -> str:
    name = request.match_info["id"]
    try:
        UUID(name)
    except ValueError as error:
        text = f'silenceID in path must be of type uuid: "{name}"'
        raise RefusalError(422, text, 601) from error
    return name


def _parsed(text: str) -> Matcher:
    """One matcher of a filter parameter, quoted or bare; raises RefusalError."""
    hit = _FILTER.fullmatch(text)
    if hit is None:
        raise RefusalError(400, f"bad matcher format: {text}")
    name, operator, value = hit.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    elif '"' in value:
        raise RefusalError(
            400, f"matcher value contains unescaped double quote: {value}"
        )
    if re.search(r'(?<!\\)(?:\\\\)*"', value):
        text = f'matcher value contains unescaped double quote: "{value}"'
        raise RefusalError(400, text)
    value = re.sub(r'\\([\\"n])', lambda m: {"n": "\n"}.get(m[1], m[1]), value)
    if "~" in operator:
        _compiled(f"^(?:{value})$")
    return Matcher(name, operator, value)


def _receiver(pattern: str) -> re.Pattern[str]:
    try:
        return compiled(f"^(?:{pattern})$")
    except MatcherError as error:
        raise RefusalError(400, f"failed to parse receiver param: {error}") from error


def _compiled(pattern: str) -> None:
    try:
        compiled(pattern)
    except MatcherError as error:
        raise RefusalError(400, str(error)) from error
