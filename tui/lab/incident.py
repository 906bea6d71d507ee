"""The lines of the incident, as the real kernel, iscsid and kubelet print them.

One row is `second service priority message`; a message may begin with a space.
"""

from __future__ import annotations

from datetime import timedelta

from tui.lab.estate import LabLine
from tui.lab.storage import PORTAL, volume_name

_PORTAL = PORTAL
_VOLUME = volume_name("homeassistant-config")
_TRANSID = "parent transid verify failed on logical"
_SICK = 'Get "http://127.0.0.1:10248/healthz": context deadline exceeded'
_PROBE = 'Get "http://127.0.0.1:9879/healthz": dial tcp 127.0.0.1:9879'

# talos-wk-2 loses its iSCSI session; its initiator waits 30 s for a recovery.
_INCIDENT = f"""\
120.0 kernel info  connection1:0: detected conn error (1020)
120.2 ext-iscsid info iscsid: Kernel reported iSCSI connection 1:0 error \
(1020 - ISCSI_ERR_TCP_CONN_CLOSE: TCP connection closed) state (3)
125.4 kernel err  connection1:0: ping timeout of 5 secs expired, recv timeout 5, \
last rx 4370231552, last ping 4370236672, now 4370241792
128.0 ext-iscsid info iscsid: connect to {_PORTAL} failed (No route to host)
143.0 ext-iscsid info iscsid: connect to {_PORTAL} failed (No route to host)
150.0 kernel info  session1: session recovery timed out after 30 secs
150.1 kernel err sd 2:0:0:1: rejecting I/O to offline device
150.4 kernel info sd 2:0:0:1: [sdb] tag#12 FAILED Result: hostbyte=DID_NO_CONNECT \
driverbyte=DRIVER_OK cmd_age=30s
150.6 kernel err I/O error, dev sdb, sector 2048 op 0x1:(WRITE) flags 0x800 \
phys_seg 1 prio class 2
150.7 kernel err Buffer I/O error on dev sdb, logical block 131072, lost async page \
write
152.0 kernel err BTRFS error (device sdb): bdev /dev/sdb errs: wr 1, rd 0, flush 0, \
corrupt 0, gen 0
156.0 kernel err BTRFS error (device sdb): {_TRANSID} 30408704 mirror 1 \
wanted 8412 found 8409
156.1 kernel err BTRFS error (device sdb): {_TRANSID} 30408704 mirror 2 \
wanted 8412 found 8409
158.0 kernel warning BTRFS warning (device sdb): checksum verify failed on logical \
30621696 mirror 1 wanted 0x8b1f0a2d found 0x33c0de11 level 0
161.0 kernel crit BTRFS: error (device sdb: state A) in __btrfs_free_extent:3070: \
errno=-5 IO failure
161.1 kernel info BTRFS info (device sdb: state EA): forced readonly
165.0 kubelet err MountVolume.WaitForAttach failed for volume "{_VOLUME}": failed \
to get any path for iscsi disk, last err seen: iscsi: failed to sendtargets to portal \
{_PORTAL} output: iscsiadm: No portals found, err exit status 21
170.0 machined warning [talos] service[kubelet](Running): Health check failed: {_SICK}
420.0 ext-iscsid info iscsid: connection1:0 is operational after recovery (18 attempts)
420.3 kernel notice sd 2:0:0:1: [sdb] Attached SCSI disk
423.0 kernel info BTRFS info (device sdb): first mount of filesystem \
3c1c1d3e-0b1d-4a53-9d3e-5a7f7cf8d1a2
425.0 machined info [talos] service[kubelet](Running): Health check successful
"""
# `first every times service priority message`; {n} is a block, {g} a transid.
_REPEATED = f"""\
190 20 8 kernel err BTRFS error (device sdb: state EA): {_TRANSID} {{n}} mirror 1 \
wanted {{g}} found 8409
198 30 7 ext-iscsid info iscsid: connect to {_PORTAL} failed (No route to host)
205 25 7 kernel err sd 2:0:0:1: rejecting I/O to offline device
"""
# talos-wk-1 loses its Cilium agent.
_CILIUM = f"""\
240.0 kernel err Out of memory: Killed process 41127 (cilium-agent) \
total-vm:1893212kB, anon-rss:702114kB, file-rss:0kB
241.0 kubelet warning Readiness probe failed for pod "kube-system/cilium-wk1xq": \
{_PROBE}: connection refused
360.0 kubelet info SyncLoop (probe): readiness "ready" for pod \
"kube-system/cilium-wk1xq"
"""
# A session of talos-wk-1 drops and is back within four seconds. The target has lost
# writes that it had confirmed: BTRFS finds old blocks. The volume stays mounted, so no
# metric tells of it.
_STALE = f"""\
600.0 kernel info  connection2:0: detected conn error (1020)
600.2 ext-iscsid info iscsid: Kernel reported iSCSI connection 2:0 error \
(1020 - ISCSI_ERR_TCP_CONN_CLOSE: TCP connection closed) state (3)
603.4 ext-iscsid info iscsid: connection2:0 is operational after recovery (1 attempts)
608.0 kernel err BTRFS error (device sdc): {_TRANSID} 41304064 mirror 1 \
wanted 19206 found 19203
608.1 kernel err BTRFS error (device sdc): {_TRANSID} 41304064 mirror 2 \
wanted 19206 found 19203
621.0 kernel err BTRFS error (device sdc: state EA): failed to run delayed ref for \
logical 41320448 num_bytes 16384 type 176 action 1 ref_mod 1: -5
"""
_STALE_REPEATED = f"""\
630 15 38 kernel err BTRFS error (device sdc: state EA): {_TRANSID} {{n}} mirror 1 \
wanted {{g}} found 19203
"""
_SCSI = (("SUBSYSTEM", "scsi"), ("DEVICE", "+scsi:2:0:0:1"))
# Numbers of their own, far above those of the calm lines.
_FIRST_SEQ = 1_000_000

_Row = tuple[float, str, str, str]


def _rows(text: str) -> list[_Row]:
    found = []
    for row in text.splitlines():
        second, service, priority, message = row.split(" ", 3)
        found.append((float(second), service, priority, message))
    return found


def _repeated(text: str) -> list[_Row]:
    found = []
    for row in text.splitlines():
        first, every, times, service, priority, message = row.split(" ", 5)
        for turn in range(int(times)):
            block, transid = 30408704 + 16384 * turn, 8412 + turn
            second = float(first) + float(every) * turn
            filled = message.format(n=block, g=transid)
            found.append((second, service, priority, filled))
    return found


def _lines(address: str, rows: list[_Row]) -> tuple[LabLine, ...]:
    return tuple(
        LabLine(
            at=timedelta(seconds=second),
            cluster="prod",
            address=address,
            service=service,
            facility="kern" if service == "kernel" else "daemon",
            priority=priority,
            message=message,
            seq=_FIRST_SEQ + number,
            fields=_SCSI if message.startswith("sd 2:0:0:1") else (),
        )
        for number, (second, service, priority, message) in enumerate(sorted(rows))
    )


LINES: tuple[LabLine, ...] = (
    *_lines("10.10.0.42", _rows(_INCIDENT) + _repeated(_REPEATED)),
    *_lines("10.10.0.41", _rows(_CILIUM) + _rows(_STALE) + _repeated(_STALE_REPEATED)),
)
