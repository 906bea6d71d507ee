"""`taloscope doctor` against the lab: all well, and each thing that is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.labs import RunningLab, running_lab
from tui.model.rights import RIGHTS

DOCS = Path(__file__).parent.parent.parent / "docs"


@pytest.fixture(scope="module")
def ill() -> Iterator[RunningLab]:
    faults = ("forbidden:leases", "loki-down", "node-dead:talos-wk-2")
    named = [word for fault in faults for word in ("--fault", fault)]
    with running_lab("--at", "1m", "--speed", "0", *named) as started:
        yield started


def test_what_is_not_well_is_told_with_what_to_do(ill: RunningLab) -> None:
    done = ill.run("doctor", "--output", "json")
    assert done.returncode == 1, done.stderr
    steps = json.loads(done.stdout)["steps"]
    failed = {(one["where"], one["what"]): one for one in steps if not one["is_well"]}
    assert {what for _, what in failed} == {"list leases", "node 10.10.0.42", "ask"}
    assert (
        "whether schedulers lead" in failed["prod: Kubernetes", "list leases"]["advice"]
    )
    assert all(one["advice"] for one in failed.values())
    prometheus = [one for one in steps if one["where"].endswith("Prometheus")]
    assert all(one["is_well"] for one in prometheus)


def test_its_text_fits_a_terminal_and_counts(ill: RunningLab) -> None:
    done = ill.run("doctor")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "may list 15 of 16 kinds" in done.stdout
    assert "✖ prod: Talos" in done.stdout
    assert "steps failed" in done.stdout


def test_with_a_right_missing_the_rest_is_known(ill: RunningLab) -> None:
    done = ill.run("check", "--output", "json")
    clusters = json.loads(done.stdout)["clusters"]
    assert all(each["nodes"] for each in clusters)


def test_the_manifest_allows_what_is_read_and_the_page_says_why() -> None:
    role, _ = yaml.safe_load_all((DOCS / "rbac.yaml").read_text())
    allowed = {
        (group, resource)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert allowed == {(right.group, right.resource) for right in RIGHTS}
    page = (DOCS / "connect.md").read_text()
    for right in RIGHTS:
        assert f"| `{right.resource}` | {right.without} |" in page
