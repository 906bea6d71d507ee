from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.lab.conftest import NOW, Serve, still_world
from tui.lab.crowd import Crowd
from tui.lab.prometheus import Prometheus


async def client(serve: Serve, at: str = "1m", *faults: str) -> httpx.AsyncClient:
    world = still_world(at, *faults)
    return await serve(Prometheus(world, "http://127.0.0.1:9093").app())


async def data(answer: httpx.Response) -> Any:
    body = answer.json()
    assert body["status"] == "success"
    return body["data"]


async def test_a_target_that_is_down_says_why(serve: Serve) -> None:
    prometheus = await client(serve)
    found = await data(await prometheus.get("/api/v1/targets?state=active"))
    down = [one for one in found["activeTargets"] if one["health"] == "down"]
    assert [one["scrapePool"] for one in down] == ["proxmox-carrick"]
    assert "x509" in down[0]["lastError"]
    assert found["droppedTargets"] == []


async def test_every_target_was_scraped_within_its_interval(serve: Serve) -> None:
    prometheus = await client(serve)
    found = await data(await prometheus.get("/api/v1/targets"))
    earliest = (NOW - timedelta(seconds=10)).isoformat()[:19]
    scraped = {one["lastScrape"][:19] for one in found["activeTargets"]}
    assert min(scraped) >= earliest
    assert len(scraped) > 1


@pytest.mark.parametrize("asked", ["state=bogus", "scrapePool=nope"])
async def test_an_unknown_state_or_pool_finds_nothing(serve: Serve, asked: str) -> None:
    prometheus = await client(serve)
    found = await data(await prometheus.get(f"/api/v1/targets?{asked}"))
    assert found == {"activeTargets": [], "droppedTargets": []}


async def test_alerts_carry_no_external_labels(serve: Serve) -> None:
    prometheus = await client(serve)
    found = await data(await prometheus.get("/api/v1/alerts"))
    watchdog = next(
        one for one in found["alerts"] if one["labels"]["alertname"] == "Watchdog"
    )
    assert watchdog["labels"] == {"alertname": "Watchdog", "severity": "none"}
    assert watchdog["value"] == "1e+00"


async def test_rules_come_in_groups_with_their_alerts(serve: Serve) -> None:
    prometheus = await client(serve)
    found = await data(await prometheus.get("/api/v1/rules?type=alert"))
    rules = [rule for group in found["groups"] for rule in group["rules"]]
    states = {rule["name"]: rule["state"] for rule in rules}
    assert states["KubeProxyDown"] == "firing"
    assert states["InfoInhibitor"] == "inactive"
    assert [rule["name"] for rule in rules].count("KubeProxyDown") == 2


async def test_a_query_may_be_posted_as_a_form(serve: Serve) -> None:
    prometheus = await client(serve)
    answer = await prometheus.post("/api/v1/query", data={"query": "count(up)"})
    found = await data(answer)
    assert found["result"] == [{"metric": {}, "value": [NOW.timestamp(), "15"]}]


async def test_the_range_shows_the_dip_before_the_story(serve: Serve) -> None:
    prometheus = await client(serve)
    end = NOW.timestamp()
    asked: dict[str, str | float] = {"query": "sum(up)", "step": "60"}
    asked |= {"start": end - 1800, "end": end}
    found = await data(await prometheus.get("/api/v1/query_range", params=asked))
    values = [value for _, value in found["result"][0]["values"]]
    assert len(values) == 31
    assert set(values) == {"13", "14"}


async def test_a_range_has_no_samples_of_what_is_yet_to_come(serve: Serve) -> None:
    prometheus = await client(serve)
    end = (NOW + timedelta(minutes=4)).timestamp()
    asked = {
        "query": 'count_over_time(up{job="talos-monitor"}[5m])',
        "start": f"{end}",
        "end": f"{end}",
        "step": "300",
    }
    found = await data(await prometheus.get("/api/v1/query_range", params=asked))
    ((_, count),) = found["result"][0]["values"]
    assert count == "6"


@pytest.mark.parametrize("job", ["argocd-metrics", "proxmox-carrick"])
async def test_the_last_scrape_took_what_the_series_says(
    serve: Serve, job: str
) -> None:
    prometheus = await client(serve)
    found = await data(await prometheus.get("/api/v1/targets"))
    (target,) = [t for t in found["activeTargets"] if t["labels"]["job"] == job]
    asked = {"query": f'scrape_duration_seconds{{job="{job}"}}'}
    found = await data(await prometheus.get("/api/v1/query", params=asked))
    (series,) = found["result"]
    assert float(series["value"][1]) == pytest.approx(target["lastScrapeDuration"], 0.1)


async def test_a_range_selector_gives_a_matrix(serve: Serve) -> None:
    prometheus = await client(serve)
    asked = {"query": 'up{job="talos-monitor"}[30s]'}
    found = await data(await prometheus.get("/api/v1/query", params=asked))
    assert found["resultType"] == "matrix"
    assert len(found["result"][0]["values"]) == 3


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        (
            "query?query=up{",
            400,
            'invalid parameter "query": 1:4: parse error: unexpected end of input '
            "inside braces",
        ),
        (
            "query?query=up&time=yesterday",
            400,
            "invalid parameter \"time\": Invalid time value for 'time': cannot parse "
            '"yesterday" to a valid timestamp',
        ),
        (
            "query?query=up&timeout=soon",
            400,
            'invalid parameter "timeout": cannot parse "soon" to a valid duration',
        ),
        ("query?query=up&timeout=0", 503, "query timed out in query execution"),
        (
            "query_range?query=up&start=2&end=1&step=1",
            400,
            'invalid parameter "end": end timestamp must not be before start time',
        ),
        (
            "query_range?query=up&start=1&end=2",
            400,
            'invalid parameter "step": cannot parse "" to a valid duration',
        ),
        (
            "query_range?query=up&start=1&end=20000&step=1",
            400,
            "exceeded maximum resolution of 11,000 points per timeseries. Try "
            "decreasing the query resolution (?step=XX)",
        ),
        (
            "rules?type=bogus",
            400,
            'invalid parameter "type": not supported value "bogus"',
        ),
        ("label/bad-name/values", 400, 'invalid label name: "bad-name"'),
        ("series", 400, "no match[] parameter provided"),
    ],
)
async def test_a_bad_request_is_refused_in_the_envelope(
    serve: Serve, path: str, status: int, error: str
) -> None:
    prometheus = await client(serve)
    answer = await prometheus.get(f"/api/v1/{path}")
    assert answer.status_code == status
    kind = "timeout" if status == 503 else "bad_data"
    assert answer.json() == {"status": "error", "errorType": kind, "error": error}


async def test_a_sign_in_page_is_no_json(serve: Serve) -> None:
    prometheus = await client(serve, "1m", "prometheus-html")
    answer = await prometheus.get("/api/v1/targets")
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_hanging_server_goes_on_when_the_fault_is_over(serve: Serve) -> None:
    world = still_world("1m", "prometheus-hangs")
    prometheus = await serve(Prometheus(world).app())
    with pytest.raises(httpx.ReadTimeout):
        await prometheus.get("/-/healthy", timeout=0.1)
    world.change_faults([], ["prometheus-hangs"])
    answer = await prometheus.get("/-/healthy")
    assert answer.text == "Prometheus Server is Healthy.\n"


async def test_who_goes_away_while_a_list_is_sent_is_no_error(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    world = still_world("1m")
    world.crowd = Crowd(targets=5_000)
    prometheus = await serve(Prometheus(world, "http://127.0.0.1:9093").app())
    for _ in range(3):
        async with prometheus.stream("GET", "/api/v1/targets") as answer:
            async for _piece in answer.aiter_raw():
                break
    assert (await prometheus.get("/api/v1/status/runtimeinfo")).status_code == 200
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
