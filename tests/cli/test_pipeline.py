"""`taloscope pipeline` on a lab: its text, its JSON, its exit codes, and its files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.labs import RunningLab, running_lab

BROKEN = ("vector-down:talos-wk-2", "new-talos:talos-wk-3", "old-talos:talos-wk-1")


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    options = [word for fault in BROKEN for word in ("--fault", fault)]
    with running_lab("--at", "1m", *options) as running:
        yield running


@pytest.fixture(scope="module")
def folder(lab: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("manifests")
    done = lab.run("pipeline", "manifests", str(found))
    assert done.returncode == 0, done.stderr
    return found


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text()))


def test_the_text_names_the_stage_that_is_broken_first(lab: RunningLab) -> None:
    done = lab.run("pipeline")
    assert done.returncode == 1
    assert done.stdout.startswith("talos-wk-2  prod\n")
    assert "BROKEN     vector: vector-wk-2 Running, not Ready" in done.stdout
    assert "`taloscope pipeline manifests DIR`" in done.stdout


def test_one_cluster_that_is_whole_is_zero(lab: RunningLab) -> None:
    done = lab.run("pipeline", "--cluster", "monit")
    assert done.returncode == 0
    assert "talos-wk-2" not in done.stdout


def test_json_says_where_each_node_breaks_and_what_that_rests_on(
    lab: RunningLab,
) -> None:
    done = lab.run("pipeline", "-o", "json")
    report = json.loads(done.stdout)
    assert report["exit_code"] == done.returncode == 1
    (prod,) = [each for each in report["clusters"] if each["name"] == "prod"]
    at = {node["name"]: node["broken_at"] for node in prod["nodes"]}
    assert at == {
        "talos-cp-1": None,
        "talos-wk-1": None,
        "talos-wk-2": "vector",
        "talos-wk-3": None,
    }
    stages = [each for node in prod["nodes"] for each in node["stages"]]
    assert all(each["evidence"] for each in stages)
    assert {x["source"] for each in stages for x in each["evidence"]} >= {
        "loki",
        "kubernetes prod",
        "talos talos-cp-1",
    }


def test_a_cluster_that_is_not_there_is_a_wrong_command_line(lab: RunningLab) -> None:
    done = lab.run("pipeline", "--cluster", "nope")
    assert done.returncode == 3
    assert "known are prod, monit, agentic" in done.stderr


def test_there_is_a_file_for_every_node_and_every_stage(folder: Path) -> None:
    files = {str(path.relative_to(folder)) for path in folder.rglob("*.yaml")}
    assert files == {
        *(f"prod/talos/{x}.yaml" for x in ("talos-cp-1", "talos-wk-1")),
        *(f"prod/talos/{x}.yaml" for x in ("talos-wk-2", "talos-wk-3")),
        "monit/talos/talos-monitor.yaml",
        "agentic/talos/talos-agentic.yaml",
        *(f"{x}/service.yaml" for x in ("prod", "monit", "agentic")),
        *(f"{x}/vector-values.yaml" for x in ("prod", "monit", "agentic")),
        "monit/loki-alerting-rules.yaml",
        "monit/loki-ruler.yaml",
    }


def test_a_patch_is_of_the_node_s_own_address_and_release(folder: Path) -> None:
    talos = folder / "prod" / "talos"
    machine, kernel = documents(talos / "talos-wk-3.yaml")
    (service_logs,) = machine["machine"]["logging"]["destinations"]
    assert service_logs == {
        "endpoint": "tcp://10.10.0.43:30600/",
        "format": "json_lines",
    }
    assert kernel == {
        "apiVersion": "v1alpha1",
        "kind": "KmsgLogConfig",
        "name": "talos-kernel",
        "url": "tcp://10.10.0.43:30600/",
    }
    assert "Since Talos 1.13" in (talos / "talos-wk-3.yaml").read_text()
    assert "Since Talos 1.13" not in (talos / "talos-wk-1.yaml").read_text()


def test_the_service_opens_the_port_that_the_nodes_send_to(folder: Path) -> None:
    (service,) = documents(folder / "prod" / "service.yaml")
    (values,) = documents(folder / "prod" / "vector-values.yaml")
    (port,) = service["spec"]["ports"]
    assert port["nodePort"] == 30600
    assert service["spec"]["externalTrafficPolicy"] == "Local"
    assert service["spec"]["selector"] == values["podLabels"]
    talos = values["customConfig"]["sources"]["talos"]
    assert talos["address"] == f"0.0.0.0:{port['targetPort']}"
    labels = values["customConfig"]["sinks"]["loki"]["labels"]
    assert labels["cluster"] == "prod"
    assert labels["job"] == "talos-kernel"
    # The chart runs its own templates over it, so that Vector's must be printed.
    assert labels["host"] == '{{ print "{{ host }}" }}'


def test_written_twice_nothing_changes(lab: RunningLab, folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.yaml")}
    done = lab.run("pipeline", "manifests", str(folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# 0 files written. Nothing was applied")
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*.yaml")} == before


def test_what_somebody_changed_is_kept_unless_force_is_given(
    lab: RunningLab, folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(folder, own)
    changed = own / "prod" / "service.yaml"
    changed.write_text("mine: true\n")
    (own / "prod" / "vector-values.yaml").unlink()
    done = lab.run("pipeline", "manifests", str(own))
    assert done.returncode == 1
    assert "prod/service.yaml" in done.stderr
    assert changed.read_text() == "mine: true\n"
    assert not (own / "prod" / "vector-values.yaml").exists()
    done = lab.run("pipeline", "manifests", str(own), "--force")
    assert done.returncode == 0
    assert changed.read_text() == (folder / "prod" / "service.yaml").read_text()


def test_what_is_printed_is_what_one_runs(lab: RunningLab, folder: Path) -> None:
    told = lab.run("pipeline", "manifests", str(folder)).stdout
    wanted = "talosctl -n 10.10.0.43 patch machineconfig --patch @"
    assert f"{wanted}prod/talos/talos-wk-3.yaml" in told
    diff = "kubectl diff -f prod/service.yaml"
    assert f"{diff}; kubectl apply -f prod/service.yaml" in told
    assert "helm upgrade --install vector vector/vector -n monitoring" in told


@pytest.mark.real
def test_promtool_takes_the_rules_but_for_logql(folder: Path, tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    (config,) = documents(folder / "monit" / "loki-alerting-rules.yaml")
    for name, text in config["data"].items():
        groups = yaml.safe_load(text)
        for group in groups["groups"]:
            for rule in group["rules"]:
                assert rule["expr"].endswith("> 0")
                rule["expr"] = "vector(1)"  # it knows no LogQL
        file = tmp_path / name
        file.write_text(yaml.safe_dump(groups))
        done = subprocess.run(
            [promtool, "check", "rules", str(file)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.real
def test_kubectl_takes_the_manifests_in_a_dry_run(
    lab: RunningLab, folder: Path
) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    config = lab.environment["KUBECONFIG"]
    for name in ("prod/service.yaml", "monit/loki-alerting-rules.yaml"):
        done = subprocess.run(
            [
                *(kubectl, "--kubeconfig", config, "create", "--dry-run=client"),
                *("--validate=false", "-o", "name", "-f", str(folder / name)),
            ],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip().startswith(("service/", "configmap/"))


@pytest.mark.real
def test_kubectl_finds_the_pod_as_the_commands_would(lab: RunningLab) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    _, report = lab.check()
    (prod,) = [each for each in report["clusters"] if each["name"] == "prod"]
    (found,) = [each for each in prod["findings"] if each["kind"] == "node-silent"]
    text = found["fixes"][0]
    ask = text[text.index("pod=$(") : text.index("-o name)") + len("-o name)")]
    done = subprocess.run(
        ["sh", "-c", f"{ask}; echo $pod"],
        env={**os.environ, "KUBECONFIG": lab.environment["KUBECONFIG"]},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.strip() == "pod/vector-wk-2", done.stderr
