"""A bigger estate than the homelab: as many nodes as one asks for.

The homelab's own nodes are part of it, so its story goes on in there. Addresses:
prod 10.10.0.x, monit 10.11.x.x, agentic 10.20.x.x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count as count_from

from msgspec.structs import replace

from tui.lab.estate import LabNode, Reach, Role
from tui.lab.homelab import (
    CLUSTERS,
    DROPPED,
    GUEST,
    HOMELAB,
    INVENTORY,
    ISCSI,
    exporter_targets,
    make_node,
    node_targets,
    shared_targets,
)
from tui.lab.plan import Expectation, Plan

CONTROL_PLANES = 3
SMALLEST = len(CLUSTERS) * (CONTROL_PLANES + 1)

# So that a hundred nodes do not fill Loki.
_CALM_PERIOD = timedelta(seconds=30)
_LOST_SINCE = timedelta(minutes=-40)
_NETWORKS = {"prod": "10.10", "monit": "10.11", "agentic": "10.20"}


def fleet(count: int) -> Plan:
    """So many nodes in three clusters, three control planes in each.

    monit's last worker is dead, and agentic's is a black hole. ValueError when
    there are too few nodes for that.
    """
    if count < SMALLEST:
        raise ValueError(f"{count} nodes are too few; it takes {SMALLEST} or more")
    nodes: list[LabNode] = []
    for number, cluster in enumerate(CLUSTERS):
        share = count // len(CLUSTERS) + (number < count % len(CLUSTERS))
        nodes.extend(_cluster(cluster, share))
    of = {name: [node for node in nodes if node.cluster == name] for name in CLUSTERS}
    targets = (
        *shared_targets(),
        *node_targets("talos-kubelets", of["prod"] + of["agentic"]),
        *node_targets("talos-monitor", of["monit"]),
        *exporter_targets(nodes),
    )
    inventory = _inventory(of)
    return Plan(CLUSTERS, tuple(nodes), targets, DROPPED, inventory, _CALM_PERIOD)


def _cluster(cluster: str, share: int) -> list[LabNode]:
    planes = list(_nodes(cluster, Role.CONTROL_PLANE, CONTROL_PLANES))
    workers = list(_nodes(cluster, Role.WORKER, share - CONTROL_PLANES))
    lost = {"monit": Reach.REFUSES, "agentic": Reach.SILENT}.get(cluster)
    if lost is not None:
        last = workers.pop()
        workers.append(
            replace(last, reach=lost, is_ready=False, ready_since=_LOST_SINCE)
        )
    return planes + workers


def _nodes(cluster: str, role: Role, wanted: int) -> Iterator[LabNode]:
    """The homelab's nodes of a cluster and role first, then new ones."""
    known = [node for node in HOMELAB.of(cluster) if node.role is role][:wanted]
    yield from known
    word, block = ("cp", 1) if role is Role.CONTROL_PLANE else ("wk", 2)
    extensions = ISCSI if cluster == "prod" else GUEST
    for number in count_from(len(known) + 1):
        if number > wanted:
            return
        # Blocks of 200 keep the last octet below 255 in fleets of any size.
        high, low = divmod(number, 200)
        address = f"{_NETWORKS[cluster]}.{block + 10 * high}.{low + 1}"
        name = f"talos-{cluster}-{word}-{number}"
        yield make_node(name, address, cluster, role, extensions)


def _inventory(
    of: Mapping[str, list[LabNode]],
) -> Mapping[str, Mapping[str, Expectation]]:
    found = {name: dict(jobs) for name, jobs in INVENTORY.items()}
    for cluster, nodes in of.items():
        job = "talos-monitor" if cluster == "monit" else "talos-kubelets"
        addresses = tuple(node.address for node in nodes)
        found[cluster][job] = addresses
        found[cluster]["talos-node-exporter"] = tuple(
            f"{address}:9100" for address in addresses
        )
    return found
