"""The files through which a client finds the lab: kubeconfig, talosconfig, config."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from msgspec import Struct

from tui.lab.certificates import Authority, Credentials
from tui.lab.plan import Expectation, Plan


class KubernetesAccess(Struct, frozen=True):
    """Where one cluster's API server is, and who may ask it."""

    server: str
    authority: Authority
    client: Credentials


def kubeconfig(current: str, contexts: Mapping[str, KubernetesAccess]) -> str:
    """The text of a kubeconfig with one context, cluster and user for each name."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "preferences": {},
        "clusters": [
            {
                "name": name,
                "cluster": {
                    "server": access.server,
                    "certificate-authority-data": _base64(access.authority.pem),
                },
            }
            for name, access in contexts.items()
        ],
        "users": [
            {
                "name": f"admin@{name}",
                "user": {
                    "client-certificate-data": _base64(access.client.certificate),
                    "client-key-data": _base64(access.client.key),
                },
            }
            for name, access in contexts.items()
        ],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": f"admin@{name}"}}
            for name in contexts
        ],
    }
    return yaml.safe_dump(document, sort_keys=False)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def taloscope_config(
    urls: Mapping[str, str], peers: Sequence[str], folder: Path, plan: Plan
) -> str:
    """The dashboard's TOML: one shared Prometheus, Alertmanager and Loki in monit.

    urls    by server name: prometheus, alertmanager, loki
    peers   of Alertmanager, beside the one in `urls`
    folder  where kubeconfig and talosconfig lie
    plan    whose nodes and expectations are written down
    """
    managers = ", ".join(map(_text, (urls["alertmanager"], *peers)))
    parts = [
        f"kubeconfig = {_text(folder / 'kubeconfig')}\n"
        f"talosconfig = {_text(folder / 'talosconfig')}\n",
        "[shared]\n"
        f'prometheus = {{ url = {_text(urls["prometheus"])}, cluster = "monit" }}\n'
        f'alertmanager = {{ urls = [{managers}], cluster = "monit" }}\n'
        f'loki = {{ url = {_text(urls["loki"])}, cluster = "monit" }}\n',
    ]
    for cluster, jobs in with_crowd(plan).items():
        addresses = [node.address for node in plan.of(cluster)]
        nodes = ", ".join(_text(address) for address in addresses)
        parts.append(
            f"[clusters.{cluster}]\n"
            f"labels = {{ cluster = {_text(cluster)} }}\n"
            f"context = {_text(cluster)}\n"
            f"talos = {{ context = {_text(cluster)}, nodes = [{nodes}] }}\n"
            f"{_allowed(cluster)}"
        )
        parts.extend(_inventory_table(cluster, job, of) for job, of in jobs.items())
    return "\n".join(parts)


def _allowed(cluster: str) -> str:
    """ServiceMonitors may be deleted where there are any: that is one to try."""
    return 'allow = ["servicemonitor-actions"]\n' if cluster == "monit" else ""


def with_crowd(plan: Plan) -> Mapping[str, Mapping[str, Expectation]]:
    """The inventory, with the first of each ten of the crowd's jobs as a whole."""
    found = {cluster: dict(jobs) for cluster, jobs in plan.inventory.items()}
    for service in plan.crowd.services[::10]:
        if service.first < plan.crowd.targets:
            found[service.cluster][service.name] = ()
    return found


def _inventory_table(cluster: str, job: str, of: Expectation) -> str:
    head = f"[clusters.{cluster}.inventory.{job}]\n"
    if isinstance(of, str):
        return f"{head}expected = false\nreason = {_text(of)}\n"
    return f"{head}targets = [{', '.join(_text(one) for one in of)}]\n" if of else head


def _text(value: str | Path) -> str:
    """A TOML basic string; none of the lab's own values needs an escape."""
    return f'"{value}"'
