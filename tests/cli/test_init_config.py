"""`taloscope init` as a new user runs it: with a kubeconfig and a talosconfig alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from tests.cli.homes import KUBECONFIG, change, ended, run
from tui.cli import init_config
from tui.config import load
from tui.model.contexts import KubeContext, TalosContext, by_server, paired
from tui.model.discovery import candidates
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import SourceKind
from tui.model.scraping import Service, ServicePort


def test_from_an_empty_home_to_a_true_picture(home: Path) -> None:
    done = run(home, "init", "--yes")
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 80 for line in done.stderr.splitlines()[:-2])
    path = home / ".config/taloscope/config.toml"
    assert "BEGIN" not in path.read_text()
    assert "token" not in path.read_text()
    prod, monit, agentic = load(path, {}).clusters
    assert [each.talos_context for each in (prod, monit, agentic)] == [
        "prod",
        "monit",
        "agentic",
    ]
    assert prod.loki is monit.loki is agentic.loki
    patient = 'refresh = "60s"\ntimeout = "25s"\n'  # a machine that runs tests is slow
    path.write_text(f"{patient}{path.read_text()}")
    checked = run(home, "check", "--timeout", "30", "--output", "json")
    report = json.loads(checked.stdout)
    assert checked.returncode == 1
    names = [each["name"] for each in report["clusters"]]
    assert names == ["prod", "monit", "agentic"]
    states = {
        source["state"] for each in report["clusters"] for source in each["sources"]
    }
    assert states == {"live"}
    assert "BTRFSCorruptionDetected" in checked.stdout


def test_the_doctor_goes_through_what_init_found(home: Path) -> None:
    run(home, "init", "--yes")
    done = run(home, "doctor", "--output", "json")
    steps = json.loads(done.stdout)["steps"]
    assert [one for one in steps if not one["is_well"]] == []
    assert done.returncode == 0
    led = {one["told"] for one in steps if one["what"] == "port-forward"}
    assert len(led) == 3
    assert all(told.startswith("leads to ") for told in led)
    rights = {one["what"] for one in steps if one["what"].startswith("right ")}
    assert "right create pods/portforward in monitoring" in rights


def test_it_may_be_run_again_and_overwrites_nothing(home: Path) -> None:
    path = home / ".config/taloscope/config.toml"
    dry = run(home, "init", "--yes", "--dry-run")
    assert dry.returncode == 0
    assert not path.exists()
    run(home, "init", "--yes")
    assert path.read_text() == dry.stdout
    again = run(home, "init", "--yes")
    assert again.returncode == 0
    assert "says so already" in again.stderr
    path.write_text("mine")
    refused = run(home, "init", "--yes")
    assert refused.returncode == 3
    assert path.read_text() == "mine"
    run(home, "init", "--yes", "--force")
    path.write_text("mine, later")
    forced = run(home, "init", "--yes", "--force")
    kept = [path.with_name(f"config.toml.bak{end}") for end in ("", ".1")]
    assert [each.read_text() for each in kept] == ["mine", "mine, later"]
    assert f"The old one is kept: {kept[1]}\n" in forced.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/dev/null", "is a device and no file"),
        ("pipe", "a pipe into which nobody writes"),
        ("folder", "cannot be read: Is a directory"),
        ("odd", "is not UTF-8"),
    ],
)
def test_what_can_hold_no_config_is_neither_read_nor_written(
    name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "odd").write_bytes(b"\xff")
    assert not init_config._is_kept(tmp_path / name, "x", may_replace=True)
    assert words in capsys.readouterr().err
    assert (tmp_path / "odd").read_bytes() == b"\xff"


def test_without_a_talosconfig_it_says_so_and_goes_on(home: Path) -> None:
    (home / ".talos/config").unlink()
    done = run(home, "init", "--yes", "--dry-run")
    assert done.returncode == 2
    assert "Talos is left out" in done.stderr
    assert "context = " in done.stdout


def test_without_a_kubeconfig_it_says_what_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "--yes")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "kube" in done.stderr


KUBES = (
    KubeContext("admin@prod", "prod", "https://10.0.0.1:6443"),
    KubeContext("viewer@prod", "prod", "https://10.0.0.1:6443"),
    KubeContext("home", "kubernetes", "https://10.1.0.1:6443"),
)
PROD, _, HOME = KUBES


NOTHING: frozenset[str] = frozenset()


def test_a_cluster_of_two_contexts_is_one() -> None:
    prod, home = by_server(KUBES)
    assert [each.name for each in prod] == ["admin@prod", "viewer@prod"]
    assert [each.name for each in home] == ["home"]


def test_contexts_are_paired_by_nodes_before_names() -> None:
    taloses = (TalosContext("home", ("10.0.0.5",)), TalosContext("prod", ("10.1.0.9",)))
    prod = paired(PROD, taloses, frozenset({"10.0.0.5"}))
    home = paired(HOME, taloses, frozenset({"10.1.0.9"}))
    assert [each.name for each in prod.talos] == ["home"]
    assert [each.name for each in home.talos] == ["prod"]


def test_who_cannot_be_asked_is_paired_by_address_or_name() -> None:
    taloses = (TalosContext("x", ("10.1.0.1",)), TalosContext("prod", ("cp.example",)))
    prod, home = (paired(each, taloses, NOTHING) for each in (PROD, HOME))
    assert (prod.talos[0].name, prod.because) == ("prod", "its name")
    assert (home.talos[0].name, home.because) == ("x", "its address")


def test_a_server_that_is_no_url_is_paired_by_name() -> None:
    odd = KubeContext("prod", "prod", "http://[::1")
    pair = paired(odd, (TalosContext("prod", ("10.1.0.1",)),), NOTHING)
    assert (pair.talos[0].name, pair.because) == ("prod", "its name")


def test_several_that_fit_are_nobodys_choice_but_the_operators() -> None:
    taloses = (TalosContext("a", ("10.0.0.1",)), TalosContext("b", ("10.0.0.1",)))
    assert len(paired(PROD, taloses, NOTHING).talos) == 2
    assert paired(HOME, taloses, NOTHING).talos == ()


def test_a_talos_context_that_cannot_be_used_gives_way() -> None:
    broken = Fault(FaultKind.CONFIG, "cut")
    cut = TalosContext("cut", ("10.0.0.5",), broken)
    named = TalosContext("prod", ())
    nodes = frozenset({"10.0.0.5"})
    assert paired(PROD, (cut, named), nodes).talos == (named,)
    assert paired(PROD, (cut,), nodes).talos == (cut,)


def service(name: str, port: int, app: str = "") -> Service:
    named = {"app.kubernetes.io/name": app}
    return Service("m", name, named, {}, (ServicePort("p", port, str(port), 0),))


@pytest.mark.parametrize(
    ("found", "kind", "path"),
    [
        (service("kube-prometheus-stack-prometheus", 9090), "prometheus", ""),
        (service("prometheus-server", 80), "prometheus", ""),
        (service("vmsingle-main", 8428), "prometheus", ""),
        (service("vmselect-main", 8481), "prometheus", "/select/0/prometheus"),
        (service("thanos-query-frontend", 9090), "prometheus", ""),
        (service("mimir-gateway", 80), "prometheus", "/prometheus"),
        (service("vmalertmanager-main", 9093), "alertmanager", ""),
        (service("am", 9093, app="alertmanager"), "alertmanager", ""),
        (service("loki-gateway", 80), "loki", ""),
        (service("logs", 3100, app="loki"), "loki", ""),
    ],
)
def test_a_server_is_known_by_its_labels_and_ports(
    found: Service, kind: str, path: str
) -> None:
    (one,) = candidates([found])
    assert (one.kind, one.path) == (SourceKind(kind), path)


@pytest.mark.parametrize(
    "name",
    ["prometheus-operator", "prometheus-node-exporter", "loki-canary", "grafana"],
)
def test_what_only_sounds_alike_is_left_alone(name: str) -> None:
    assert candidates([service(name, 9090), service(name, 80)]) == ()


def test_without_a_kubeconfig_it_says_where_it_looked(tmp_path: Path) -> None:
    done = run(tmp_path, "init")
    assert done.returncode == 3
    assert "~/.kube/config: put one there, set KUBECONFIG" in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("garbage", "broken is no kubeconfig: it holds a single value"),
        ("clusters: [", "broken is no YAML: expected the node content, but found"),
    ],
)
def test_a_kubeconfig_that_is_none_is_named_with_its_error(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "broken"
    path.write_text(text)
    done = run(tmp_path, "init", "--kubeconfig", str(path))
    assert done.returncode == 3
    assert done.stderr.startswith("taloscope: cannot read the kubeconfig: ")
    assert told in done.stderr
    assert str(path) in done.stderr
    assert "Exception" not in done.stderr


def test_an_empty_kubeconfig_is_one_without_a_context(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    done = run(tmp_path, "init", "--kubeconfig", str(path))
    assert done.returncode == 3
    assert f"no kubeconfig with a context in {path}" in done.stderr


def test_a_context_that_cannot_be_used_says_why_and_the_others_are_found(
    home: Path,
) -> None:
    path = home / ".kube/config"
    known = yaml.safe_load(path.read_text())
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "kubelogin-is-missing",
        "interactiveMode": "Never",
    }
    known["users"][0]["user"] = {"exec": plugin}
    path.write_text(yaml.safe_dump(known))
    done = run(home, "init", "--yes", "--dry-run")
    assert done.returncode == 2
    assert "cannot use the context 'prod' of the kubeconfig\n" in done.stderr
    assert "No such file or directory: 'kubelogin-is-missing'" in done.stderr
    assert "taloscope doctor" in done.stderr
    assert "15 targets" in done.stderr
    assert "kubelogin" not in done.stdout


def test_a_client_certificate_that_has_ended_is_named(home: Path) -> None:
    crt, key = ended()
    user = {"client-certificate-data": crt, "client-key-data": key}
    change(home / KUBECONFIG, lambda known: known["users"][0].update(user=user))
    done = run(home, "init", "--yes", "--dry-run")
    assert "the client certificate of the kubeconfig ended on 2020-12-31" in done.stderr
    assert "Renew it, or log in again." in done.stderr
