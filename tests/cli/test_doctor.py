"""`taloscope doctor` against the lab: all well, and each thing that is not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.labs import RunningLab, running_lab
from tui.model.rights import FORWARD, RIGHTS, Right

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
    assert {what for _, what in failed} == {
        "right get leases",
        "right list leases",
        "node 10.10.0.42",
        "tcp",
    }
    for verb, lost in (("get", "schedulers lead"), ("list", "kubelets live")):
        right = failed["prod: Kubernetes, context prod", f"right {verb} leases"]
        assert lost in right["advice"]
    assert all(one["advice"] for one in failed.values())
    prometheus = [one for one in steps if ": Prometheus" in one["where"]]
    assert all(one["is_well"] for one in prometheus)
    loki = [one for one in steps if ": Loki" in one["where"]]
    assert {one["state"] for one in loki} == {"well", "ill", "not-tried"}


def test_its_text_fits_a_terminal_and_counts(ill: RunningLab) -> None:
    done = ill.run("doctor")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "✖ right        get leases: forbidden" in done.stdout
    assert "✖ prod: Talos" in done.stdout
    assert "not tried, nor version, clock, read" in done.stdout
    assert done.stdout.rstrip().endswith("steps fail")


def test_a_report_of_a_crash_is_told_with_what_to_send(
    ill: RunningLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "taloscope" / "crash-20261127T030000-1.txt"
    report.parent.mkdir()
    report.write_text("it ended")
    monkeypatch.setitem(ill.environment, "XDG_STATE_HOME", str(tmp_path))
    done = ill.run("doctor", "--output", "json")
    first = json.loads(done.stdout)["steps"][0]
    assert first["what"] == "crash report"
    assert first["told"] == str(report)
    assert first["is_well"]
    assert "send it" in first["advice"]


def test_with_a_right_missing_the_rest_is_known(ill: RunningLab) -> None:
    done = ill.run("check", "--output", "json")
    clusters = json.loads(done.stdout)["clusters"]
    assert all(each["nodes"] for each in clusters)


def allowed_by(role: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Group, resource and verb of each thing that a role allows."""
    return {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def asked_of(rights: Iterable[Right]) -> set[tuple[str, str, str]]:
    """The same of what the doctor asks."""
    return {(one.group, one.resource, verb) for one in rights for verb in one.verbs}


def test_the_manifest_allows_what_the_doctor_asks_for_and_no_more() -> None:
    role, forward = yaml.safe_load_all((DOCS / "rbac.yaml").read_text())
    assert allowed_by(role) == asked_of(RIGHTS)
    assert allowed_by(forward) == asked_of([FORWARD])


def test_the_page_says_what_is_lost_without_each_right() -> None:
    page = (DOCS / "connect.md").read_text()
    for right in RIGHTS:
        assert f"| `{right.resource}` | {right.without} |" in page
