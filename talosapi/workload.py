"""What runs on a node and what it is stored on: frozen values."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Process(Struct, frozen=True):
    """One process.

    state        the kernel's letter: R, S, D, Z, T, I
    cpu_seconds  since its start: take differences
    command      its command line, printable; the bare name of a kernel thread
    label        SELinux; "" before Talos 1.8
    """

    pid: int
    parent_pid: int
    state: str
    threads: int
    cpu_seconds: float
    virtual_bytes: int
    resident_bytes: int
    name: str
    command: str
    label: str = ""


class Runtime(StrEnum):
    """Whose containers are meant: Talos' own or Kubernetes'."""

    SYSTEM = "system"
    KUBERNETES = "k8s.io"


class Container(Struct, frozen=True):
    """One container, or the sandbox of a pod.

    id      of Kubernetes: namespace/pod:name:short id; of a sandbox: namespace/pod
    status  the runtime's own word: CONTAINER_RUNNING, SANDBOX_READY, RUNNING, ...
    pid     0 when it does not run
    """

    id: str
    name: str
    image: str
    pid: int
    status: str
    pod_id: str

    @property
    def is_sandbox(self) -> bool:
        """Whether it is a pod's own entry, without a program in it."""
        return bool(self.pod_id) and self.id == self.pod_id


class ContainerUsage(Struct, frozen=True):
    """What one container uses. `cpu_seconds` count from its start."""

    id: str
    name: str
    pod_id: str
    memory_bytes: int
    cpu_seconds: float


class Disk(Struct, frozen=True):
    """One disk, as `storage.Disks` tells of it; `type` is a word such as "nvme"."""

    device: str
    size_bytes: int
    model: str
    serial: str
    type: str
    bus_path: str
    is_system_disk: bool
    is_read_only: bool
