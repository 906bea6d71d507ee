from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.lab.conftest import NOW, Serve, still_world
from tui.lab.alertmanager import Alertmanager
from tui.lab.alertmanager_alerts import Inhibitors, SentAlert, fingerprint
from tui.lab.server import Lab, LabOptions

UNKNOWN = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
async def alertmanager(serve: Serve) -> httpx.AsyncClient:
    return await serve(Alertmanager(still_world()).app())


def silence(**labels: str) -> dict[str, Any]:
    return {
        "matchers": [
            {"name": name, "value": value, "isRegex": False}
            for name, value in labels.items()
        ],
        "startsAt": NOW.isoformat(),
        "endsAt": (NOW + timedelta(hours=4)).isoformat(),
        "createdBy": "operator",
        "comment": "under investigation",
    }


async def names(client: httpx.AsyncClient, **asked: str | list[str]) -> list[str]:
    answer = await client.get("/api/v2/alerts", params=asked)
    return sorted(one["labels"]["alertname"] for one in answer.json())


def test_fingerprints_are_those_alertmanager_recorded() -> None:
    labels = {
        "alertname": "TargetDown",
        "cluster": "monit",
        "job": "proxmox-carrick",
        "service": "proxmox",
        "severity": "warning",
    }
    assert fingerprint(labels) == "270a38e84db2d12d"
    pair = {"alertname": "ISCSIKernelError", "severity": "warning"}
    assert fingerprint(pair) == "0d155f85346a5d6f"


async def test_watchdog_gets_the_external_label_here(
    alertmanager: httpx.AsyncClient,
) -> None:
    answer = await alertmanager.get("/api/v2/alerts", params={"receiver": "null"})
    labels = [one["labels"] for one in answer.json()]
    watchdog = {"alertname": "Watchdog", "cluster": "monit", "severity": "none"}
    assert labels == [watchdog]


async def test_an_active_alert_ends_in_the_future_and_was_sent_just_now(
    alertmanager: httpx.AsyncClient,
) -> None:
    listed = (await alertmanager.get("/api/v2/alerts")).json()
    assert listed
    for one in listed:
        assert datetime.fromisoformat(one["endsAt"]) > NOW
        age = NOW - datetime.fromisoformat(one["updatedAt"])
        assert timedelta(0) <= age < timedelta(seconds=30)


async def test_a_critical_alert_has_two_receivers(
    alertmanager: httpx.AsyncClient,
) -> None:
    asked = {"filter": 'alertname="KubeSchedulerDown"'}
    (alert,) = (await alertmanager.get("/api/v2/alerts", params=asked)).json()
    receivers = [one["name"] for one in alert["receivers"]]
    assert receivers == ["homelab-critical", "homelab-webhook"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (['alertname="TargetDown"'], ["TargetDown"]),
        (["alertname=TargetDown"], ["TargetDown"]),
        (['alertname=~"Kube.*Down"', "cluster=agentic"], ["KubeProxyDown"]),
        (['alertname=~"Kube"'], []),
        (['severity!="critical"'], ["TargetDown", "Watchdog"]),
        (['job=""', 'severity="none"'], ["Watchdog"]),
    ],
)
async def test_filters_are_anchored_and_all_of_them_count(
    alertmanager: httpx.AsyncClient, filters: list[str], found: list[str]
) -> None:
    assert await names(alertmanager, filter=filters) == found


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("alertname", "bad matcher format: alertname"),
        ("", "bad matcher format: "),
        ('bad-name="x"', 'bad matcher format: bad-name="x"'),
        (
            'severity="critical",cluster="monit"',
            'matcher value contains unescaped double quote: "critical",cluster="monit"',
        ),
        ('alertname=~"("', "error parsing regexp: missing closing ): `^(?:()$`"),
    ],
)
async def test_a_bad_filter_is_refused_with_a_json_string(
    alertmanager: httpx.AsyncClient, text: str, error: str
) -> None:
    answer = await alertmanager.get("/api/v2/alerts", params={"filter": text})
    assert (answer.status_code, answer.json()) == (400, error)


async def test_a_silence_suppresses_what_it_matches_until_it_expires(
    alertmanager: httpx.AsyncClient,
) -> None:
    posted = await alertmanager.post(
        "/api/v2/silences", json=silence(alertname="KubeProxyDown", cluster="prod")
    )
    name = posted.json()["silenceID"]
    asked = {"filter": ['alertname="KubeProxyDown"', 'cluster="prod"']}
    (muted,) = (await alertmanager.get("/api/v2/alerts", params=asked)).json()
    assert muted["status"]["silencedBy"] == [name]
    assert muted["status"]["state"] == "suppressed"
    assert (await alertmanager.delete(f"/api/v2/silence/{name}")).content == b""
    (alert,) = (await alertmanager.get("/api/v2/alerts", params=asked)).json()
    assert alert["status"]["state"] == "active"
    kept = (await alertmanager.get(f"/api/v2/silence/{name}")).json()
    assert kept["status"]["state"] == "expired"


async def test_the_booleans_take_alerts_away(alertmanager: httpx.AsyncClient) -> None:
    await alertmanager.post("/api/v2/silences", json=silence(alertname="TargetDown"))
    assert "TargetDown" not in await names(alertmanager, silenced="false")
    assert await names(alertmanager, active="false") == ["TargetDown"]
    assert await names(alertmanager, active="maybe") == ["TargetDown"]


async def test_a_silence_filter_asks_for_the_silences_own_matchers(
    alertmanager: httpx.AsyncClient,
) -> None:
    await alertmanager.post("/api/v2/silences", json=silence(cluster="prod"))
    for text, count in (('cluster="prod"', 1), ('cluster=~"prod"', 0)):
        answer = await alertmanager.get("/api/v2/silences", params={"filter": text})
        assert len(answer.json()) == count


async def test_an_alert_is_in_one_group_for_each_of_its_routes(
    alertmanager: httpx.AsyncClient,
) -> None:
    groups = (await alertmanager.get("/api/v2/alerts/groups")).json()
    receivers = sorted(
        group["receiver"]["name"]
        for group in groups
        if group["labels"].get("alertname") == "KubeSchedulerDown"
    )
    assert receivers == ["homelab-critical", "homelab-webhook"]


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        (
            "GET",
            "silence/nope",
            422,
            {"code": 601, "message": 'silenceID in path must be of type uuid: "nope"'},
        ),
        ("DELETE", f"silence/{UNKNOWN}", 500, "silence not found"),
        (
            "PUT",
            "silences",
            405,
            {"code": 405, "message": "method PUT is not allowed, but [GET,POST] are"},
        ),
        (
            "GET",
            "nosuch",
            404,
            {"code": 404, "message": "path /api/v2/nosuch was not found"},
        ),
    ],
)
async def test_what_cannot_be_done_is_refused_as_recorded(
    alertmanager: httpx.AsyncClient, method: str, path: str, status: int, body: object
) -> None:
    answer = await alertmanager.request(method, f"/api/v2/{path}")
    assert (answer.status_code, answer.json()) == (status, body)


async def test_an_unknown_silence_is_404_without_a_body(
    alertmanager: httpx.AsyncClient,
) -> None:
    answer = await alertmanager.get(f"/api/v2/silence/{UNKNOWN}")
    assert (answer.status_code, answer.content) == (404, b"")


async def test_a_form_is_no_silence(alertmanager: httpx.AsyncClient) -> None:
    answer = await alertmanager.post("/api/v2/silences", data={"matchers": "x"})
    assert answer.status_code == 415
    assert answer.json()["code"] == 415


async def test_lokis_alerts_arrive_with_a_name_and_a_severity(lab: Lab) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{lab.environment.alertmanager_url}/api/v2/alerts"
        answer = await client.get(url, params={"filter": "alertname=~BTRFS.*"})
    (alert,) = answer.json()
    assert alert["labels"] == {
        "alertname": "BTRFSCorruptionDetected",
        "severity": "critical",
    }


def test_a_critical_alert_inhibits_its_namesake_in_the_same_namespace() -> None:
    def alert(severity: str) -> SentAlert:
        labels = {"alertname": "A", "namespace": "n", "severity": severity}
        return SentAlert(labels, {}, NOW, "")

    critical, warning = alert("critical"), alert("warning")
    inhibitors = Inhibitors([critical, warning])
    assert inhibitors.of(warning) == [critical.fingerprint]
    assert inhibitors.of(critical) == []


async def test_a_second_peer_tells_the_same_until_it_hears_no_news() -> None:
    options = LabOptions(speed=0, now=NOW, faults=("alertmanager-peer",))
    async with Lab(options) as lab, httpx.AsyncClient(trust_env=False) as client:
        config = tomllib.loads(lab.environment.taloscope_config.read_text())
        urls = [
            f"{url}/api/v2/silences" for url in config["shared"]["alertmanager"]["urls"]
        ]

        async def listed() -> list[int]:
            return [len((await client.get(url)).json()) for url in urls]

        await client.post(urls[0], json=silence(alertname="A"))
        assert await listed() == [1, 1]
        lab.world.change_faults(["peer-apart"], [])
        await lab.world.settle()
        await client.post(urls[0], json=silence(alertname="B"))
        await client.post(urls[0], json=silence(alertname="C"))
        await client.post(urls[1], json=silence(alertname="D"))
        assert await listed() == [3, 2]
        lab.world.change_faults([], ["peer-apart"])
        await lab.world.settle()
        assert await listed() == [4, 4]


async def test_what_is_asked_of_silences_is_done_although_no_answer_comes(
    serve: Serve,
) -> None:
    world = still_world("1m", "silences-unanswered")
    client = await serve(Alertmanager(world).app())
    with pytest.raises(httpx.ReadTimeout):
        await client.post("/api/v2/silences", json=silence(alertname="A"), timeout=0.3)
    assert len((await client.get("/api/v2/silences")).json()) == 1
