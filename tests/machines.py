"""Hand-made machines: their numbers, facts, detail, history, and a cluster's review."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.judged import NOW, ago
from tui.model.alert import Evidence, Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import NodeView
from tui.model.machine import (
    Certificate,
    ContainerUse,
    CpuUse,
    Detail,
    DiskRate,
    Etcd,
    EtcdPeer,
    Facts,
    Filesystem,
    LinkRate,
    Moment,
    ProcessUse,
    Vitals,
)
from tui.model.reading import Reading
from tui.model.review import Check, CheckState

GIB = 2**30
CERTIFICATES = (Certificate("talosconfig prod", NOW + timedelta(days=200)),)


def make_vitals(busy: float = 0.12, *, available: int = 10 * GIB) -> Vitals:
    cpu = CpuUse(busy * 0.7, busy * 0.3, 0.02, 0.0)
    return Vitals(cpu, 8, 16 * GIB, available, 0.42, 0.55, 0.61, ago(days=19))


def make_etcd(name: str = "talos-cp-1", *, raft_index: int = 81_342) -> Etcd:
    return Etcd(
        member_id="8e9e05c52164694d",
        leader_id="8e9e05c52164694d",
        is_learner=False,
        database_bytes=48 * 2**20,
        in_use_bytes=21 * 2**20,
        raft_index=raft_index,
        raft_applied_index=raft_index,
        raft_term=7,
        errors=(),
        alarms=(),
        members=(EtcdPeer("8e9e05c52164694d", name, is_learner=False),),
    )


FILESYSTEMS = (
    Filesystem("/var", "/dev/sda6", 60 * GIB, 41 * GIB),
    Filesystem("/system/state", "/dev/sda5", 92 * 2**20, 85 * 2**20),
)


def make_facts(etcd: Etcd | None = None) -> Facts:
    return Facts(
        stage="running",
        is_ready=True,
        is_control_plane=etcd is not None,
        filesystems=FILESYSTEMS,
        clock_offset_seconds=0.0042,
        etcd=etcd,
    )


def make_detail() -> Detail:
    return Detail(
        disks=(DiskRate("sda", 1.5e6, 4.2e6, 0.18), DiskRate("sdb", 0.0, 0.0, 0.0)),
        links=(LinkRate("eth0", 2.1e6, 0.8e6, 0.0), LinkRate("cilium_host", 0, 0, 3.0)),
        processes=(
            ProcessUse(1790, "kubelet", "/usr/local/bin/kubelet -v=2", "S", 0.21, GIB),
            ProcessUse(1, "init", "/sbin/init", "S", 0.01, 90 * 2**20),
            ProcessUse(88, "etcd", "/usr/bin/etcd", "D", None, 2 * GIB),
        ),
        containers=(
            ContainerUse(
                "k8s.io",
                "apps/homeassistant-0",
                "homeassistant",
                "ghcr.io/home-assistant:2026.1",
                "CONTAINER_RUNNING",
                0.4,
                700 * 2**20,
            ),
            ContainerUse("system", "", "apid", "", "RUNNING", None, None),
        ),
    )


def alive(node: NodeView, *, is_control_plane: bool = False) -> NodeView:
    """The node with all that a healthy machine tells."""
    facts = make_facts(make_etcd(node.name) if is_control_plane else None)
    return replace(
        node,
        vitals=Reading(make_vitals(), ago(seconds=2), None, 9),
        facts=Reading(facts, ago(seconds=20), None, 2),
        detail=Reading(make_detail(), ago(seconds=1), None, 4),
    )


def dead(node: NodeView, *, minutes: float = 4) -> NodeView:
    """The node as it was when it was last heard, and why it is not heard now."""
    fault = Fault(
        FaultKind.UNREACHABLE,
        "connection refused",
        retry_at=NOW + timedelta(seconds=12),
    )
    heard = ago(minutes=minutes)
    return replace(
        node,
        talos=replace(node.talos, observed_at=heard, fault=fault),
        vitals=replace(node.vitals, observed_at=heard, fault=fault),
        facts=replace(node.facts, observed_at=heard, fault=fault),
    )


def black_holed(node: NodeView) -> NodeView:
    """A node that swallows every packet, and has never answered."""
    fault = Fault(FaultKind.TIMEOUT, "no answer within 2 s")
    return replace(
        node,
        talos=Reading(None, None, fault, 3),
        vitals=Reading(None, None, fault, 3),
        facts=Reading(None, None, fault, 3),
        detail=Reading(None, None, fault, 3),
        kube=None,
    )


def refusing(node: NodeView) -> NodeView:
    """A node that may not, or cannot, tell some of it."""
    why = {
        "etcd": "Talos 1.6 has no such call",
        "clock": "the role os:reader may not ask this",
        "filesystems": "the mounts cannot be read",
        "processes": "the role os:reader may not ask this",
    }
    facts = replace(
        make_facts(),
        is_control_plane=True,
        filesystems=None,
        clock_offset_seconds=None,
        unavailable=why,
    )
    detail = replace(make_detail(), processes=(), unavailable=why)
    return replace(
        node,
        facts=Reading(facts, ago(seconds=20), None, 2),
        detail=Reading(detail, ago(seconds=1), None, 4),
    )


def make_history(minutes: int = 30) -> tuple[Moment, ...]:
    """A moment every ten seconds: busy waves, a gap in the middle."""
    found = []
    for n in range(minutes * 6):
        if minutes * 2 <= n < minutes * 2 + 12:
            continue
        wave = 0.15 + 0.1 * (n % 20) / 20
        detail = make_detail()
        found.append(
            Moment(
                ago(seconds=10 * (minutes * 6 - n)),
                make_vitals(wave, available=(10 * GIB) - n * 2**22),
                detail.disks,
                detail.links,
            )
        )
    return tuple(found)


REVIEW = (
    Check(
        "control-plane",
        "Control plane of three or more",
        CheckState.FAILED,
        "1 control-plane node: losing it loses the cluster",
        (
            Evidence(
                "talos-cp-1 is the only control plane",
                Verdict.REAL,
                "kubernetes prod",
                "kubectl get nodes -l node-role.kubernetes.io/control-plane",
                "1",
                ago(seconds=20),
            ),
        ),
        "Add two control-plane nodes, or accept it in the config.",
    ),
    Check("cni", "A CNI is there", CheckState.PASSED, "Cilium, 4/4 agents ready"),
    Check(
        "csi",
        "CSI and a default StorageClass",
        CheckState.UNKNOWN,
        "StorageClasses could not be read",
        advice="Grant list on storageclasses.",
    ),
)
