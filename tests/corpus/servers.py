"""The servers of every case behind one port: the lab's own, in that case's state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from tests.corpus.case import MAIN, Case, State
from tests.corpus.patch import instant, moved, patched
from tui.lab.clock import LabClock
from tui.lab.faults import FaultSet
from tui.lab.http import SIGN_IN_PAGE, Handler, json_answer, rfc3339
from tui.lab.kube_objects import Object
from tui.lab.kube_resources import Resource
from tui.lab.kubernetes import Kubernetes
from tui.lab.loki import Loki
from tui.lab.matchers import Matcher, all_match
from tui.lab.prometheus_query import QueryApi
from tui.lab.world import World
from tui.model.labels import fingerprint

TOKEN = "t"
HANG_SECONDS = 60.0


class CorpusClock(LabClock):
    """The lab's clock by the test's own: the story stands still, the wall does not."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(timedelta(minutes=1), 0.0)
        self._now = now

    def now(self) -> datetime:
        return self._now()


class Estate:
    """All cases at once; `is_late` turns every case to what it becomes."""

    def __init__(self, cases: Sequence[Case], now: Callable[[], datetime]) -> None:
        self.is_late = False
        self.world = World(CorpusClock(now), FaultSet())
        self.made: dict[tuple[str, str], tuple[datetime, list[Object]]] = {}
        self._cases = cases

    def app(self) -> web.Application:
        """Each case below its id, each cluster's Kubernetes below its name."""
        app = web.Application(middlewares=[self._faulty()])
        app.on_response_prepare.append(self._date)
        for case in self._cases:
            for cluster in case.clusters:
                kubernetes = PatchedKubernetes(self, case, cluster)
                app.add_subapp(f"/{case.id}/kubernetes/{cluster}", kubernetes.app())
            for server, part in (
                ("prometheus", Prometheus(self, case).app()),
                ("alertmanager", Alertmanager(self, case).app()),
            ):
                app.add_subapp(f"/{case.id}/{server}/{MAIN}", part)
            if case.loki is not None:
                app.add_subapp(f"/{case.id}/loki/{MAIN}", self._loki(case).app())
        return app

    async def _date(self, _request: web.Request, answer: web.StreamResponse) -> None:
        """The servers' clocks are right: they leap with the test's own."""
        answer.headers["Date"] = format_datetime(self.world.now(), usegmt=True)

    def _faulty(self) -> Any:
        """Answers what a case's `refuse` says, by the end of the path or for all."""
        by_id = {case.id: case for case in self._cases}

        @web.middleware
        async def middleware(
            request: web.Request, handler: Handler
        ) -> web.StreamResponse:
            _, name, server, cluster, *_ = request.path.split("/")
            state = by_id[name].state(server, cluster, is_late=self.is_late)
            refuse: Mapping[str, Any] = state.get("refuse", {})
            how = refuse.get(_asked(request.path), refuse.get("*"))
            return await handler(request) if how is None else await _refusal(how)

        return middleware

    def _loki(self, case: Case) -> Loki:
        """A Loki with the lines of a case in it, and none of the story's."""
        loki = Loki(self.world)
        loki.feed.catch_up = lambda: None  # type: ignore[method-assign]
        for stream in case.loki or ():
            for at, line in stream["lines"]:
                when = instant(at, self.world.now())
                nanoseconds = int(when.timestamp() * 1e9)
                loki.store.add(stream["labels"], [(nanoseconds, line, ())])
        return loki


def _asked(path: str) -> str:
    """The resource of a path: `pods`, `query`, `alerts`; of one object its kind."""
    parts = path.rstrip("/").split("/")
    singles = ("configmaps", "leases", "daemonsets")
    return next((each for each in singles if each in parts), parts[-1])


async def _refusal(how: Any) -> web.StreamResponse:
    if how == "hang":
        await asyncio.sleep(HANG_SECONDS)  # noqa: TID251 - a server that never answers
    if how == "html":
        return web.Response(text=SIGN_IN_PAGE, content_type="text/html")
    if how == "cut":
        return web.Response(text='{"items":[{"meta', content_type="application/json")
    if how == "empty":
        return json_answer({"kind": "List", "metadata": {}, "items": []})
    if how == "unknown":
        return web.Response(text="404 page not found\n", status=404)
    status = 503 if how == "hang" else int(how)
    text = {"kind": "Status", "status": "Failure", "message": f"refused: {how}"}
    return json_answer(text, status)


class PatchedKubernetes(Kubernetes):
    """The lab's API server, with a case's changes to each object."""

    def __init__(self, estate: Estate, case: Case, cluster: str) -> None:
        super().__init__(estate.world, case.base, TOKEN)
        self._estate, self._case, self._at = estate, case, cluster

    def _objects(self, resource: Resource, namespace: str) -> list[Object]:
        state = self._case.state("kubernetes", self._at, is_late=self._estate.is_late)
        items = self._well(resource)
        found = patched(resource.kind, items, state, self._world.now())
        return [
            item
            for item in found
            if namespace in ("", item["metadata"].get("namespace", ""))
        ]

    def _well(self, resource: Resource) -> list[Object]:
        """The objects of a cluster that is well, made once a second for all cases."""
        now = self._world.now().replace(microsecond=0)
        key = (self._case.base, resource.name)
        made = self._estate.made.get(key)
        if made is None or made[0] != now:
            items = super()._objects(resource, "")
            made = self._estate.made[key] = now, items
        return made[1]


class Prometheus:
    """Targets, rules and series as a case has them; PromQL by the lab's evaluator."""

    def __init__(self, estate: Estate, case: Case) -> None:
        self._estate, self._case = estate, case

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application()
        for name in ("targets", "rules", "alertmanagers"):
            app.router.add_get(f"/api/v1/{name}", self._answer(name))
        queries = QueryApi(self._estate.world)
        queries._series = CaseSeries(self._state, self._estate.world.now)  # type: ignore[assignment]
        queries.add_routes(app)
        return app

    def _state(self) -> State:
        return self._case.state("prometheus", MAIN, is_late=self._estate.is_late)

    def _answer(self, name: str) -> Handler:
        async def answer(_: web.Request) -> web.Response:
            now = self._estate.world.now()
            make: Callable[[datetime], object] = getattr(self, f"_{name}")
            told = {"warnings": self._state().get("warnings", [])}
            return json_answer({"status": "success", "data": make(now), **told})

        return answer

    def _targets(self, now: datetime) -> object:
        found = [
            {
                "labels": target["labels"],
                "scrapePool": target["labels"]["job"],
                "scrapeUrl": f"http://{target['labels']['instance']}/metrics",
                "lastError": target.get("error", ""),
                "lastScrape": moved(target.get("scraped", "now-5s"), now),
                "lastScrapeDuration": 0.01,
                "health": target.get("health", "up"),
                "scrapeInterval": "30s",
                "scrapeTimeout": "10s",
            }
            for target in self._state().get("targets", (_SOME_TARGET,))
        ]
        return {"activeTargets": found, "droppedTargets": []}

    def _rules(self, now: datetime) -> object:
        """The rules of the case; by default the alert's own, and Watchdog."""
        own = {"name": self._case.alert["alertname"], "labels": self._case.alert}
        rules = [
            {
                "state": "firing",
                "name": rule["name"],
                "query": rule.get("query", "vector(1)"),
                "duration": 0,
                "labels": {},
                "annotations": {},
                "alerts": [
                    {
                        "labels": rule["labels"] | {"alertname": rule["name"]},
                        "annotations": {},
                        "state": "firing",
                        "activeAt": rfc3339(now),
                        "value": "1e+00",
                    }
                ],
                "health": "ok",
                "type": "alerting",
                **rule.get("more", {}),
            }
            for rule in self._state().get("rules", (own, _WATCHDOG))
        ]
        return {"groups": [{"name": "g", "file": "f", "rules": rules}]}

    def _alertmanagers(self, _: datetime) -> object:
        urls = self._state().get("alertmanagers", ("http://am:9093/api/v2/alerts",))
        return {"activeAlertmanagers": [{"url": url} for url in urls]}


_SOME_TARGET = {"labels": {"job": "prometheus", "instance": "10.0.0.1:9090"}}
_WATCHDOG = {"name": "Watchdog", "labels": {"severity": "none"}}


LOOKBACK = timedelta(minutes=5)


class CaseSeries:
    """The series of a case, as they are now and were all the time until they ended."""

    def __init__(self, state: Callable[[], State], now: Callable[[], datetime]) -> None:
        self._state, self._now = state, now

    def at(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], float]]:
        for series in self._state().get("series", ()):
            labels = {key: str(value) for key, value in series["labels"].items()}
            ended = self._end(series)
            is_shown = ended is None or instant - ended < LOOKBACK
            if is_shown and all_match(matchers, labels):
                value = series["value"]
                ago = _ago(value, instant)
                yield labels, ago

    def _end(self, series: State) -> datetime | None:
        return instant(series["ended"], self._now()) if "ended" in series else None

    def written(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> Iterable[tuple[Mapping[str, str], datetime]]:
        for series in self._state().get("series", ()):
            labels = {key: str(value) for key, value in series["labels"].items()}
            if any(labels == found for found, _ in self.at(matchers, instant)):
                yield labels, self._end(series) or instant

    def totals(
        self, matchers: tuple[Matcher, ...], instant: datetime
    ) -> tuple[int, float]:
        values = [value for _, value in self.at(matchers, instant)]
        return len(values), sum(values)

    def over(
        self, matchers: tuple[Matcher, ...], moments: Sequence[datetime]
    ) -> dict[Any, list[tuple[datetime, float]]]:
        found: dict[Any, list[tuple[datetime, float]]] = {}
        for at in moments:
            for labels, value in self.at(matchers, at):
                found.setdefault(tuple(sorted(labels.items())), []).append((at, value))
        return found


def _ago(value: Any, now: datetime) -> float:
    """A number; or the Unix time that now-5m stands for."""
    return instant(value, now).timestamp() if isinstance(value, str) else float(value)


class Alertmanager:
    """Lists the alert of a case, Watchdog and what else the case has."""

    def __init__(self, estate: Estate, case: Case) -> None:
        self._estate, self._case = estate, case

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application()
        app.router.add_get("/api/v2/alerts", self._alerts)
        app.router.add_get("/api/v2/silences", self._silences)
        return app

    async def _alerts(self, _: web.Request) -> web.Response:
        now = self._estate.world.now()
        state = self._case.state("alertmanager", MAIN, is_late=self._estate.is_late)
        listed = [{"labels": dict(self._case.alert)} | state.get("alert", {})]
        listed += state.get("alerts", [{"labels": _LISTED_WATCHDOG}])
        return json_answer([_sent(one, now) for one in listed])

    async def _silences(self, _: web.Request) -> web.Response:
        return json_answer([])


_LISTED_WATCHDOG = {"alertname": "Watchdog", "severity": "none", "cluster": MAIN}


def _sent(one: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    silenced = one.get("silenced_by", [])
    inhibited = one.get("inhibited_by", [])
    return {
        "labels": one["labels"],
        "annotations": {},
        "fingerprint": fingerprint(one["labels"]),
        "startsAt": moved(one.get("starts", "now-2h"), now),
        "updatedAt": moved(one.get("updated", "now-20s"), now),
        "endsAt": moved(one.get("ends", "now+3m"), now),
        "receivers": [{"name": "null"}],
        "status": {
            "state": "suppressed" if silenced or inhibited else "active",
            "silencedBy": silenced,
            "inhibitedBy": inhibited,
        },
    }
