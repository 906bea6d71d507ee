"""Every way into a cluster that `taloscope init` finds, and whether it leads there."""

from __future__ import annotations

import socket
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.cli.homes import KUBECONFIG, TALOSCONFIG, change, ended, run
from tui.config import load

NO_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"


def written(home: Path) -> Path:
    return home / ".config/taloscope/config.toml"


def outdate(home: Path, *, is_alone: bool = False) -> None:
    """A context `old@prod` before `prod`, whose user's certificate has ended."""
    crt, key = ended()
    user = {"client-certificate-data": crt, "client-key-data": key}

    def how(known: Any) -> None:
        known["users"].append({"name": "old", "user": user})
        old = {**known["contexts"][0]["context"], "user": "old"}
        known["contexts"].insert(0, {"name": "old@prod", "context": old})
        known["current-context"] = "old@prod"
        if is_alone:
            known["contexts"][1]["context"]["user"] = "old"

    change(home / KUBECONFIG, how)


def test_two_sites_with_one_address_are_two_clusters(home: Path) -> None:
    def how(known: Any) -> None:
        for number, each in enumerate(known["clusters"]):
            if each["name"] != "monit":
                each["cluster"]["server"] = "https://10.0.0.1:6443"
                each["cluster"]["proxy-url"] = f"http://127.0.0.1:{1 + number}"

    change(home / KUBECONFIG, how)
    done = run(home, "init", "--yes")
    assert done.returncode == 2
    clusters = load(written(home), {}).clusters
    assert [each.name for each in clusters] == ["prod", "monit", "agentic"]
    assert done.stderr.count("✖ Kubernetes") == 2


def test_the_first_context_that_works_is_taken(home: Path) -> None:
    outdate(home)
    done = run(home, "init", "--yes")
    assert done.returncode == 0, done.stderr
    config = written(home)
    assert load(config, {}).clusters[0].context == "prod"
    told = "the client certificate of the kubeconfig ended on 2020-12-31"
    assert f"# context old@prod leads there too, but: {told}\n" in config.read_text()
    assert f"· not taken     context old@prod\n{' ' * 18}{told}" in done.stderr


def add_spare(known: Any) -> Any:
    """Another context of the first one's server, which is returned."""
    first = known["contexts"][0]["context"]
    known["contexts"].append({"name": "spare@prod", "context": first})
    return first


def test_a_context_behind_one_that_works_is_named_and_not_tried(home: Path) -> None:
    change(home / KUBECONFIG, add_spare)
    done = run(home, "init", "--yes", "--dry-run")
    assert done.returncode == 0
    assert "# context spare@prod leads to the same API server\n" in done.stdout
    assert "not taken     context spare@prod, of the same API server" in done.stderr


def test_where_no_context_works_the_first_one_is_kept(home: Path) -> None:
    outdate(home, is_alone=True)
    done = run(home, "init", "--yes", "--dry-run")
    assert done.returncode == 2
    assert 'context = "old@prod"\n' in done.stdout
    assert "# context prod leads there too, but: " in done.stdout


def test_a_server_that_is_silent_is_asked_once(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"

        def how(known: Any) -> None:
            prod = add_spare(known)
            for each in known["clusters"]:
                if each["name"] == prod["cluster"]:
                    each["cluster"]["server"] = url

        change(home / KUBECONFIG, how)
        done = run(home, "init", "--yes", "--dry-run")
    assert done.returncode == 2
    assert "# Kubernetes did not answer: no connection within " in done.stdout
    assert "# context spare@prod leads to the same API server\n" in done.stdout


def test_talos_is_asked_what_it_runs(home: Path) -> None:
    done = run(home, "init", "--yes", "--dry-run")
    assert done.returncode == 0
    assert done.stderr.count("✔ Talos         v1.") == 3


CRT, KEY = ended()


@pytest.mark.parametrize(
    ("changes", "told", "advice"),
    [
        (
            {"endpoints": ["127.0.0.1:1"]},
            "connection refused",
            "Check that the node is up",
        ),
        (
            {"crt": CRT, "key": KEY},
            "the client certificate of the talosconfig ended on 2020-12-31",
            "Fetch a new talosconfig of this cluster.",
        ),
        (
            {"crt": "!!!!"},
            "context 'prod': `crt` is not base64",
            "It may have been cut when it was copied; fetch the file again",
        ),
        (
            {"key": "Z2FyYmFnZQ=="},
            "context 'prod': `key` holds no PEM block",
            "It may have been cut when it was copied; fetch the file again",
        ),
        (
            {"crt": b64encode(NO_CERTIFICATE.encode()).decode()},
            "crt of context 'prod' is no certificate",
            "Fetch a new talosconfig of this cluster.",
        ),
        (
            {"ca": b64encode(NO_CERTIFICATE.encode()).decode()},
            "ca, crt and key of 'prod' do not fit",
            "Fetch a new talosconfig of this cluster.",
        ),
    ],
    ids=["silent", "ended", "no-base64", "no-pem", "no-certificate", "no-ca"],
)
def test_a_talos_that_does_not_let_us_in_is_named_and_kept(
    home: Path, changes: dict[str, object], told: str, advice: str
) -> None:
    change(home / TALOSCONFIG, lambda known: known["contexts"]["prod"].update(changes))
    done = run(home, "init", "--yes")
    assert done.returncode == 2
    assert f"  ✖ Talos         {told}\n{' ' * 18}{advice}" in done.stderr
    assert "context prod, known by its nodes" in done.stderr
    assert "taloscope doctor" in done.stderr
    assert done.stderr.count("✔ Talos") == 2
    config = written(home)
    assert f"# Talos did not let us in: {told}\n" in config.read_text()
    assert load(config, {}).clusters[0].talos_context == "prod"


def test_of_two_talos_contexts_the_one_that_can_be_used_is_meant(home: Path) -> None:
    def how(known: Any) -> None:
        prod = known["contexts"]["prod"]
        known["contexts"] = {"cut": {**prod, "crt": "!"}, **known["contexts"]}

    change(home / TALOSCONFIG, how)
    done = run(home, "init", "--yes", "--dry-run")
    assert done.returncode == 0
    assert 'talos = { context = "prod" }' in done.stdout
