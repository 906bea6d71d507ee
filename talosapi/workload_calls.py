"""The calls about what runs on a node: services, processes, containers."""

from __future__ import annotations

from hashlib import blake2b

from talosapi import decode, decode_workload
from talosapi.caller import Caller
from talosapi.calls import UNARY_SECONDS, Calls
from talosapi.messages import Service
from talosapi.method import Method
from talosapi.proto import common_pb2 as common
from talosapi.proto import machine_pb2 as machine
from talosapi.proto import process_pb2 as process
from talosapi.text import printable
from talosapi.workload import Container, ContainerUsage, Process, Runtime

_SERVICES = Method("ServiceList", machine.ServiceListResponse.FromString)
_START = Method("ServiceStart", machine.ServiceStartResponse.FromString)
_STOP = Method("ServiceStop", machine.ServiceStopResponse.FromString)
_RESTART = Method("ServiceRestart", machine.ServiceRestartResponse.FromString)
_LOG_NAMES = Method("LogsContainers", machine.LogsContainersResponse.FromString)
_PROCESSES = Method("Processes", process.ProcessesResponse.FromString)
_CONTAINERS = Method("Containers", process.ContainersResponse.FromString)
_USAGES = Method("Stats", process.StatsResponse.FromString)

# Kubernetes' containers are known to CRI by their pods' names.
_DRIVERS = {Runtime.SYSTEM: common.CONTAINERD, Runtime.KUBERNETES: common.CRI}


class WorkloadCalls(Calls):
    """What runs on a node. Role: os:reader; os:operator to act on a service."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._services: dict[str, tuple[bytes, tuple[Service, ...]]] = {}
        """By node: a digest of its last answer, and what was read of it."""

    async def services(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[Service, ...]:
        """The services loaded so far, by id: early in a boot there are fewer.

        return  while a node tells nothing new, the very same value
        """
        reply = await self._caller.ask(_SERVICES, node, timeout_seconds)
        # Each has a history of up to 64 events, and hardly ever changes.
        digest = blake2b(reply.SerializeToString(), digest_size=16).digest()
        known = self._services.get(node)
        if known is None or known[0] != digest:
            known = digest, tuple(map(decode.service, reply.services))
            self._services[node] = known
        return known[1]

    async def start_service(
        self, node: str, service: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> str:
        """Start a service; nothing happens when it runs.

        return  what Talos says of it, such as 'Service "kubelet" started'
        raise   TalosError(UNSUPPORTED) for a service to which Talos lets nobody do it,
                TalosError(NOT_FOUND) for one that the node has not
        """
        request = machine.ServiceStartRequest(id=service).SerializeToString()
        reply = await self._caller.ask(_START, node, timeout_seconds, request)
        return printable(reply.resp)

    async def stop_service(
        self, node: str, service: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> str:
        """Stop a service; nothing happens when it has stopped.

        return  what Talos says of it, such as 'Service "kubelet" stopped'
        raise   TalosError(UNSUPPORTED) for a service to which Talos lets nobody do it,
                TalosError(NOT_FOUND) for one that the node has not
        """
        request = machine.ServiceStopRequest(id=service).SerializeToString()
        reply = await self._caller.ask(_STOP, node, timeout_seconds, request)
        return printable(reply.resp)

    async def restart_service(
        self, node: str, service: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> str:
        """Restart a service; one that has stopped is started.

        return  what Talos says of it, such as 'Service "kubelet" restarted'
        raise   TalosError(UNSUPPORTED) for a service to which Talos lets nobody do it,
                TalosError(NOT_FOUND) for one that the node has not
        """
        request = machine.ServiceRestartRequest(id=service).SerializeToString()
        reply = await self._caller.ask(_RESTART, node, timeout_seconds, request)
        return printable(reply.resp)

    async def log_names(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[str, ...]:
        """The names that `logs` knows on this node. Talos 1.7 and later."""
        reply = await self._caller.ask(_LOG_NAMES, node, timeout_seconds)
        return tuple(printable(name) for name in reply.ids)

    async def processes(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[Process, ...]:
        """All processes, kernel threads too."""
        reply = await self._caller.ask(_PROCESSES, node, timeout_seconds)
        return decode_workload.processes(reply)

    async def containers(
        self, node: str, runtime: Runtime, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[Container, ...]:
        """Containers and, of Kubernetes, the pods' sandboxes."""
        request = process.ContainersRequest(
            namespace=runtime.value, driver=_DRIVERS[runtime]
        ).SerializeToString()
        reply = await self._caller.ask(_CONTAINERS, node, timeout_seconds, request)
        return decode_workload.containers(reply)

    async def container_usages(
        self, node: str, runtime: Runtime, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[ContainerUsage, ...]:
        """What the containers that run use."""
        request = process.StatsRequest(
            namespace=runtime.value, driver=_DRIVERS[runtime]
        ).SerializeToString()
        reply = await self._caller.ask(_USAGES, node, timeout_seconds, request)
        return decode_workload.container_usages(reply)
