"""What the lab's estate is at one moment: frozen values, no network, no clock.

Every time in here is an *offset*: a `timedelta` from the story's zero, negative
for what lies before it. Only `tui.lab.clock` turns offsets into instants.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from zlib import crc32

from msgspec import Struct, field


class Role(StrEnum):
    """What a machine is in its cluster, in Talos' words."""

    CONTROL_PLANE = "controlplane"
    WORKER = "worker"


class Health(StrEnum):
    """A Talos service's health. UNKNOWN: it has no check, or none ran yet."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class Reach(StrEnum):
    """What becomes of a connection to a node."""

    ANSWERS = "answers"
    REFUSES = "refuses"  # refused at once
    SILENT = "silent"  # accepted by nobody: hangs until the caller gives up


class LabServiceEvent(Struct, frozen=True):
    """One entry of a Talos service's history; `state` as in ServiceInfo."""

    at: timedelta
    state: str
    message: str


class LabService(Struct, frozen=True):
    """A Talos service, as `ServiceList` shows it.

    message     the last health message; empty while healthy
    changed_at  when healthy last flipped
    events      oldest first
    """

    id: str
    state: str
    health: Health
    changed_at: timedelta
    message: str = ""
    events: tuple[LabServiceEvent, ...] = ()


class LabNode(Struct, frozen=True):
    """One Talos machine."""

    name: str
    address: str
    cluster: str
    role: Role
    talos_version: str  # the tag, with its "v"
    kubernetes_version: str
    kernel: str
    booted_at: timedelta
    services: tuple[LabService, ...] = ()  # sorted by id
    is_ready: bool = True  # the kubelet's condition, not the machine's
    ready_since: timedelta = timedelta(days=-19)
    reach: Reach = Reach.ANSWERS
    answers_after: timedelta = timedelta(0)  # real time that each call waits
    ships_services: bool = True  # machine.logging has a destination
    ships_kernel: bool = True  # and so has the kernel log


class LabLine(Struct, frozen=True):
    """One line that a node wrote, to its kernel log or to a service's log.

    seq       counts the lines of one node and service; the same line always has
              the same number
    service   "kernel" for the kernel log
    priority  the kernel's word: emerg, alert, crit, err, warning, notice, info, debug
    fields    SUBSYSTEM and DEVICE of a kernel record
    """

    at: timedelta
    cluster: str
    address: str
    service: str
    facility: str
    priority: str
    message: str
    seq: int = 0
    fields: tuple[tuple[str, str], ...] = ()


class LabPod(Struct, frozen=True):
    """One pod. `reason` is why it is not Ready; empty when it is."""

    name: str
    namespace: str
    node: str
    labels: Mapping[str, str]
    owner: tuple[str, str]  # kind and name
    image: str
    created_at: timedelta
    ready_since: timedelta
    phase: str = "Running"
    is_ready: bool = True
    reason: str = ""
    restarts: int = 0
    claims: tuple[str, ...] = ()  # persistent volume claims that it mounts


class LabEvent(Struct, frozen=True):
    """One Kubernetes event, about an object of the same namespace."""

    name: str
    namespace: str
    at: timedelta
    reason: str
    message: str
    kind: str
    about: str
    component: str
    type: str = "Normal"


class LabLease(Struct, frozen=True):
    """A leader's lease. `stopped_at` is None while its holder renews it."""

    name: str
    holder: str
    stopped_at: timedelta | None = None


class LabPort(Struct, frozen=True):
    """A port of a Service; `node_port` 0 when it is not opened on the nodes."""

    name: str
    port: int
    target: int
    node_port: int = 0


class LabKubeService(Struct, frozen=True):
    """A Kubernetes Service. Without a selector nobody fills its endpoints by pods."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    ports: tuple[LabPort, ...]
    is_headless: bool = False
    is_local: bool = False  # a node passes on to pods of its own alone


class LabMonitor(Struct, frozen=True):
    """A ServiceMonitor in namespace monitoring.

    namespaces  where it looks for services; its own when empty
    job_label   the services' label that names the job; their name when empty
    port        name of the services' port
    """

    name: str
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    namespaces: tuple[str, ...]
    job_label: str
    port: str


class LabEtcd(Struct, frozen=True):
    """What is wrong with a cluster's etcd; nodes are given by name."""

    has_alarm: bool = False  # the database is out of space
    lagging: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


class LabCluster(Struct, frozen=True):
    """One cluster as its own API server sees it."""

    name: str
    nodes: tuple[LabNode, ...]
    pods: tuple[LabPod, ...] = ()
    events: tuple[LabEvent, ...] = ()
    leases: tuple[LabLease, ...] = ()
    config_maps: Mapping[tuple[str, str], Mapping[str, str]] = field(
        default_factory=dict
    )
    services: tuple[LabKubeService, ...] = ()
    service_monitors: tuple[LabMonitor, ...] = ()
    etcd: LabEtcd = LabEtcd()


class Outage(Struct, frozen=True):
    """A time in which a target could not be scraped; `until` None: it lasts."""

    since: timedelta
    until: timedelta | None
    error: str

    def covers(self, at: timedelta) -> bool:
        """Whether the outage was on at that offset."""
        return self.since <= at and (self.until is None or at < self.until)


class LabTarget(Struct, frozen=True):
    """One scrape target, with its whole past."""

    labels: Mapping[str, str]
    scrape_url: str
    outages: tuple[Outage, ...] = ()
    interval_seconds: int = 10
    scrape_pool: str = ""  # the job when empty

    @property
    def pool(self) -> str:
        """The scrape pool; of a static config it is the job."""
        return self.scrape_pool or self.labels["job"]

    def outage(self, at: timedelta) -> Outage | None:
        """The outage that is on at that offset, if any."""
        return next((one for one in self.outages if one.covers(at)), None)


class Estate(Struct, frozen=True):
    """Everything, at one offset `at`."""

    at: timedelta
    clusters: tuple[LabCluster, ...]
    targets: tuple[LabTarget, ...]
    dropped_targets: tuple[Mapping[str, str], ...]
    watchdog_fires: bool = True

    def node(self, target: str) -> LabNode | None:
        """The node with that address or name."""
        nodes = (node for cluster in self.clusters for node in cluster.nodes)
        return next(
            (node for node in nodes if target in (node.address, node.name)), None
        )

    def cluster(self, name: str) -> LabCluster:
        """The cluster of that name; KeyError when there is none."""
        for cluster in self.clusters:
            if cluster.name == name:
                return cluster
        raise KeyError(name)


def network_address(namespace: str, pod: str, node_address: str) -> str:
    """The address of a pod, of its node's range."""
    number = crc32(f"{namespace}/{pod}".encode()) % 250
    return f"10.244.{node_address.rpartition('.')[2]}.{number + 2}"
