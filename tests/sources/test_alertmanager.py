"""Alertmanager: recorded alerts and silences, several peers, careful writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.sources.replay import (
    ENDPOINT,
    INDEX,
    answering,
    body,
    playing,
    raw,
    recorded,
    recordings,
    saying,
)
from tests.sources.times import same_time
from tui.config import Endpoint
from tui.model.alert import AlertState
from tui.model.fault import FaultKind
from tui.model.labels import fingerprint
from tui.model.silence import Matcher, SilenceDraft, SilenceState
from tui.sources.alertmanager import AlertmanagerSource, Put
from tui.sources.base import SourceError
from tui.sources.wire import rfc3339

PEERS = Endpoint(urls=("http://one.test", "http://two.test"))
START = datetime(2026, 11, 20, 16, 0, 0, 250_000, tzinfo=UTC)
DRAFT = SilenceDraft(
    matchers=(Matcher("alertname", "KubeProxyDown"), Matcher("job", ".*", True)),
    starts_at=START,
    ends_at=START + timedelta(hours=4),
    created_by="sybren",
    comment="known",
)
CREATED = {"silenceID": "8f0a9c6e-0000-4000-8000-000000000000"}


def source(
    transport: httpx.AsyncBaseTransport, endpoint: Endpoint = ENDPOINT
) -> AlertmanagerSource:
    return AlertmanagerSource(endpoint, 5.0, transport=transport)


@pytest.mark.parametrize("record", recordings("/api/v2/alerts"))
async def test_recorded_alerts_decode_without_loss(record: dict[str, Any]) -> None:
    alerts = await source(playing(record)).alerts()
    wire = raw(record)
    assert len(alerts) == len(wire)
    for alert, one in zip(alerts, wire, strict=True):
        assert alert.fingerprint == one["fingerprint"] == fingerprint(alert.labels)
        assert (alert.labels, alert.annotations) == (one["labels"], one["annotations"])
        assert alert.state.value == one["status"]["state"]
        assert list(alert.silenced_by) == one["status"]["silencedBy"]
        assert list(alert.inhibited_by) == one["status"]["inhibitedBy"]
        assert list(alert.receivers) == [each["name"] for each in one["receivers"]]
        assert alert.generator_url == one.get("generatorURL", "")
        assert same_time(alert.starts_at, one["startsAt"])
        assert same_time(alert.ends_at, one["endsAt"])
        assert same_time(alert.updated_at, one["updatedAt"])


@pytest.mark.parametrize("record", recordings("/api/v2/silences"))
async def test_recorded_silences_decode_without_loss(record: dict[str, Any]) -> None:
    if record["method"] == "POST":
        put = await source(playing(record)).put_silence(DRAFT)
        assert put == Put(raw(record)["silenceID"])
        return
    silences = await source(playing(record)).silences()
    wire = raw(record)
    assert [silence.id for silence in silences] == [one["id"] for one in wire]
    for silence, one in zip(silences, wire, strict=True):
        assert silence.state.value == one["status"]["state"]
        assert [
            (each.name, each.value, each.is_regex, each.is_equal)
            for each in silence.matchers
        ] == [
            (each["name"], each["value"], each["isRegex"], each["isEqual"])
            for each in one["matchers"]
        ]
        assert silence.created_by == one["createdBy"]
        assert silence.comment == one["comment"]
        assert same_time(silence.starts_at, one["startsAt"])
        assert same_time(silence.ends_at, one["endsAt"])
        assert same_time(silence.updated_at, one["updatedAt"])


@pytest.mark.parametrize(
    "record", recordings("/api/v2/silences", "/api/v2/alerts", ok=False)
)
async def test_recorded_refusals_say_what_the_server_says(
    record: dict[str, Any],
) -> None:
    with pytest.raises(SourceError) as caught:
        await source(playing(record)).put_silence(DRAFT)
    said = raw(record)
    words = said if isinstance(said, str) else said["message"]
    fault = caught.value.fault
    assert fault.detail.split() == words.split()[: len(fault.detail.split())]
    unknown = record["status"] in {404, 405, 415}
    assert (fault.kind is FaultKind.BAD_QUERY) is not unknown


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(record, id=record["file"])
        for record in INDEX
        if record["path"].startswith("/api/v2/silence/")
        and record["method"] == "DELETE"
    ],
)
async def test_recorded_deletions(record: dict[str, Any]) -> None:
    if record["status"] == 200:
        await source(playing(record)).expire_silence("x")
        return
    with pytest.raises(SourceError):
        await source(playing(record)).expire_silence("x")


async def test_a_404_without_a_body_is_a_fault_with_words() -> None:
    lost = playing(recorded("alertmanager/silence-get-unknown.txt"))
    with pytest.raises(SourceError, match="has no such thing") as caught:
        await source(lost).put_silence(
            SilenceDraft((), START, START, "me", "why", id="gone")
        )
    assert caught.value.fault.detail == "HTTP 404"


async def test_a_changed_silence_goes_back_whole_and_in_the_servers_order() -> None:
    posted: list[Any] = []
    old = {
        "id": "a/b",
        "matchers": [
            {"name": "job", "value": ".*", "isRegex": True},
            {
                "name": "alertname",
                "value": "KubeProxyDown",
                "isRegex": False,
                "isEqual": True,
            },
        ],
        "startsAt": "2026-11-20T16:00:00.250Z",
        "endsAt": "2026-11-20T20:00:00.250Z",
        "status": {"state": "active"},
        "annotations": {"ticket": "7"},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            assert request.url.raw_path == b"/base/api/v2/silence/a%2Fb"
            return httpx.Response(200, json=old)
        assert request.headers["content-type"] == "application/json"
        posted.append(json.loads(request.content))
        return httpx.Response(200, json=CREATED)

    draft = SilenceDraft(
        DRAFT.matchers, START, DRAFT.ends_at + timedelta(days=1), "me", "more", "a/b"
    )
    put = await source(answering(answer)).put_silence(draft)
    assert (put.id, put.replaced, put.left) == (CREATED["silenceID"], "", None)
    assert posted == [
        {
            **old,
            "endsAt": "2026-11-21T20:00:00.250Z",
            "createdBy": "me",
            "comment": "more",
        }
    ]


async def test_a_new_silence_carries_all_that_the_api_requires() -> None:
    posted: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        posted.append(json.loads(request.content))
        return httpx.Response(200, json=CREATED)

    await source(answering(answer)).put_silence(DRAFT)
    assert posted == [
        {
            "matchers": [
                {
                    "name": "alertname",
                    "value": "KubeProxyDown",
                    "isRegex": False,
                    "isEqual": True,
                },
                {"name": "job", "value": ".*", "isRegex": True, "isEqual": True},
            ],
            "startsAt": "2026-11-20T16:00:00.250Z",
            "endsAt": "2026-11-20T20:00:00.250Z",
            "createdBy": "sybren",
            "comment": "known",
        }
    ]


async def test_reads_fail_over_and_the_peer_that_answered_is_written_to() -> None:
    alerts = body(recorded("alertmanager/alerts-all.json"))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "one.test":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, content=alerts)

    peers = source(answering(answer), PEERS)
    assert len(await peers.alerts()) == len(await peers.alerts()) > 0
    assert peers.serving == "http://two.test"


async def test_what_any_peer_lists_is_listed_as_loud_as_any_has_it() -> None:
    listed = json.loads(body(recorded("alertmanager/alerts-all.json")))
    first, *rest = listed
    hushed = {"state": "suppressed", "silencedBy": ["s"], "inhibitedBy": []}
    active = {"state": "active", "silencedBy": [], "inhibitedBy": []}
    early = {**first, "status": hushed, "startsAt": "2020-01-01T00:00:00Z"}
    lists = {
        "one.test": [early],
        "two.test": [{**first, "status": active}, *rest],
    }

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=lists[request.url.host])

    for urls in (PEERS.urls, PEERS.urls[::-1]):
        found = await source(answering(answer), Endpoint(urls=urls)).alerts()
        assert len(found) == len(listed)
        (same,) = (a for a in found if a.fingerprint == first["fingerprint"])
        assert (same.state, same.silenced_by) == (AlertState.ACTIVE, ())
        assert same.starts_at == datetime(2020, 1, 1, tzinfo=UTC)


async def test_when_no_peer_answers_each_is_named() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503 if request.url.host == "one.test" else 401)

    with pytest.raises(SourceError) as caught:
        await source(answering(answer), PEERS).silences()
    fault = caught.value.fault
    assert (fault.kind, fault.endpoint) == (FaultKind.UNREACHABLE, "http://one.test")
    assert "http://two.test: does not accept the credentials" in fault.detail


async def test_a_silence_goes_to_the_next_peer_when_the_first_cannot_be_reached() -> (
    None
):
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "one.test":
            raise httpx.ConnectTimeout("black hole")
        return httpx.Response(200, json=CREATED)

    peers = source(answering(answer), PEERS)
    assert await peers.put_silence(DRAFT) == Put(CREATED["silenceID"])


async def test_a_refused_silence_was_not_created() -> None:
    refused = playing(recorded("alertmanager/silence-post-check-bad-regex.json"))
    with pytest.raises(SourceError) as caught:
        await source(refused).put_silence(DRAFT)
    assert "may have been" not in caught.value.fault.summary


async def test_states_of_the_future_are_survived() -> None:
    alert = raw(recorded("alertmanager/alerts-all.json"))[0]
    alert["status"] = {"state": "muted", "mutedBy": ["night"]}
    (decoded,) = await source(saying(200, json.dumps([alert]).encode())).alerts()
    assert decoded.state is AlertState.ACTIVE
    silence = raw(recorded("alertmanager/silences.json"))[0]
    silence["status"]["state"] = "dormant"
    (kept,) = await source(saying(200, json.dumps([silence]).encode())).silences()
    assert kept.state is SilenceState.PENDING


async def test_the_single_silences_recorded_decode_as_elements_of_a_list() -> None:
    single = [
        record
        for record in INDEX
        if record["path"].startswith("/api/v2/silence/")
        and (record["method"], record["status"]) == ("GET", 200)
    ]
    assert single
    for record in single:
        listed = saying(200, b"[" + body(record) + b"]")
        (silence,) = await source(listed).silences()
        assert silence.id == raw(record)["id"]


def test_times_are_written_as_alertmanager_writes_them() -> None:
    assert rfc3339(START) == "2026-11-20T16:00:00.250Z"
