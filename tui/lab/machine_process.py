"""A node's processes and containers as a function of story time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from zlib import crc32

from msgspec import Struct

from talosapi.proto import process_pb2 as process
from tui.lab.estate import LabNode, LabPod
from tui.lab.machine_wave import share, uptime, wave
from tui.lab.release import talos_release
from tui.lab.storage import pod_uid

_MIB = 1024**2
_TICKS = 100  # a second of processor time, as the kernel counts


class Program(Struct, frozen=True):
    """Something that runs; `cpu` is in processors, `resident` in MiB."""

    pid: int
    parent: int
    name: str
    args: str
    cpu: float
    resident: int
    threads: int = 12
    state: str = "S"


_KERNEL = (
    Program(2, 0, "kthreadd", "", 0.0, 0, 1),
    Program(15, 2, "ksoftirqd/0", "", 0.004, 0, 1),
    Program(16, 2, "rcu_preempt", "", 0.006, 0, 1, "I"),
    Program(41, 2, "kworker/0:1-events", "", 0.002, 0, 1, "I"),
)
_INIT = Program(1, 0, "init", "/sbin/init", 0.03, 96, 18)
# Somebody's program writes what it likes into its command line.
_RUDE = Program(
    4242, 1, "sh", "sh -c 'echo \x1b[31mhot\x1b[0m\x07;\n[bold]sleep 1[/nope]'", 0, 2, 1
)
_CPU = {"etcd": 0.06, "kubelet": 0.05, "containerd": 0.02, "cri": 0.04, "apid": 0.01}
_RESIDENT = {"etcd": 210, "kubelet": 120, "containerd": 58, "cri": 92, "apid": 44}
_IN_MACHINED = frozenset({"machined", "auditd", "syslogd"})
_CONTAINERS = frozenset({"apid", "etcd", "kubelet", "trustd"})


def _pid(*names: str) -> int:
    return 1500 + crc32("/".join(names).encode()) % 60_000


def _programs(node: LabNode, pods: Iterable[LabPod]) -> Iterator[Program]:
    yield _INIT
    yield from _KERNEL
    yield _RUDE
    for service in node.services:
        if service.id in _IN_MACHINED or service.state != "Running":
            continue
        name = "containerd" if service.id == "cri" else service.id
        yield Program(
            service_pid(service.id),
            1,
            name,
            f"/usr/bin/{name} --config /etc/{service.id}.yaml",
            _CPU.get(service.id, 0.005),
            _RESIDENT.get(service.id, 24),
        )
    for pod in pods:
        name = container_name(pod)
        yield Program(
            _pid(pod.namespace, pod.name),
            service_pid("cri"),
            name[:15],
            f"/bin/{name} --v=2",
            0.01 + 0.1 * share(pod.name, "cpu"),
            30 + int(400 * share(pod.name, "memory")),
        )


def service_pid(service: str) -> int:
    """As the service's event says it: Started task NAME (PID ...)."""
    return 1500 + sum(service.encode())


def processes(node: LabNode, at: timedelta, pods: Iterable[LabPod]) -> process.Process:
    """Processes by PID; processor time in seconds, memory in bytes."""
    seconds = uptime(node, at)
    has_labels = talos_release(node) >= (1, 8)
    found = []
    for one in sorted(_programs(node, pods), key=lambda program: program.pid):
        ticks = _TICKS * one.cpu * wave(node.name, str(one.pid)).total(seconds)
        path = one.args.split(" ", 1)[0] if one.args.startswith("/") else ""
        label = "system_u:system_r:pod_t:s0" if one.pid > 3000 else "kernel_t"
        found.append(
            process.ProcessInfo(
                pid=one.pid,
                ppid=one.parent,
                state=one.state,
                threads=one.threads,
                cpu_time=int(ticks) / _TICKS,
                virtual_memory=12 * one.resident * _MIB,
                resident_memory=one.resident * _MIB,
                command=one.name,
                executable=path,
                args=one.args,
                label=label if has_labels else "",
            )
        )
    return process.Process(processes=found)


def container_name(pod: LabPod) -> str:
    """The name of a pod's one container."""
    image = pod.image.rpartition("/")[2]
    return image.partition(":")[0]


def _hash(*names: str) -> str:
    """A containerd id: 64 hexadecimal digits."""
    return "".join(
        f"{crc32('/'.join((*names, str(n))).encode()):08x}" for n in range(8)
    )


def system_containers(node: LabNode) -> tuple[process.ContainerInfo, ...]:
    """What containerd runs for Talos itself; a service that is down has none."""
    return tuple(
        process.ContainerInfo(
            namespace="system",
            id=one.id,
            name=one.id,
            image=_image(one.id, node),
            pid=service_pid(one.id),
            status="RUNNING",
        )
        for one in node.services
        if one.state == "Running"
        and (one.id in _CONTAINERS or one.id.startswith("ext-"))
    )


def _image(service: str, node: LabNode) -> str:
    match service:
        case "kubelet":
            return f"ghcr.io/siderolabs/kubelet:{node.kubernetes_version}"
        case "etcd":
            return "gcr.io/etcd-development/etcd:v3.6.4"
        case _:
            return ""


def pod_containers(
    node: LabNode, pods: Iterable[LabPod]
) -> Iterator[process.ContainerInfo]:
    """Each pod's sandbox, whose id is its pod's, and its container after it."""
    has_ids = talos_release(node) >= (1, 9)
    for pod in pods:
        pod_id = f"{pod.namespace}/{pod.name}"
        name, internal = container_name(pod), _hash(pod_id, "container")
        uid = pod_uid(node.cluster, pod) if has_ids else ""
        pid = _pid(pod.namespace, pod.name)
        network = f"/var/run/netns/cni-{uid}" if pod.namespace != "kube-system" else ""
        yield process.ContainerInfo(
            namespace="k8s.io",
            id=pod_id,
            uid=uid,
            internal_id=_hash(pod_id) if has_ids else "",
            image="registry.k8s.io/pause:3.10",
            pid=pid - 1,
            status="SANDBOX_READY",
            pod_id=pod_id,
            name=pod.name,
            network_namespace=network,
        )
        yield process.ContainerInfo(
            namespace="k8s.io",
            id=f"{pod_id}:{name}:{internal[:12]}",
            uid=uid,
            internal_id=internal if has_ids else "",
            image=pod.image,
            pid=pid if not pod.reason else 0,
            status="CONTAINER_EXITED" if pod.reason else "CONTAINER_RUNNING",
            pod_id=pod_id,
            name=name,
            network_namespace=network,
        )


def container_stat(
    node: LabNode, at: timedelta, of: process.ContainerInfo
) -> process.Stat:
    """Memory in bytes, and processor time in nanoseconds since it started."""
    is_sandbox = of.id == of.pod_id
    busy = 0.0001 if is_sandbox else 0.01 + 0.1 * share(of.name, "cpu")
    spent = busy * wave(node.name, of.id).total(uptime(node, at))
    resident = 1 if is_sandbox else _RESIDENT.get(of.id, 30 + int(400 * share(of.name)))
    return process.Stat(
        namespace=of.namespace,
        id=of.id,
        memory_usage=resident * _MIB,
        cpu_usage=int(spent * 1e9),
        pod_id=of.pod_id,
        name=of.name,
    )
