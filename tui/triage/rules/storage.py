"""Alerts that the log ruler makes of kernel storage errors: always real."""

from __future__ import annotations

from tui.model.alert import Verdict
from tui.model.declared import BTRFS_ALERT, ISCSI_ALERT
from tui.triage.rule import Rule, alert_scope

_BTRFS = """\
## A BTRFS volume serves stale or damaged data

`parent transid verify failed`: a block is older than its parent says. The usual story
is an iSCSI session that was lost and came back, with writes lost in between. The
filesystem may stay mounted read-write in state `EA`, so no alert on read-only
filesystems fires and no Prometheus metric shows it.

1. Which device? `talosctl -n <node> dmesg | grep -i btrfs` names it: `(device sdb)`.
2. Which volume? `talosctl -n <node> mounts` and `kubectl get pv` tie the device to a
   PVC, and the PVC to its pod.
3. Was the session lost? Look for `connection1:0: detected conn error` or `session
   recovery timed out` some minutes before, on the same node.
4. Stop the pod, so that nothing more is written. Restore the PVC from a backup or make
   it anew: recycle pod and PVC. Do not run a repair on the only copy.

The alert ends five minutes after the last line. That is not a recovery.
"""

_ISCSI = """\
## The iSCSI daemon reports errors

A session to the storage is failing or flapping. While it is being recovered, I/O waits;
when the recovery times out, I/O fails and filesystems break. BTRFS corruption often
follows.

1. `talosctl -n <node> logs ext-iscsid`: which portal, which error?
2. Does the portal answer: host up, port 3260, route, MTU, its own disks?
3. `talosctl -n <node> dmesg`: `detected conn error` and `ping timeout` are the kernel's
   side. They do not contain the word iscsi, and some are of level info, so the rule
   behind this alert does not see them.
4. `is operational after recovery` ends it. Check the filesystems on that node all the
   same.
"""

RULES = (
    Rule(
        id="btrfs-corruption",
        title="A BTRFS volume serves stale data",
        covers=(alert_scope(BTRFS_ALERT),),
        verdict=Verdict.REAL,
        reason="a volume serves stale or damaged data",
        runbook=_BTRFS,
        would_change="Nothing: the kernel itself says so.",
        is_firm=True,
        kernel=("btrfs",),
        blind_spots=(
            "The alert carries neither cluster nor node nor device. When the kernel "
            "logs of exactly one cluster have such lines it is shown there; else "
            "where its sender is at home.",
        ),
    ),
    Rule(
        id="iscsi-error",
        title="The iSCSI daemon reports errors",
        covers=(alert_scope(ISCSI_ALERT),),
        verdict=Verdict.REAL,
        reason="an iSCSI session is failing; corruption often follows",
        runbook=_ISCSI,
        would_change="Nothing: the daemon itself says so.",
        is_firm=True,
        kernel=("iscsi",),
        blind_spots=(
            "Also fires for a kubelet that fails to attach an iSCSI volume.",
            "It carries neither cluster nor node: see the rule above.",
        ),
    ),
)
