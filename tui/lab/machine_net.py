"""A node's links and their counters as a function of story time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from talosapi.proto import machine_pb2 as machine
from tui.lab.estate import LabNode, LabPod
from tui.lab.machine_wave import share, uptime, wave

# bytes received and sent each second, on the whole
_TRAFFIC = {
    "lo": (90_000, 90_000),
    "eth0": (310_000, 240_000),
    "cilium_host": (1_200, 14_000),
    "cilium_net": (14_000, 1_200),
    "cilium_vxlan": (0, 0),
}
_POD_TRAFFIC = (21_000, 17_000)


def links(pods: Iterable[LabPod]) -> tuple[str, ...]:
    """The names of a node's links: its own, and one for each pod with a network."""
    own = (pod for pod in pods if pod.namespace != "kube-system")
    return (*_TRAFFIC, *(_pod_link(pod) for pod in own))


def _pod_link(pod: LabPod) -> str:
    return f"lxc{int(share(pod.namespace, pod.name) * 0xFFFFFFFF):08x}"


def _device(node: LabNode, name: str, seconds: float) -> machine.NetDev:
    received, sent = _TRAFFIC.get(name, _POD_TRAFFIC)
    size = 0.3 + share(node.name, name)
    rx = received * size * wave(node.name, name, "rx").total(seconds)
    tx = sent * size * wave(node.name, name, "tx").total(seconds)
    return machine.NetDev(
        name=name,
        rx_bytes=int(rx),
        rx_packets=int(rx / 780),
        rx_dropped=int(seconds / 3600) if name == "eth0" else 0,
        rx_multicast=int(rx / 90_000),
        tx_bytes=int(tx),
        tx_packets=int(tx / 640),
    )


def network_stats(
    node: LabNode, at: timedelta, pods: Iterable[LabPod]
) -> machine.NetworkDeviceStats:
    """Counters in an order that changes from call to call, as a Go map's does."""
    seconds = uptime(node, at)
    devices = [_device(node, name, seconds) for name in links(pods)]
    total = machine.NetDev()
    for field in machine.NetDev.DESCRIPTOR.fields[1:]:
        setattr(total, field.name, sum(getattr(one, field.name) for one in devices))
    devices.sort(key=lambda one: share(one.name, str(at)))
    return machine.NetworkDeviceStats(total=total, devices=devices)
