"""A kubeconfig whose plugin fails: who is told what, and how often it is run."""

from __future__ import annotations

from pathlib import Path

from tests.engines import running, until
from tui.config import load
from tui.model.fault import FaultKind
from tui.model.fleet import Fleet, SourceKind

CONFIG = """
kubeconfig = "{folder}/kubeconfig"
[clusters.prod]
context = "prod"
prometheus = {{ service = "monitoring/prometheus:9090" }}
alertmanager = {{ service = "monitoring/alertmanager:9093" }}
"""
KUBECONFIG = """
clusters: [{{name: prod, cluster: {{server: 'http://127.0.0.1:1'}}}}]
contexts: [{{name: prod, context: {{cluster: prod, user: me}}}}]
users:
- name: me
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: sh
      args: [-c, 'echo run >> {folder}/runs; echo no login >&2; exit 1']
      interactiveMode: Never
"""


def has_failed(fleet: Fleet) -> bool:
    """Whether all servers were asked in vain."""
    kinds = {each.key.kind for each in fleet.clusters[0].sources if each.fault}
    wanted = {SourceKind.KUBERNETES, SourceKind.PROMETHEUS, SourceKind.ALERTMANAGER}
    return kinds >= wanted


async def test_a_plugin_that_fails_is_run_once_for_all_and_again_when_asked(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    (tmp_path / "kubeconfig").write_text(KUBECONFIG.format(folder=tmp_path))
    runs = tmp_path / "runs"
    async with running(load(config, {})) as engine:
        fleet = await until(engine, has_failed)
        faults = [each.fault for each in fleet.clusters[0].sources if each.fault]
        assert {each.kind for each in faults} == {FaultKind.CONFIG}
        told = "cannot use the context 'prod' of the kubeconfig"
        assert {each.summary for each in faults} == {told}
        assert runs.read_text().count("run") == 1
        engine.refresh()
        await until(engine, lambda _: runs.read_text().count("run") == 2)
