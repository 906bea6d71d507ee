"""Until when a kubeconfig lets us in."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tui.lab.certificates import make_authority
from tui.lab.clock import machine_now
from tui.model.machine import Certificate
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_expiry import expiry

END = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)


def web_token(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"Bearer e30.{body}.c2ln"


def test_a_web_token_says_when_it_ends() -> None:
    found = expiry("x", "", web_token({"exp": END.timestamp()}))
    assert found == Certificate("x", END, is_token=True)


@pytest.mark.parametrize(
    "token",
    [
        "Bearer plain",
        web_token({}),
        web_token([]),
        "Bearer a.!.c",
        web_token({"exp": "x"}),
    ],
)
def test_a_token_that_does_not_say_is_not_guessed(token: str) -> None:
    assert expiry("x", "", token) is None


async def test_a_kubeconfig_is_read_again_and_a_new_certificate_is_seen(
    tmp_path: Path,
) -> None:
    path = tmp_path / "kubeconfig"
    source = KubernetesSource("a", path, 5.0)
    ends = []
    for days in (3, 300):
        client = make_authority(machine_now(), "k").client(
            ["ops"], lifetime=timedelta(days=days)
        )
        user = {
            "client-certificate-data": base64.b64encode(client.certificate).decode(),
            "client-key-data": base64.b64encode(client.key).decode(),
        }
        path.write_text(kubeconfig(user))
        found = await source.certificate()
        assert found is not None
        ends.append(found.expires_at)
    await source.aclose()
    assert timedelta(days=296) < ends[1] - ends[0] < timedelta(days=298)


async def test_what_a_plugin_renews_is_no_news(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    told = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": web_token({"exp": 1}).removeprefix("Bearer ")},
    }
    plugin.write_text(f"#!/bin/sh\necho '{json.dumps(told)}'\n")
    plugin.chmod(0o700)
    run = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(plugin),
        "interactiveMode": "Never",
    }
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig({"exec": run}))
    source = KubernetesSource("a", path, 5.0)
    assert await source.certificate() is None
    await source.aclose()


def kubeconfig(user: object) -> str:
    return yaml.safe_dump(
        {
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
            "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:1"}}],
            "users": [{"name": "a", "user": user}],
        }
    )
