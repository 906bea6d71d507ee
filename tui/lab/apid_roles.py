"""Who may call what: the rule table of Talos' machined, for os:reader and above.

source  siderolabs/talos internal/app/machined/pkg/system/services/machined.go
"""

from __future__ import annotations

from collections.abc import Iterable

ADMIN = "os:admin"
OPERATOR = "os:operator"
READER = "os:reader"
ETCD_BACKUP = "os:etcd:backup"

_FOR_READERS = frozenset(
    {
        "/machine.MachineService/Version",
        "/machine.MachineService/ServiceList",
        "/machine.MachineService/Dmesg",
        "/machine.MachineService/Logs",
        "/machine.MachineService/LogsContainers",
        "/machine.MachineService/Events",
        "/machine.MachineService/Hostname",
        "/machine.MachineService/LoadAvg",
        "/machine.MachineService/Memory",
        "/machine.MachineService/SystemStat",
        "/machine.MachineService/CPUInfo",
        "/machine.MachineService/CPUFreqStats",
        "/machine.MachineService/DiskStats",
        "/machine.MachineService/Mounts",
        "/machine.MachineService/NetworkDeviceStats",
        "/machine.MachineService/Processes",
        "/machine.MachineService/Containers",
        "/machine.MachineService/Stats",
        "/machine.MachineService/Netstat",
        "/machine.MachineService/List",
        "/machine.MachineService/DiskUsage",
        "/machine.MachineService/EtcdMemberList",
        "/machine.MachineService/EtcdStatus",
        "/machine.MachineService/EtcdAlarmList",
        "/time.TimeService/Time",
        "/time.TimeService/TimeCheck",
        "/storage.StorageService/Disks",
        "/cluster.ClusterService/HealthCheck",
        "/inspect.InspectService/ControllerRuntimeDependencies",
        "/machine.StorageService/Statfs",
        "/cosi.resource.State/Get",
        "/cosi.resource.State/List",
        "/cosi.resource.State/Watch",
    }
)
_FOR_OPERATORS = frozenset(
    {
        "/machine.MachineService/ServiceStart",
        "/machine.MachineService/ServiceStop",
        "/machine.MachineService/ServiceRestart",
        "/machine.MachineService/Restart",
        "/machine.MachineService/Reboot",
        "/machine.MachineService/Shutdown",
        "/machine.MachineService/EtcdDefragment",
        "/machine.MachineService/EtcdAlarmDisarm",
        "/machine.MachineService/EtcdSnapshot",
        "/machine.MachineService/ImagePull",
        "/machine.MachineService/PacketCapture",
    }
)
_FOR_BACKUPS = frozenset(
    f"/machine.MachineService/{name}"
    for name in ("EtcdSnapshot", "EtcdMemberList", "EtcdStatus", "EtcdAlarmList")
)


# The first Talos that lets readers and backups make a call, not operators alone.
_READ_SINCE = {"/machine.MachineService/EtcdAlarmList": (1, 11)}


def may_call(method: str, roles: Iterable[str], release: tuple[int, int]) -> bool:
    """Whether these roles allow a method of that Talos.

    One without a rule needs os:admin.
    """
    held = set(roles)
    if release < _READ_SINCE.get(method, (0, 0)):
        held -= {READER, ETCD_BACKUP}
    if ADMIN in held:
        return True
    if ETCD_BACKUP in held and method in _FOR_BACKUPS:
        return True
    if method in _FOR_OPERATORS:
        return OPERATOR in held
    return method in _FOR_READERS and bool(held & {READER, OPERATOR})
