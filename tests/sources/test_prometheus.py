"""Prometheus: what was recorded decodes without loss, and odd answers are faults."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.sources.replay import (
    ENDPOINT,
    answering,
    playing,
    raw,
    recorded,
    recordings,
    response,
    saying,
)
from tests.sources.times import same_time
from tui.model.fault import FaultKind
from tui.model.target import Health
from tui.sources.base import SourceError
from tui.sources.prometheus import PrometheusSource
from tui.sources.prometheus_wire import duration_seconds

START = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def source(transport: httpx.AsyncBaseTransport) -> PrometheusSource:
    return PrometheusSource(ENDPOINT, 5.0, transport=transport)


@pytest.mark.parametrize("record", recordings("/api/v1/targets"))
async def test_recorded_targets_decode_without_loss(record: dict[str, Any]) -> None:
    targets = await source(playing(record)).targets()
    wire = raw(record)["data"]["activeTargets"]
    assert len(targets) == len(wire)
    by_key = {(one["scrapeUrl"], one["labels"]["job"]): one for one in wire}
    for target in targets:
        one = by_key[target.scrape_url, target.job]
        assert target.labels == one["labels"]
        assert target.health.value == one["health"]
        assert target.scrape_pool == one["scrapePool"]
        assert target.last_error == one["lastError"]
        assert same_time(target.last_scrape, one["lastScrape"])
        assert target.scrape_seconds == one["lastScrapeDuration"]
        assert target.interval_seconds == duration_seconds(one["scrapeInterval"]) > 0
        assert target.timeout_seconds == duration_seconds(one["scrapeTimeout"]) > 0


@pytest.mark.parametrize("record", recordings("/api/v1/rules"))
async def test_recorded_rules_decode_without_loss(record: dict[str, Any]) -> None:
    rules = await source(playing(record)).rules()
    wire = [
        (group, position, rule)
        for group in raw(record)["data"]["groups"]
        for position, rule in enumerate(
            rule for rule in group["rules"] if rule["type"] == "alerting"
        )
    ]
    assert len(rules) == len(wire)
    for rule, (group, position, one) in zip(rules, wire, strict=True):
        key = (rule.file, rule.group, rule.position, rule.name)
        assert key == (group["file"], group["name"], position, one["name"])
        assert (rule.query, rule.state) == (one["query"], one["state"])
        assert rule.health == one["health"]
        assert rule.last_error == one.get("lastError", "")
        assert rule.duration_seconds == one["duration"]
        assert rule.labels == one.get("labels", {})
        assert rule.annotations == one.get("annotations", {})
        assert len(rule.alerts) == len(one["alerts"])
        for alert, other in zip(rule.alerts, one["alerts"], strict=True):
            assert (alert.labels, alert.state) == (other["labels"], other["state"])
            assert alert.annotations == other["annotations"]
            assert alert.value == other["value"]
            assert same_time(alert.active_at, other["activeAt"])


@pytest.mark.parametrize("record", recordings("/api/v1/query"))
async def test_recorded_queries_decode_without_loss(record: dict[str, Any]) -> None:
    data = raw(record)["data"]
    if data["resultType"] in {"matrix", "string"}:
        with pytest.raises(SourceError, match=f"gives a {data['resultType']}"):
            await source(playing(record)).query("x")
        return
    result = data["result"]
    if data["resultType"] == "scalar":
        result = [{"metric": {}, "value": result}]
    samples = await source(playing(record)).query("x")
    ours = [(dict(s.labels), s.at, repr(s.value)) for s in samples]
    theirs = [
        (one["metric"], one["value"][0], repr(float(one["value"][1])))
        for one in sorted(result, key=lambda one: sorted(one["metric"].items()))
    ]
    assert ours == theirs


@pytest.mark.parametrize("record", recordings("/api/v1/query_range"))
async def test_recorded_ranges_decode_without_loss(record: dict[str, Any]) -> None:
    series = await source(playing(record)).query_range("x", START, START, 15.0)
    wire = raw(record)["data"]["result"]
    assert [(dict(one.labels), list(one.points)) for one in series] == [
        (one["metric"], [(at, float(value)) for at, value in one["values"]])
        for one in sorted(wire, key=lambda one: sorted(one["metric"].items()))
    ]


@pytest.mark.parametrize(
    "record",
    recordings("/api/v1/query", "/api/v1/query_range", "/api/v1/rules", ok=False),
)
async def test_recorded_refusals_say_what_the_server_says(
    record: dict[str, Any],
) -> None:
    expected = {
        400: FaultKind.BAD_QUERY,
        401: FaultKind.AUTH,
        422: FaultKind.BAD_QUERY,
        503: FaultKind.TIMEOUT,
    }[record["status"]]
    if record["file"] == "prometheus/query-503-starting.txt":
        expected = FaultKind.UNREACHABLE
    if record["file"].startswith("prometheus/tls-400"):
        expected = FaultKind.TLS
    with pytest.raises(SourceError) as caught:
        await source(playing(record)).query("x")
    fault = caught.value.fault
    assert fault.kind is expected
    assert fault.summary
    assert fault.detail
    assert "\n" not in fault.summary + fault.detail
    assert fault.endpoint == "http://server.test/base"


async def test_infinities_and_nan_are_kept() -> None:
    record = recorded("prometheus/query-nan-inf.json")
    samples = await source(playing(record)).query("x")
    values = {sample.labels["v"]: sample.value for sample in samples}
    assert math.isnan(values["nan"])
    assert values["inf"] == math.inf
    assert values["neginf"] == -math.inf


async def test_an_expression_is_sent_as_a_form_below_the_path_of_the_base_url() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return response(recorded("prometheus/query_range-matrix.json"))

    await source(answering(answer)).query_range("a + b", START, START, 15.0)
    assert asked[0].method == "POST"
    assert asked[0].url.path == "/base/api/v1/query_range"
    assert parse_qs(asked[0].content.decode()) == {
        "query": ["a + b"],
        "start": ["1795190400.000"],
        "end": ["1795190400.000"],
        "step": ["15"],
    }


def just_started(at: str) -> httpx.MockTransport:
    """No targets, and a server whose clock says 16:18:59."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("runtimeinfo"):
            return httpx.Response(
                200,
                headers={"Date": "Fri, 20 Nov 2026 16:18:59 GMT"},
                json={"status": "success", "data": {"startTime": at}},
            )
        return response(recorded("prometheus/targets-first-seconds.json"))

    return answering(answer)


async def test_no_targets_from_a_server_that_just_started_are_no_answer() -> None:
    young = source(just_started("2026-11-20T16:18:57.123456789Z"))
    with pytest.raises(SourceError, match="just started") as caught:
        await young.targets()
    assert caught.value.fault.kind is FaultKind.UNREACHABLE


async def test_no_targets_from_a_settled_server_are_the_truth() -> None:
    settled = source(just_started("2026-11-20T16:00:00Z"))
    assert await settled.targets() == ()


@pytest.mark.parametrize(
    ("started", "is_true"),
    [("2026-11-20T16:18:57Z", False), ("2026-11-20T16:00:00Z", True)],
)
async def test_targets_that_are_discovered_are_listed_later_than_those_of_its_config(
    started: str, *, is_true: bool
) -> None:
    listed, asked = [("written", "found"), ("written",), ("written",)], []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("runtimeinfo"):
            asked.append(request)
            date = {"Date": "Fri, 20 Nov 2026 16:18:59 GMT"}
            body = {"status": "success", "data": {"startTime": started}}
            return httpx.Response(200, headers=date, json=body)
        targets = [{"labels": {"job": one}, "scrapePool": one} for one in listed.pop(0)]
        data = {"status": "success", "data": {"activeTargets": targets}}
        return httpx.Response(200, json=data)

    server = source(answering(answer))
    assert len(await server.targets()) == 2
    assert not asked
    for _ in range(2):
        if is_true:
            assert len(await server.targets()) == 1
        else:
            with pytest.raises(SourceError, match="just started"):
                await server.targets()
    assert len(asked) == (1 if is_true else 2)


async def test_null_maps_missing_fields_and_words_of_the_future_are_survived() -> None:
    data = {"activeTargets": [{"labels": None, "health": "dozing", "new": 1}]}
    reply = json.dumps({"status": "success", "data": data}).encode()
    (target,) = await source(saying(200, reply)).targets()
    assert target.health is Health.UNKNOWN
    assert target.labels == {}
    assert target.last_scrape is None


async def test_native_histograms_are_left_out() -> None:
    result = [{"metric": {"a": "b"}, "histogram": [1, {"count": "2"}]}]
    data = {"resultType": "vector", "result": result}
    reply = json.dumps({"status": "success", "data": data}).encode()
    assert await source(saying(200, reply)).query("x") == ()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"<!doctype html><p>Sign in", "answered HTML, not JSON"),
        (b'{"status":"success","data":{"resultType":"vec', "cut short"),
        (b'{"status":"success","data":{"resultType":"vector","result":NaN}}', "valid"),
        (b'{"status":"success","data":{"resultType":"vector","result":{}}}', "shape"),
        (b'{"status":"success"}', "another shape"),
        (b"[]", "another shape"),
        (b"", "cut short"),
        (b'{"data":{"resultType":"scalar","result":[1,"x\xff"]}}', "valid JSON"),
        (b'{"data":{"resultType":"scalar","result":[1,"many"]}}', "no number"),
    ],
)
async def test_nonsense_is_a_protocol_fault(reply: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        await source(saying(200, reply)).query("x")
    assert caught.value.fault.kind is FaultKind.PROTOCOL


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10s", 10), ("1m30s", 90), ("1h", 3600), ("500ms", 0.5), ("", 0), ("soon", 0)],
)
def test_durations_are_read_as_prometheus_writes_them(
    text: str, seconds: float
) -> None:
    assert duration_seconds(text) == seconds


async def test_the_alertmanagers_that_alerts_are_sent_to() -> None:
    url = "http://alertmanager:9093/api/v2/alerts"
    wired = json.dumps(
        {
            "status": "success",
            "data": {
                "activeAlertmanagers": [{"url": url}],
                "droppedAlertmanagers": [{"url": "http://old:9093/api/v2/alerts"}],
            },
        }
    )
    assert await source(saying(200, wired.encode())).alertmanagers() == (url,)
    nobody = b'{"status":"success","data":{"activeAlertmanagers":[]}}'
    assert await source(saying(200, nobody)).alertmanagers() == ()


async def test_a_query_tells_the_server_s_warnings() -> None:
    record = recorded("prometheus/query-warnings.json")
    measured = await source(playing(record)).measure("x")
    assert measured.warnings == tuple(raw(record)["warnings"])
    assert measured.samples == ()


async def test_an_answer_that_lacks_a_part_of_the_storage_has_a_warning() -> None:
    body = (
        b'{"status":"success","isPartial":true,"data":{"resultType":"vector",'
        b'"result":[{"metric":{},"value":[1,"2"]}]}}'
    )
    measured = await source(saying(200, body)).measure("x")
    assert measured.warnings == ("a part of its storage did not answer",)
    assert len(measured.samples) == 1


@pytest.mark.parametrize(
    ("doubt", "told"),
    [
        (b'"warnings":["no answer from replica-1"]', "no answer from replica-1"),
        (b'"isPartial":true', "a part of its storage did not answer"),
    ],
)
async def test_a_list_that_is_not_all_is_none(doubt: bytes, told: str) -> None:
    targets = b'{"status":"success","data":{"activeTargets":[]},' + doubt + b"}"
    rules = b'{"status":"success","data":{"groups":[]},' + doubt + b"}"
    with pytest.raises(SourceError, match="a part of its targets only") as caught:
        await source(saying(200, targets)).targets()
    assert caught.value.fault.detail == told
    assert not caught.value.fault.is_refusal
    with pytest.raises(SourceError, match="a part of its rules only"):
        await source(saying(200, rules)).rules()
