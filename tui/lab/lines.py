"""What the nodes write: calm lines for ever, and the lines of the incident.

Everything is a function of the offset alone: asked twice for the same stretch of
time, it gives the same lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zlib import crc32

from tui.lab import incident
from tui.lab.estate import LabLine, LabNode
from tui.lab.homelab import HOMELAB
from tui.lab.plan import Plan

# service, facility, priority, message; `{n}` and `{h}` vary from line to line.
_CALM: tuple[tuple[str, str, str, str], ...] = (
    ("kernel", "kern", "info", "eth0: renamed from tmp{h}"),
    ("kubelet", "daemon", "info", "SyncLoop (PLEG): event for pod apps/web-{h}"),
    (
        "apid",
        "daemon",
        "info",
        "OK [/machine.MachineService/Version] {n}µs unary Success",
    ),
    ("kernel", "kern", "info", "cilium_host: Caught tx_queue_len zero misconfig"),
    ("containerd", "daemon", "info", "cleaning up dead shim {h}"),
    ("kernel", "kern", "info", "device lxc{h} entered promiscuous mode"),
    ("controller-runtime", "daemon", "info", "reconciled network.RouteSpec {n}"),
    (
        "kernel",
        "user",
        "warning",
        "[talos] adjusting time (slew) by {n}µs via 10.10.0.1",
    ),
    ("kubelet", "daemon", "info", "Finished syncing volume pvc-{h}"),
    ("kernel", "kern", "notice", "audit: type=1334 audit({n}): prog-id={n} op=LOAD"),
    ("cri", "daemon", "info", "ImageStatus for sha256:{h} took {n}ms"),
    (
        "kernel",
        "kern",
        "info",
        "IPv6: ADDRCONF(NETDEV_CHANGE): lxc{h}: link becomes ready",
    ),
)
_CALM_ETCD = ("etcd", "daemon", "info", "finished scheduled compaction at {n}")


def _calm_line(node: LabNode, slot: int, period: timedelta) -> LabLine:
    """The one line that a node writes in a slot of a period."""
    chance = crc32(f"{node.address}/{slot}".encode())
    service, facility, priority, text = _CALM[chance % len(_CALM)]
    if service == "controller-runtime" and node.role == "controlplane":
        service, facility, priority, text = _CALM_ETCD
    message = text.format(n=1000 + chance % 7919, h=f"{chance:08x}")
    room = period // timedelta(microseconds=1) - 100_000
    at = period * slot + timedelta(microseconds=chance % room)
    return LabLine(
        at, node.cluster, node.address, service, facility, priority, message, slot
    )


def _calm(
    node: LabNode, after: timedelta, until: timedelta, period: timedelta
) -> Iterator[LabLine]:
    first, last = after // period - 1, until // period
    for slot in range(first, last + 1):
        line = _calm_line(node, slot, period)
        if after < line.at <= until:
            yield line


def lines(
    after: timedelta, until: timedelta, address: str = "", plan: Plan = HOMELAB
) -> tuple[LabLine, ...]:
    """All lines with after < at <= until, oldest first; of one node, or of all."""
    found = [
        line
        for line in incident.LINES
        if after < line.at <= until and address in ("", line.address)
    ]
    for node in plan.nodes:
        if address in ("", node.address):
            found.extend(_calm(node, after, until, plan.calm_period))
    return tuple(sorted(found, key=lambda line: (line.at, line.address, line.seq)))
