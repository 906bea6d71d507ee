"""A lab with targets, alerts and silences by the thousand."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.lab.conftest import NOW
from tui.lab.__main__ import options_parser
from tui.lab.crowd import INTERVAL, Crowd
from tui.lab.crowd_targets import listed
from tui.lab.server import Lab, LabOptions

CROWD = Crowd(2000, 300, 60)


async def asked(url: str, **params: str) -> Any:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(url, params=params)).json()


def still(crowd: Crowd) -> Lab:
    return Lab(LabOptions(at=timedelta(minutes=1), speed=0, now=NOW, crowd=crowd))


def test_crowd_has_as_many_targets_as_asked_and_no_two_alike() -> None:
    found = [json.loads(one) for one in listed(CROWD, NOW)]
    keys = {(one["labels"]["job"], one["labels"]["instance"]) for one in found}
    assert len(keys) == len(found) == 2000
    assert len({one["labels"]["job"] for one in found}) > 100
    assert {"up", "down"} == {one["health"] for one in found}


def test_each_target_carries_what_kubernetes_discovery_knows() -> None:
    every = [*listed(Crowd(20), NOW)]
    assert len(every) >= 20
    for one in every:
        assert 40 <= len(json.loads(one)["discoveredLabels"]) <= 90


def test_targets_are_scraped_each_at_its_own_moment() -> None:
    first = [json.loads(one)["lastScrape"] for one in listed(CROWD, NOW)]
    later = [json.loads(one)["lastScrape"] for one in listed(CROWD, NOW + INTERVAL / 3)]
    moved = sum(a != b for a, b in zip(first, later, strict=True))
    assert 600 < moved < 740
    assert max(first) <= f"{NOW:%Y-%m-%dT%H:%M:%S}.999999999Z"


async def test_every_server_shows_its_part_of_the_crowd() -> None:
    async with still(CROWD) as lab:
        urls = lab.environment
        targets = await asked(f"{urls.prometheus_url}/api/v1/targets", state="active")
        count = await asked(f"{urls.prometheus_url}/api/v1/query", query="count(up)")
        each = await asked(f"{urls.prometheus_url}/api/v1/query", query="count(up) > 0")
        rules = await asked(f"{urls.prometheus_url}/api/v1/rules", type="alert")
        alerts = await asked(f"{urls.alertmanager_url}/api/v2/alerts")
        silences = await asked(f"{urls.alertmanager_url}/api/v2/silences")
    known = len(targets["data"]["activeTargets"])
    assert known == 2015
    assert count["data"]["result"][0]["value"][1] == str(known)
    assert each["data"]["result"] == count["data"]["result"]
    in_rules = Counter(
        (rule["name"], alert["state"])
        for group in rules["data"]["groups"]
        for rule in group["rules"]
        for alert in rule["alerts"]
    )
    fired = Counter((one["labels"]["alertname"], "firing") for one in alerts)
    loki = {"BTRFSCorruptionDetected", "ISCSITimeout"}
    assert {key: n for key, n in fired.items() if key[0] not in loki} == {
        key: n for key, n in in_rules.items() if key[1] == "firing"
    }
    assert len({one["fingerprint"] for one in alerts}) == len(alerts) > 290
    assert len(silences) == 60
    ids = {one["id"] for one in silences if one["status"]["state"] == "active"}
    by = {name for one in alerts for name in one["status"]["silencedBy"]}
    assert by
    assert by <= ids


async def test_a_service_of_which_nothing_answers_has_its_alert() -> None:
    async with still(CROWD) as lab:
        url = f"{lab.environment.alertmanager_url}/api/v2/alerts"
        alerts = await asked(url, filter="alertname=TargetDown")
        up = await asked(
            f"{lab.environment.prometheus_url}/api/v1/query",
            query="sum by (job) (up) == 0",
        )
    silent = {one["metric"]["job"] for one in up["data"]["result"]}
    told = {one["labels"]["job"] for one in alerts}
    crowd = {one.name for one in CROWD.services if one.down}
    assert crowd
    assert crowd <= silent & told


async def test_the_config_expects_some_of_the_crowds_jobs() -> None:
    async with still(CROWD) as lab:
        config = tomllib.loads(lab.environment.taloscope_config.read_text())
    jobs = [j for each in config["clusters"].values() for j in each["inventory"]]
    assert len({one.name for one in CROWD.services} & set(jobs)) > 10


@pytest.mark.parametrize("text", ["-1", "many", "1.5"])
def test_a_crowd_is_counted_in_whole_numbers(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        options_parser().parse_args([f"--targets={text}"])
    assert f"{text!r} is no number" in capsys.readouterr().err
