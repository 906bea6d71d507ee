"""A hand-made fleet at minute 4 of the story: prod in trouble, the others calm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from tests.judged import (
    NOW,
    ago,
    btrfs_alert,
    carrick_alert,
    false_proxy,
    make_alert,
    scheduler_alert,
    watchdog,
)
from tests.machines import CERTIFICATES, REVIEW, alive
from tui.model.alert import Judgement, Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import (
    Cluster,
    FeedKey,
    Fleet,
    NodeView,
    SourceKind,
    SourceStatus,
    Trend,
)
from tui.model.kube import KubeNode
from tui.model.log import Entry, LogFinding
from tui.model.metric import Series
from tui.model.reading import Reading
from tui.model.silence import Matcher, Silence, SilenceState
from tui.model.talos import ServiceEvent, ServiceHealth, TalosNode, TalosService
from tui.model.target import Expected, Health, Target, TargetRow

PROMETHEUS = "http://10.10.0.30:9090"
ALERTMANAGER = "http://10.10.0.30:9093"
LOKI = "http://10.10.0.30:3100"


def make_source(
    kind: SourceKind, endpoint: str, feed: str, seconds: float = 3.0
) -> SourceStatus:
    key = FeedKey(kind, endpoint, feed)
    return SourceStatus(key, 10.0, ago(seconds=seconds), None, 40)


def failing(source: SourceStatus, kind: FaultKind, summary: str) -> SourceStatus:
    fault = Fault(
        kind,
        summary,
        "",
        source.key.endpoint,
        ago(seconds=2),
        NOW + timedelta(seconds=4),
    )
    return replace(source, observed_at=ago(minutes=4), fault=fault)


def with_failing(*kinds: SourceKind) -> Fleet:
    """The estate, where these of prod do not answer."""
    fleet = make_fleet()
    prod = fleet.clusters[0]
    sources = tuple(
        failing(source, FaultKind.TIMEOUT, "no answer within 5 s")
        if source.key.kind in kinds
        else source
        for source in prod.sources
    )
    return replace(
        fleet, clusters=(replace(prod, sources=sources), *fleet.clusters[1:])
    )


def _sources(name: str, addresses: Sequence[str]) -> tuple[SourceStatus, ...]:
    return (
        make_source(SourceKind.PROMETHEUS, PROMETHEUS, "targets"),
        make_source(SourceKind.PROMETHEUS, PROMETHEUS, f"trend {name}", 9),
        make_source(SourceKind.ALERTMANAGER, ALERTMANAGER, "alerts", 2),
        make_source(SourceKind.ALERTMANAGER, ALERTMANAGER, "silences", 2),
        make_source(SourceKind.LOKI, LOKI, "tail", 1),
        make_source(SourceKind.KUBERNETES, f"admin@{name}", "nodes", 4),
        *(
            make_source(SourceKind.TALOS, f"{name}/{address}", "services", 2)
            for address in addresses
        ),
    )


def make_target(
    job: str,
    instance: str,
    *,
    expected: Expected = Expected.YES,
    health: Health = Health.UP,
    error: str = "",
    reason: str = "",
) -> TargetRow:
    labels = {"job": job, "instance": instance}
    url = f"http://{instance}/metrics"
    target = Target(labels, health, job, url, error, ago(seconds=7), 0.02, 30, 10)
    is_listed = health is not Health.ABSENT
    return TargetRow(
        job, instance, expected, health, reason, target if is_listed else None
    )


def make_service(
    name: str, health: ServiceHealth = ServiceHealth.HEALTHY, message: str = ""
) -> TalosService:
    since = ago(days=19) if health is ServiceHealth.HEALTHY else ago(minutes=2)
    event = ServiceEvent(since, "Running", message or "Health check successful")
    return TalosService(name, "Running", health, message, since, (event,))


_SERVICES = (
    *("apid", "auditd", "containerd", "cri", "kubelet", "machined"),
    *("syslogd", "trustd", "udevd"),
)


def make_node(
    name: str,
    address: str,
    *,
    is_control_plane: bool = False,
    services: tuple[TalosService, ...] | None = None,
    kernel: tuple[LogFinding, ...] = (),
) -> NodeView:
    running = services or tuple(make_service(each) for each in _SERVICES)
    talos = TalosNode(
        address, name, "v1.11.2", running, ago(days=19), "10.10.0.40:50000"
    )
    kube = KubeNode(
        name,
        (address,),
        True,
        "kubelet is posting ready status",
        "v1.34.1",
        "Talos (v1.11.2)",
        is_control_plane,
        False,
    )
    node = NodeView(
        name, address, Reading(talos, ago(seconds=2), None, 9), kube, kernel
    )
    return alive(node, is_control_plane=is_control_plane)


BTRFS = LogFinding(
    "prod",
    "talos-wk-2",
    "btrfs",
    "error",
    "sdb",
    "stale data was read: parent transid verify failed",
    4,
    ago(seconds=80),
    ago(seconds=12),
    "BTRFS error (device sdb): parent transid verify failed on logical 30408704",
)
ISCSI = LogFinding(
    "prod",
    "talos-wk-2",
    "iscsi",
    "error",
    "session1",
    "the session was lost",
    2,
    ago(seconds=110),
    ago(seconds=95),
    "session1: session recovery timed out after 5 secs",
)


def _trend(name: str, dips: dict[int, int], total: int) -> Trend:
    times = [NOW.timestamp() - 60 * minute for minute in range(30, -1, -1)]
    minutes = range(30, -1, -1)
    up = tuple(
        (at, float(total - dips.get(minute, 0)))
        for at, minute in zip(times, minutes, strict=True)
    )
    labels = {"cluster": name}
    return Trend(
        Series(labels, up), Series(labels, tuple((at, float(total)) for at in times))
    )


def _prod_targets(addresses: Sequence[str]) -> tuple[TargetRow, ...]:
    return (
        *(make_target("talos-node-exporter", f"{a}:9100") for a in addresses),
        *(make_target("talos-kubelets", address) for address in addresses),
        make_target("proxmox-ruapehu", "10.10.0.10:8006"),
        make_target("kube-state-metrics", "10.10.0.40:30081"),
        make_target("argocd-metrics", "10.10.0.40:30082"),
        make_target("argocd-server-metrics", "10.10.0.40:30083", health=Health.ABSENT),
        *(
            make_target(job, "", expected=Expected.NO, health=Health.ABSENT, reason=why)
            for job, why in (
                ("kube-proxy", "Cilium replaces it"),
                ("kube-scheduler", "Talos binds its metrics out of reach"),
                ("kube-controller-manager", "Talos binds its metrics out of reach"),
            )
        ),
    )


def prod() -> Cluster:
    nodes = [("talos-cp-1", "10.10.0.40")]
    nodes += [(f"talos-wk-{n}", f"10.10.0.4{n}") for n in (1, 2, 3)]
    sick = (
        *(make_service(each) for each in _SERVICES if each != "kubelet"),
        make_service(
            "kubelet", ServiceHealth.UNHEALTHY, "Get http://127.0.0.1:10248: refused"
        ),
    )
    return Cluster(
        name="prod",
        sources=_sources("prod", [address for _, address in nodes]),
        targets=_prod_targets([address for _, address in nodes]),
        trend=_trend("prod", dict.fromkeys(range(11, 15), 1) | {1: 1, 0: 1}, 12),
        alerts=(btrfs_alert(), scheduler_alert(), false_proxy("prod", 4, ("s1",))),
        nodes=tuple(
            make_node(
                name,
                address,
                is_control_plane=name == "talos-cp-1",
                services=sick if name == "talos-wk-2" else None,
                kernel=(BTRFS, ISCSI) if name == "talos-wk-2" else (),
            )
            for name, address in nodes
        ),
        findings=(
            Finding(
                FindingKind.TARGET_ABSENT,
                Verdict.REAL,
                "argocd-server-metrics",
                "argocd-server-metrics expected, absent",
                "10.10.0.40:30083 is not among the targets",
            ),
            Finding(
                FindingKind.KERNEL,
                Verdict.REAL,
                "talos-wk-2 sdb",
                "btrfs errors on talos-wk-2 sdb",
                "stale data was read: parent transid verify failed",
                ago(seconds=80),
            ),
        ),
        log_findings=(BTRFS, ISCSI),
        last_entry_at=ago(seconds=12),
        certificates=CERTIFICATES,
        review=REVIEW,
    )


def monit() -> Cluster:
    address = "10.10.0.30"
    error = "tls: failed to verify certificate: x509: unknown authority"
    return Cluster(
        name="monit",
        sources=_sources("monit", [address]),
        targets=(
            make_target(
                "proxmox-carrick", "10.30.0.10:8006", health=Health.DOWN, error=error
            ),
            make_target("talos-monitor", address),
        ),
        trend=_trend("monit", dict.fromkeys(range(31), 1), 2),
        alerts=(carrick_alert(), watchdog()),
        nodes=(make_node("talos-monitor", address, is_control_plane=True),),
        last_entry_at=ago(minutes=26),
    )


def agentic() -> Cluster:
    address = "10.20.0.40"
    return Cluster(
        name="agentic",
        sources=_sources("agentic", [address]),
        targets=(make_target("claude-agent", "10.20.0.40:30200"),),
        trend=_trend("agentic", {}, 1),
        alerts=(false_proxy("agentic", 1),),
        nodes=(make_node("talos-agentic", address, is_control_plane=True),),
        last_entry_at=ago(hours=2),
    )


def make_silence() -> Silence:
    return Silence(
        "s1",
        SilenceState.ACTIVE,
        (Matcher("alertname", "KubeProxyDown"), Matcher("cluster", "prod")),
        ago(hours=1),
        NOW + timedelta(hours=3),
        ago(hours=1),
        "ops",
        "False positive: Cilium replaces kube-proxy",
    )


def make_fleet() -> Fleet:
    """Three clusters at minute 4 of the story, and an alert that belongs to none."""
    stray = make_alert(
        "CertificateExpiresSoon",
        "",
        Judgement(Verdict.REAL, "no rule says otherwise"),
        ago(hours=5),
        severity="warning",
        instance="vault.example:8200",
    )
    stray = replace(
        stray,
        alert=replace(stray.alert, labels={**stray.alert.labels, "cluster": "lab"}),
    )
    return Fleet((prod(), monit(), agentic()), (stray,), (make_silence(),))


def connecting_fleet() -> Fleet:
    """Before the first answer."""
    return Fleet(
        tuple(
            Cluster(
                each.name,
                tuple(
                    replace(source, observed_at=None, attempts=0)
                    for source in each.sources
                ),
            )
            for each in make_fleet().clusters
        )
    )


def unreachable_fleet() -> Fleet:
    """Every feed has failed, and none ever answered."""
    fault = Fault(
        FaultKind.UNREACHABLE, "connection refused", retry_at=NOW + timedelta(seconds=2)
    )
    return Fleet(
        tuple(
            replace(
                each,
                sources=tuple(
                    replace(source, attempts=3, fault=fault) for source in each.sources
                ),
            )
            for each in connecting_fleet().clusters
        )
    )


_KERNEL = (
    (600, "talos-cp-1", "kern: info: eth0: link becomes ready"),
    (300, "talos-wk-1", "EXT4-fs (sda6): mounted filesystem with ordered data mode"),
    (200, "talos-wk-3", "cilium_host: renamed from tmp2f0c1"),
    (110, "talos-wk-2", " session1: session recovery timed out after 5 secs"),
    (95, "talos-wk-2", "sd 2:0:0:1: rejecting I/O to offline device"),
    (
        80,
        "talos-wk-2",
        "BTRFS error (device sdb): parent transid verify failed on logical 30408704 "
        "mirror 1 wanted 8457 found 8449",
    ),
    (60, "talos-wk-1", "audit: type=1400 apparmor=STATUS operation=profile_load"),
    (
        12,
        "talos-wk-2",
        "BTRFS warning (device sdb): checksum verify failed on logical 30621696",
    ),
)


def kernel_entries(cluster: str = "prod") -> tuple[Entry, ...]:
    """The newest kernel-log entries of a cluster."""
    if cluster != "prod":
        line = "cilium_net: renamed from tmp81ab2"
        at = ago(minutes=26)
        return (make_entry(line, f"talos-{cluster}", at),)
    return tuple(
        make_entry(line, node, ago(seconds=seconds)) for seconds, node, line in _KERNEL
    )


def make_entry(line: str, node: str = "talos-wk-2", at: datetime = NOW) -> Entry:
    labels = {"job": "talos-kernel", "node": node}
    return Entry(int(at.timestamp()) * 1_000_000_000, labels, line)
