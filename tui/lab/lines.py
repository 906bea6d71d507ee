"""What the nodes write: calm lines for ever, and the lines of the incident.

Everything is a function of the offset alone: asked twice for the same stretch of
time, it gives the same lines. Wording is the real kernel's and daemons'.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zlib import crc32

from tui.lab.estate import LabLine, LabNode
from tui.lab.homelab import NODES

CALM_PERIOD = timedelta(seconds=8)
_ZERO = timedelta(0)

# service, facility, priority, message; `{n}` and `{h}` vary from line to line.
_CALM: tuple[tuple[str, str, str, str], ...] = (
    ("kernel", "kern", "info", "eth0: renamed from tmp{h}"),
    ("kubelet", "daemon", "info", "SyncLoop (PLEG): event for pod apps/web-{h}"),
    ("machined", "daemon", "info", "[talos] service[kubelet](Running): still healthy"),
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


def _seconds(offset: timedelta) -> float:
    return offset / timedelta(seconds=1)


def _calm_line(node: LabNode, slot: int) -> LabLine:
    """The one line that a node writes in a slot of CALM_PERIOD."""
    chance = crc32(f"{node.address}/{slot}".encode())
    service, facility, priority, text = _CALM[chance % len(_CALM)]
    if service == "controller-runtime" and node.role == "controlplane":
        service, facility, priority, text = _CALM_ETCD
    message = text.format(n=1000 + chance % 7919, h=f"{chance:08x}")
    at = CALM_PERIOD * slot + timedelta(microseconds=chance % 7_900_000)
    return LabLine(
        at, node.cluster, node.address, service, facility, priority, message, slot
    )


def _calm(node: LabNode, after: timedelta, until: timedelta) -> Iterator[LabLine]:
    first, last = after // CALM_PERIOD - 1, until // CALM_PERIOD
    for slot in range(first, last + 1):
        line = _calm_line(node, slot)
        if after < line.at <= until:
            yield line


_SCSI = (("SUBSYSTEM", "scsi"), ("DEVICE", "+scsi:2:0:0:1"))
_PORTAL = "10.10.0.10:3260"
_VOLUME = "pvc-5b0c7f5e"

# seconds, service, priority, message, fields. The node is prod's talos-wk-2.
_Entry = tuple[float, str, str, str]
_INCIDENT: tuple[_Entry, ...] = (
    (120.0, "kernel", "info", " connection1:0: detected conn error (1020)"),
    (
        120.2,
        "ext-iscsid",
        "info",
        "iscsid: Kernel reported iSCSI connection 1:0 error (1020 - "
        "ISCSI_ERR_TCP_CONN_CLOSE: TCP connection closed) state (3)",
    ),
    (
        125.4,
        "kernel",
        "err",
        " connection1:0: ping timeout of 5 secs expired, recv timeout 5, "
        "last rx 4370231552, last ping 4370236672, now 4370241792",
    ),
    (
        128.0,
        "ext-iscsid",
        "info",
        f"iscsid: connect to {_PORTAL} failed (No route to host)",
    ),
    (
        143.0,
        "ext-iscsid",
        "info",
        f"iscsid: connect to {_PORTAL} failed (No route to host)",
    ),
    # The lab's initiator is set to node.session.timeo.replacement_timeout = 30.
    (150.0, "kernel", "info", " session1: session recovery timed out after 30 secs"),
    (150.1, "kernel", "err", "sd 2:0:0:1: rejecting I/O to offline device"),
    (
        150.4,
        "kernel",
        "info",
        "sd 2:0:0:1: [sdb] tag#12 FAILED Result: hostbyte=DID_NO_CONNECT "
        "driverbyte=DRIVER_OK cmd_age=30s",
    ),
    (
        150.6,
        "kernel",
        "err",
        "I/O error, dev sdb, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 "
        "prio class 2",
    ),
    (
        150.7,
        "kernel",
        "err",
        "Buffer I/O error on dev sdb, logical block 131072, lost async page write",
    ),
    (
        152.0,
        "kernel",
        "err",
        "BTRFS error (device sdb): bdev /dev/sdb errs: wr 1, rd 0, flush 0, corrupt 0, "
        "gen 0",
    ),
    (
        156.0,
        "kernel",
        "err",
        "BTRFS error (device sdb): parent transid verify failed on logical 30408704 "
        "mirror 1 wanted 8412 found 8409",
    ),
    (
        156.1,
        "kernel",
        "err",
        "BTRFS error (device sdb): parent transid verify failed on logical 30408704 "
        "mirror 2 wanted 8412 found 8409",
    ),
    (
        158.0,
        "kernel",
        "warning",
        "BTRFS warning (device sdb): checksum verify failed on logical 30621696 mirror 1 "
        "wanted 0x8b1f0a2d found 0x33c0de11 level 0",
    ),
    (
        161.0,
        "kernel",
        "crit",
        "BTRFS: error (device sdb: state A) in __btrfs_free_extent:3070: errno=-5 "
        "IO failure",
    ),
    (161.1, "kernel", "info", "BTRFS info (device sdb: state EA): forced readonly"),
    (
        165.0,
        "kubelet",
        "err",
        f'MountVolume.WaitForAttach failed for volume "{_VOLUME}": failed to get any '
        "path for iscsi disk, last err seen: iscsi: failed to sendtargets to portal "
        f"{_PORTAL} output: iscsiadm: No portals found, err exit status 21",
    ),
    (
        170.0,
        "machined",
        "warning",
        "[talos] service[kubelet](Running): Health check failed: "
        'Get "http://127.0.0.1:10248/healthz": context deadline exceeded',
    ),
    *(
        (
            190.0 + 20 * turn,
            "kernel",
            "err",
            "BTRFS error (device sdb: state EA): parent transid verify failed on logical "
            f"{30408704 + 16384 * turn} mirror 1 wanted {8412 + turn} found 8409",
        )
        for turn in range(8)
    ),
    *(
        (
            198.0 + 30 * turn,
            "ext-iscsid",
            "info",
            f"iscsid: connect to {_PORTAL} failed (No route to host)",
        )
        for turn in range(7)
    ),
    *(
        (
            205.0 + 25 * turn,
            "kernel",
            "err",
            "sd 2:0:0:1: rejecting I/O to offline device",
        )
        for turn in range(7)
    ),
    (
        420.0,
        "ext-iscsid",
        "info",
        "iscsid: connection1:0 is operational after recovery (18 attempts)",
    ),
    (420.3, "kernel", "notice", "sd 2:0:0:1: [sdb] Attached SCSI disk"),
    (
        423.0,
        "kernel",
        "info",
        "BTRFS info (device sdb): first mount of filesystem 3c1c1d3e-0b1d-4a53-9d3e",
    ),
    (
        425.0,
        "machined",
        "info",
        "[talos] service[kubelet](Running): Health check successful",
    ),
)
_CILIUM: tuple[_Entry, ...] = (
    (
        240.0,
        "kernel",
        "err",
        "Out of memory: Killed process 41127 (cilium-agent) total-vm:1893212kB, "
        "anon-rss:702114kB, file-rss:0kB",
    ),
    (
        241.0,
        "kubelet",
        "warning",
        'Readiness probe failed for pod "kube-system/cilium-wk1xq": Get '
        '"http://127.0.0.1:9879/healthz": dial tcp 127.0.0.1:9879: connection refused',
    ),
    (
        360.0,
        "kubelet",
        "info",
        'SyncLoop (probe): readiness "ready" for pod "kube-system/cilium-wk1xq"',
    ),
)


def _story_lines(address: str, entries: tuple[_Entry, ...]) -> tuple[LabLine, ...]:
    lines = []
    for number, (second, service, priority, message) in enumerate(sorted(entries)):
        facility = "kern" if service == "kernel" else "daemon"
        fields = _SCSI if message.startswith("sd 2:0:0:1") else ()
        at = timedelta(seconds=second)
        # Numbers of their own, far above those of the calm lines.
        seq = 1_000_000 + number
        line = LabLine(
            at, "prod", address, service, facility, priority, message, seq, fields
        )
        lines.append(line)
    return tuple(lines)


_STORY = _story_lines("10.10.0.42", _INCIDENT) + _story_lines("10.10.0.41", _CILIUM)


def lines(after: timedelta, until: timedelta, address: str = "") -> tuple[LabLine, ...]:
    """All lines with after < at <= until, oldest first; of one node, or of all."""
    found = [
        line
        for line in _STORY
        if after < line.at <= until and address in ("", line.address)
    ]
    for node in NODES:
        if address in ("", node.address):
            found.extend(_calm(node, after, until))
    return tuple(sorted(found, key=lambda line: (line.at, line.address, line.seq)))
