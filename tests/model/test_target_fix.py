from __future__ import annotations

import tomllib
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from tests.estate import make_target
from tui.model.target import Expected, Health, TargetRow
from tui.model.target_fix import Fix, fixes

MARKS = {"cluster": "prod"}
ABSENT = make_target("node-exporter", "10.0.0.1:9100", health=Health.ABSENT)


def unwanted(job: str = "a", pool: str = "", instance: str = "h:1") -> TargetRow:
    row = make_target(job, instance, expected=Expected.NO)
    assert row.target is not None
    return replace(row, target=replace(row.target, scrape_pool=pool or job))


def whats(found: tuple[Fix, ...]) -> list[str]:
    return [fix.what for fix in found]


def test_what_is_as_it_should_be_needs_no_fix() -> None:
    off = make_target("a", "", expected=Expected.NO, health=Health.ABSENT)
    for row in (make_target("a", "h:1"), make_target("a", "h", health=Health.DOWN)):
        assert fixes("prod", row) == ()
    assert fixes("prod", off) == ()


def test_a_missing_target_is_scraped_or_no_longer_expected() -> None:
    scrape, forget = fixes("prod", ABSENT, MARKS)
    (job,) = yaml.safe_load(scrape.text)
    assert job == {
        "job_name": "node-exporter",
        "static_configs": [{"targets": ["10.0.0.1:9100"], "labels": MARKS}],
    }
    assert "[clusters.prod.inventory.node-exporter]" in forget.text
    assert '"10.0.0.1:9100"' in forget.text


def test_a_prometheus_of_its_own_needs_no_label_for_the_cluster() -> None:
    (job,) = yaml.safe_load(fixes("prod", ABSENT)[0].text)
    assert job["static_configs"] == [{"targets": ["10.0.0.1:9100"]}]


def test_a_missing_job_is_no_longer_expected_as_a_whole() -> None:
    row = make_target("a.b", "", health=Health.ABSENT)
    _, forget = fixes("prod", row)
    read = tomllib.loads(forget.text)
    assert read["clusters"]["prod"]["inventory"]["a.b"]["expected"] is False


def test_what_is_not_in_the_inventory_is_put_into_it() -> None:
    (fix,) = fixes("prod", make_target("a", "h:1", expected=Expected.UNLISTED))
    read = tomllib.loads(fix.text)
    assert read["clusters"]["prod"]["inventory"] == {"a": {"targets": ["h:1"]}}


@pytest.mark.parametrize("health", [Health.UP, Health.DOWN, Health.UNKNOWN])
def test_what_should_not_be_there_is_dropped_or_expected(health: Health) -> None:
    drop, expect = fixes("prod", replace(unwanted(), health=health))
    (job,) = yaml.safe_load(drop.text)
    assert job["job_name"] == "a"
    assert job["relabel_configs"] == [
        {"source_labels": ["__address__"], "regex": "h:1", "action": "drop"}
    ]
    assert tomllib.loads(expect.text)["clusters"]["prod"]["inventory"] == {
        "a": {"targets": ["h:1"]}
    }


def dropped(row: TargetRow) -> dict[str, Any]:
    (job,) = yaml.safe_load(fixes("prod", row)[0].text)
    found: dict[str, Any] = job["relabel_configs"][0]
    return found


def test_the_pattern_that_drops_a_target_fits_it_alone() -> None:
    assert dropped(unwanted(instance="10.0.0.1:80"))["regex"] == r"10\.0\.0\.1:80"


def test_an_instance_that_is_no_address_is_dropped_by_its_own_label() -> None:
    row = unwanted(instance="router")
    assert row.target is not None
    row = replace(row, target=replace(row.target, scrape_url="http://10.0.0.9:1/m"))
    assert dropped(row)["source_labels"] == ["instance"]


def test_what_a_service_monitor_made_goes_with_it() -> None:
    row = unwanted("a", "serviceMonitor/monitoring/argo cd/0")
    delete, _ = fixes("prod", row)
    assert delete.text == "kubectl -n monitoring delete servicemonitor 'argo cd'\n"


def test_a_component_of_kubernetes_is_switched_off_in_the_values_first() -> None:
    pool = "serviceMonitor/monitoring/kube-prometheus-stack-kube-proxy/0"
    found = fixes("prod", unwanted("kube-proxy", pool))
    assert whats(found) == [
        "scrape it no longer",
        "delete what made it",
        "expect it",
    ]
    assert yaml.safe_load(found[0].text) == {"kubeProxy": {"enabled": False}}


def test_names_from_outside_stay_names() -> None:
    evil = 'x"]\n[clusters.prod]\nallow = ["y'
    row = make_target(evil, evil, expected=Expected.UNLISTED)
    read = tomllib.loads(fixes(evil, row)[0].text)
    assert read == {"clusters": {evil: {"inventory": {evil: {"targets": [evil]}}}}}
    gone = make_target(evil, evil, health=Health.ABSENT)
    (job,) = yaml.safe_load(fixes("prod", gone, {"cluster": evil})[0].text)
    assert job["job_name"] == evil
    assert job["static_configs"][0]["labels"] == {"cluster": evil}


def test_a_name_that_nobody_could_paste_has_no_fix() -> None:
    assert fixes("prod", unwanted(instance="h" * 5_000)) == ()
    assert fixes("prod", replace(ABSENT, job="j" * 5_000)) == ()


def test_a_target_whose_url_cannot_be_read_is_dropped_by_its_instance() -> None:
    row = unwanted(instance="http://[::1")
    assert row.target is not None
    broken = replace(row, target=replace(row.target, scrape_url="http://[::1"))
    (fix, *_) = fixes("prod", broken)
    assert "source_labels: [instance]" in fix.text
