"""The story: what the estate is at an offset, and nothing else.

`Story.at` is a pure function of the offset and of the faults that are on; a test,
a demo and a picture that ask for the same moment see the same estate.

before 2:00  calm: false alarms that have fired for weeks; proxmox-carrick is down
2:00         an iSCSI session of talos-wk-2 (prod) drops; BTRFS on sdb goes bad
2:50         the kubelet of talos-wk-2 fails its health check
4:00         the Cilium agent of talos-wk-1 (prod) dies: KubeProxyDown becomes real
6:00         Cilium is back
7:00         the session is back, then the kubelet; calm again
10:00        an iSCSI session of talos-wk-1 drops and is back within four seconds; its
             volume on sdc stays mounted, and serves stale data from then on
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from tui.lab import records, scrapes, wiring, workloads
from tui.lab.estate import (
    Estate,
    Health,
    LabCluster,
    LabEtcd,
    LabKubeService,
    LabNode,
    LabPod,
    LabService,
    LabServiceEvent,
    LabTarget,
    Outage,
    Reach,
    Role,
)
from tui.lab.faults import FaultSet
from tui.lab.homelab import HOMELAB
from tui.lab.machine_orders import obey
from tui.lab.order import Order
from tui.lab.plan import Plan
from tui.lab.release import NEW, OLD, RELEASES, SKEWED
from tui.lab.scrapes import pool_of

SLOWNESS = timedelta(seconds=3)
KUBELET_SICK = timedelta(minutes=2, seconds=50)
KUBELET_WELL = timedelta(minutes=7, seconds=5)
_SICKNESS = (
    'Get "http://127.0.0.1:10248/healthz": context deadline exceeded '
    "(Client.Timeout exceeded while awaiting headers)"
)


class Story(Struct, frozen=True):
    """The story of a plan, with some faults switched on and some orders given."""

    faults: FaultSet = FaultSet()
    plan: Plan = HOMELAB
    orders: tuple[Order, ...] = ()  # oldest first
    # ServiceMonitors that are gone: cluster, namespace, name
    deleted: frozenset[tuple[str, str, str]] = frozenset()

    def at(self, offset: timedelta) -> Estate:
        """The whole estate at an offset from the story's zero."""
        return Estate(
            at=offset,
            clusters=tuple(self._cluster(name, offset) for name in self.plan.clusters),
            targets=self.targets(offset),
            dropped_targets=tuple(
                labels
                for labels in self.plan.dropped
                if not self._is_unmonitored(pool_of(labels["service"]))
            ),
            watchdog_fires=not self.faults.has("no-watchdog"),
        )

    def _cluster(self, name: str, offset: timedelta) -> LabCluster:
        nodes = tuple(self._node(node, offset) for node in self.plan.of(name))
        lost = {node.name: node.ready_since for node in nodes if not node.is_ready}
        pods = workloads.pods(self.plan, name, offset, self.faults)
        return LabCluster(
            name=name,
            nodes=nodes,
            pods=tuple(_unless_lost(pod, lost) for pod in pods),
            events=records.events(self.plan, name, offset, self.faults),
            leases=records.leases(self.plan, name, offset, self.faults),
            config_maps=records.config_maps(name, self.faults),
            services=self._services(name),
            service_monitors=wiring.monitors(name),
            etcd=self._etcd(name, nodes),
        )

    def _services(self, cluster: str) -> tuple[LabKubeService, ...]:
        found = wiring.services(cluster)
        if not self.faults.has("node-port-gone", cluster):
            return found
        return tuple(each for each in found if each.name != wiring.RECEIVER)

    def _etcd(self, cluster: str, nodes: tuple[LabNode, ...]) -> LabEtcd:
        lagging = frozenset(self.faults.arguments("etcd-lagging"))
        if cluster != "prod":
            return LabEtcd(lagging=lagging)
        planes = [node.name for node in nodes if node.role is Role.CONTROL_PLANE]
        is_missing = self.faults.has("etcd-member-missing")
        return LabEtcd(
            has_alarm=self.faults.has("etcd-alarm"),
            lagging=lagging,
            missing=frozenset(planes[-1:] if is_missing else ()),
        )

    def _node(self, node: LabNode, offset: timedelta) -> LabNode:
        node = self._versioned(node)
        if node.name == "talos-wk-2":
            services = tuple(_in_story(one, offset) for one in node.services)
            node = replace(node, services=services)
        if self.faults.has("slow-node", node.name):
            node = replace(node, answers_after=SLOWNESS)
        is_off = self.faults.has("logging-off", node.name)
        no_kernel = is_off or self.faults.has("kernel-logging-off", node.name)
        node = replace(node, ships_services=not is_off, ships_kernel=not no_kernel)
        node = obey(node, self.orders, offset)
        for fault, reach in (
            ("node-dead", Reach.REFUSES),
            ("node-blackhole", Reach.SILENT),
        ):
            if self.faults.has(fault, node.name):
                since = offset - workloads.FAULT_AGE
                node = replace(node, reach=reach, is_ready=False, ready_since=since)
        return node

    def _versioned(self, node: LabNode) -> LabNode:
        """A node with the versions that the faults give it."""
        for fault, release in (("old-talos", OLD), ("new-talos", NEW)):
            if self.faults.has(fault, node.name):
                return release.on(node)
        for minor in self.faults.arguments("talos-release"):
            return RELEASES[minor].on(node)
        if self.faults.has("version-skew") and node.cluster == "prod":
            is_last = node == self.plan.of("prod")[-1]
            return SKEWED.on(node) if is_last else node
        return node

    def targets(self, offset: timedelta) -> tuple[LabTarget, ...]:
        """What Prometheus scrapes at an offset: no more of the estate than it takes."""
        nodes = (self._node(node, offset) for node in self.plan.nodes)
        lost = {
            node.name: node.ready_since
            for node in nodes
            if node.reach is not Reach.ANSWERS
        }
        since = offset - workloads.FAULT_AGE
        found = []
        for one in self.plan.targets:
            outages = one.outages
            lost_since = lost.get(one.labels.get("node", ""))
            if lost_since is not None:
                error = f"dial tcp {one.labels['instance']}: connect: no route to host"
                outages = (Outage(lost_since, None, error),)
            found.append(replace(one, outages=outages))
        found.extend(scrapes.faulty_targets(self.faults, since))
        found = [scrapes.misled(one, self.faults, since) for one in found]
        return tuple(one for one in found if not self._is_unmonitored(one.pool))

    def _is_unmonitored(self, pool: str) -> bool:
        """Whether the ServiceMonitor of a scrape pool is gone; all of them in monit."""
        kind, _, rest = pool.partition("/")
        namespace, _, name = rest.rpartition("/")[0].partition("/")
        return kind == "serviceMonitor" and ("monit", namespace, name) in self.deleted


def _unless_lost(pod: LabPod, lost: Mapping[str, timedelta]) -> LabPod:
    """Kubernetes takes the pods of a lost node for not Ready."""
    if pod.node not in lost:
        return pod
    return replace(pod, is_ready=False, ready_since=lost[pod.node])


def _in_story(service: LabService, offset: timedelta) -> LabService:
    """A service of talos-wk-2; its kubelet falls ill and recovers."""
    if service.id != "kubelet" or offset < KUBELET_SICK:
        return service
    failed = LabServiceEvent(
        KUBELET_SICK, "Running", f"Health check failed: {_SICKNESS}"
    )
    events = (*service.events, failed)
    if offset < KUBELET_WELL:
        return replace(
            service,
            health=Health.UNHEALTHY,
            message=_SICKNESS,
            changed_at=KUBELET_SICK,
            events=events,
        )
    well = LabServiceEvent(KUBELET_WELL, "Running", "Health check successful")
    return replace(service, changed_at=KUBELET_WELL, events=(*events, well))
