"""The lab as a whole: what it writes, how it starts, and that it leaves nothing."""

from __future__ import annotations

import asyncio
import re
import signal
import stat
import sys
import tomllib
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from tests.lab.conftest import NOW, minutes
from tui.lab.server import Lab, LabOptions

PORT = re.compile(r"127\.0\.0\.1:\d+")
KEYS = [
    "TALOSCOPE_CONFIG",
    "KUBECONFIG",
    "TALOSCONFIG",
    "PROMETHEUS_URL",
    "ALERTMANAGER_URL",
    "LOKI_URL",
    "LAB_CONTROL_URL",
]


async def test_its_config_names_three_clusters_and_shared_endpoints(lab: Lab) -> None:
    config = tomllib.loads(lab.environment.taloscope_config.read_text())
    assert list(config["clusters"]) == ["prod", "monit", "agentic"]
    prometheus = {"url": lab.environment.prometheus_url, "cluster": "monit"}
    assert config["shared"]["prometheus"] == prometheus
    prod = config["clusters"]["prod"]
    assert prod["labels"] == {"cluster": "prod"}
    assert prod["talos"]["nodes"][0] == "10.10.0.40"
    assert prod["inventory"]["talos-kubelets"] == {"targets": ["10.10.0.40-43"]}
    assert prod["inventory"]["kube-proxy"]["expected"] is False
    assert Path(config["kubeconfig"]) == lab.environment.kubeconfig


async def test_its_files_are_for_their_owner_alone(lab: Lab) -> None:
    folder = lab.environment.kubeconfig.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (lab.environment.kubeconfig, lab.environment.talosconfig):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_both_configs_have_a_context_for_each_cluster(lab: Lab) -> None:
    names = {"prod", "monit", "agentic"}
    kubeconfig = yaml.safe_load(lab.environment.kubeconfig.read_text())
    talosconfig = yaml.safe_load(lab.environment.talosconfig.read_text())
    assert {one["name"] for one in kubeconfig["contexts"]} == names
    assert set(talosconfig["contexts"]) == names


async def test_nothing_is_left_when_it_ends() -> None:
    async with Lab(LabOptions()) as lab:
        folder = lab.environment.kubeconfig.parent
        url = lab.environment.loki_url
    assert not folder.exists()
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/ready")


async def test_a_server_that_is_down_refuses_and_comes_back_on_its_port(
    lab: Lab,
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{lab.environment.prometheus_url}/-/healthy"
        for fault in ("prometheus-down",) * 2:
            assert (await client.get(url)).status_code == 200
            lab.world.change_faults([fault], [])
            await lab.world.settle()
            with pytest.raises(httpx.ConnectError):
                await client.get(url)
            lab.world.change_faults([], [fault])
            await lab.world.settle()


async def test_one_clusters_api_can_be_down_from_the_start() -> None:
    faults = ("kubernetes-down:monit",)
    async with Lab(LabOptions(faults=faults)) as lab:
        text = yaml.safe_load(lab.environment.kubeconfig.read_text())
        urls = {one["name"]: one["cluster"]["server"] for one in text["clusters"]}
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            assert (await client.get(urls["prod"])).status_code == 401
            with pytest.raises(httpx.ConnectError):
                await client.get(urls["monit"])


async def test_two_labs_at_one_fixed_instant_answer_the_same_bytes() -> None:
    """Pictures are made of them. Ports are whatever is free."""
    options = LabOptions(at=minutes(5), speed=0, now=NOW)
    found = []
    for _ in range(2):
        async with Lab(options) as lab, httpx.AsyncClient(trust_env=False) as client:
            where = lab.environment
            urls = (
                f"{where.prometheus_url}/api/v1/targets",
                f"{where.prometheus_url}/api/v1/rules",
                f"{where.alertmanager_url}/api/v2/alerts",
                f'{where.loki_url}/loki/api/v1/query_range?query={{cluster="prod"}}',
            )
            texts = [(await client.get(url)).text for url in urls]
            found.append([PORT.sub("127.0.0.1:PORT", text) for text in texts])
    assert found[0] == found[1]


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[tuple[Process, Mapping[str, str]]]:
    """`python -m tui.lab` once it has said that it answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui.lab", *arguments, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    try:
        lines = [(await process.stdout.readline()).decode().strip() for _ in KEYS]
        yield process, dict(line.split("=", 1) for line in lines)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_it_prints_its_environment_and_ends_on_a_signal() -> None:
    async with running("--at", "4m30s", "--fault", "no-watchdog") as (process, found):
        assert list(found) == KEYS
        async with httpx.AsyncClient(trust_env=False) as client:
            state = (await client.get(f"{found['LAB_CONTROL_URL']}/state")).json()
        assert state["at_seconds"] >= 270
        assert state["faults"] == ["no-watchdog"]
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert not Path(found["TALOSCOPE_CONFIG"]).parent.exists()


async def test_it_ends_when_its_parent_has_ended() -> None:
    sleeper = await asyncio.create_subprocess_exec("sleep", "60")
    async with running("--parent", str(sleeper.pid)) as (process, _):
        sleeper.kill()
        await sleeper.wait()
        async with asyncio.timeout(5):
            assert await process.wait() == 0


async def test_an_unknown_fault_is_a_usage_error() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui.lab", "--fault", "nope", stdout=PIPE, stderr=PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"unknown fault 'nope'" in errors
