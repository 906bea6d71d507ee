"""Programs that we did not write, pointed at the lab."""

from __future__ import annotations

import asyncio
import os
import shutil
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from kubernetes import client, config

from tui.lab.server import Lab

pytestmark = pytest.mark.real


async def run(program: str, *arguments: str | Path) -> str:
    """A program's output; a missing one skips the test, but not in CI."""
    path = shutil.which(program)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed")
        pytest.skip(f"{program} is not installed")
    process = await asyncio.create_subprocess_exec(
        path, *arguments, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(20):
        output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def kubectl(lab: Lab, folder: Path, *arguments: str) -> str:
    return await run(
        "kubectl",
        "--kubeconfig",
        lab.environment.kubeconfig,
        "--cache-dir",
        folder,
        *arguments,
    )


async def amtool(lab: Lab, *arguments: str) -> str:
    url = f"--alertmanager.url={lab.environment.alertmanager_url}"
    return await run("amtool", url, *arguments)


async def test_kubectl_lists_nodes_pods_and_service_monitors(
    lab: Lab, tmp_path: Path
) -> None:
    asked = ("get", "nodes,pods,servicemonitors", "-A")
    prod = await kubectl(lab, tmp_path, *asked)
    assert "node/talos-cp-1" in prod
    assert "pod/cilium-wk1xq" in prod
    assert "CrashLoopBackOff" in prod
    monit = await kubectl(lab, tmp_path, "--context", "monit", *asked)
    assert "kube-prometheus-stack-kube-proxy" in monit


async def test_kubectl_lists_services_and_their_endpoints(
    lab: Lab, tmp_path: Path
) -> None:
    found = await kubectl(lab, tmp_path, "get", "services,endpointslices", "-A")
    assert "service/argocd-metrics" in found
    assert "8082:30082/TCP" in found
    assert "endpointslice.discovery.k8s.io/argocd-metrics-" in found


async def test_kubectl_deletes_a_service_monitor_and_makes_it_again(
    lab: Lab, tmp_path: Path
) -> None:
    where = ("--context", "monit", "-n", "monitoring")
    what = ("servicemonitor", "kube-prometheus-stack-kube-proxy")
    file = tmp_path / "kept.yaml"
    file.write_text(await kubectl(lab, tmp_path, *where, "get", *what, "-o", "yaml"))
    dry = await kubectl(
        lab, tmp_path, *where, "delete", *what, "--dry-run=server", "--wait=false"
    )
    assert "deleted (server dry run)" in dry
    await kubectl(lab, tmp_path, *where, "get", *what)
    await kubectl(lab, tmp_path, *where, "delete", *what, "--wait=false")
    left = await kubectl(lab, tmp_path, *where, "get", what[0], "-o", "name")
    assert "kube-proxy" not in left
    text = file.read_text()
    kept = [line for line in text.splitlines() if "resourceVersion:" not in line]
    file.write_text("\n".join(kept))
    made = await kubectl(
        lab, tmp_path, *where, "create", "--validate=false", "-f", str(file)
    )
    assert "kube-prometheus-stack-kube-proxy created" in made


async def test_kubectl_lists_storage(lab: Lab, tmp_path: Path) -> None:
    found = await kubectl(lab, tmp_path, "get", "storageclasses,csidrivers")
    assert "iscsi-btrfs (default)" in found
    assert "csidriver.storage.k8s.io/iscsi.csi.truenas.com" in found


async def test_kubectl_selects_and_reads_one_object(lab: Lab, tmp_path: Path) -> None:
    asked = ("-n", "kube-system", "get")
    pods = await kubectl(
        lab, tmp_path, *asked, "pods", "-l", "k8s-app=cilium", "-o", "name"
    )
    assert len(pods.splitlines()) == 4
    path = "jsonpath={.data.kube-proxy-replacement}"
    value = await kubectl(
        lab, tmp_path, *asked, "configmap", "cilium-config", "-o", path
    )
    assert value == "true"


async def test_amtool_lists_alerts(lab: Lab) -> None:
    alerts = await amtool(lab, "alert")
    for name in ("KubeProxyDown", "BTRFSCorruptionDetected", "Watchdog"):
        assert name in alerts


async def test_amtool_adds_a_silence_that_mutes_and_expires_it(lab: Lab) -> None:
    added = await amtool(
        lab,
        "silence",
        "add",
        "--author=operator",
        "--comment=under investigation",
        "--duration=4h",
        "alertname=KubeSchedulerDown",
    )
    name = added.strip()
    assert "KubeSchedulerDown" not in await amtool(lab, "alert", "query", "--active")
    assert name in await amtool(lab, "silence", "query")
    await amtool(lab, "silence", "expire", name)
    assert "KubeSchedulerDown" in await amtool(lab, "alert", "query", "--active")
    assert name in await amtool(lab, "silence", "query", "--expired")


async def test_promtool_queries_now_and_a_range(lab: Lab) -> None:
    url = lab.environment.prometheus_url
    up = await run("promtool", "query", "instant", url, "up")
    assert len(up.splitlines()) == 15
    down = await run("promtool", "query", "instant", url, "count(up == 0)")
    assert down.startswith("{} => 1 @")
    trend = await run("promtool", "query", "range", url, "sum(up)")
    assert "14 @[" in trend
    jobs = await run("promtool", "query", "labels", url, "job")
    assert "proxmox-carrick" in jobs


async def test_the_kubernetes_package_decodes_every_kind(lab: Lab) -> None:
    """It checks each reply against the API's own schema and refuses what is missing."""

    def kinds() -> dict[str, int]:
        path = str(lab.environment.kubeconfig)
        # The package's config half carries no types.
        with config.new_client_from_config(  # type: ignore[no-untyped-call]
            path, context="prod"
        ) as api:
            core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
            leases = client.CoordinationV1Api(api)
            return {
                "nodes": len(core.list_node().items),
                "pods": len(core.list_pod_for_all_namespaces().items),
                "config maps": len(core.list_config_map_for_all_namespaces().items),
                "events": len(core.list_event_for_all_namespaces().items),
                "namespaces": len(core.list_namespace().items),
                "claims": len(
                    core.list_persistent_volume_claim_for_all_namespaces().items
                ),
                "deployments": len(apps.list_deployment_for_all_namespaces().items),
                "daemon sets": len(apps.list_daemon_set_for_all_namespaces().items),
                "stateful sets": len(apps.list_stateful_set_for_all_namespaces().items),
                "leases": len(leases.list_lease_for_all_namespaces().items),
            }

    found = await asyncio.to_thread(kinds)
    assert found["nodes"] == 4
    assert all(found.values())
