"""The catalogue of kernel errors: one table, gravest first, extended by a row.

A row says how a class of trouble is recognised, what it means and what to do. Wording:
the sources of Linux (5.15 to 6.18), open-iscsi and the kubelet, as listed in the tests.
"""

from __future__ import annotations

from msgspec import Struct


class KernelClass(Struct, frozen=True, gc=False):
    """One class of trouble."""

    kind: str
    """The family: `btrfs`, `iscsi`, `scsi`, `block`, `nvme`, `oom`, …"""
    pattern: str
    """Anchored at the start of the message. Its first group that took part is the
    device, or what else it is about: a task, a link."""
    severity: str
    """`error` or `warning`: what it means, not the kernel's own priority."""
    meaning: str
    """One line; no two classes share it."""
    advice: str


_BTRFS = r"\(device ([^\s:)]+)[^)]*\)"
_SD = r"sd [\d:]+\d: \[(\w+)\] (?:tag#\d+ )?"
_RESTORE = "Stop the pod; restore its volume or make it anew."
_FSCK = "Unmount it and run fsck on a copy; restore if in doubt."
_CHECK_PORTAL = "Check the storage host and the route to it, port 3260."
_FIND_VOLUME = "Find the volume behind the device; check the session or the disk."
_REPLACE = "Save its data and replace it; read its SMART values first."
_CABLE = "Check cable, port and power; then the disk itself."
_POOL = "Make room in the pool at once; extend it."
_MEMORY_MODULE = "Replace the module that it names; the count goes up from here."
_REBOOT = "Drain and reboot the node; keep its dmesg for a report."
_STUCK = "Look at the storage below it first: a stuck task mostly waits for I/O."

CATALOGUE: tuple[KernelClass, ...] = (
    KernelClass(
        "btrfs",
        rf"BTRFS (?:error|critical) {_BTRFS}: parent transid verify failed",
        "error",
        "a volume serves stale data: writes were lost",
        _RESTORE,
    ),
    KernelClass(
        "btrfs",
        rf"BTRFS (?:error|critical) {_BTRFS}: (?:block=\d+ \w+ time tree block )?"
        r"(?:corruption detected|corrupt (?:leaf|node))",
        "error",
        "a block of metadata is corrupt",
        _RESTORE,
    ),
    KernelClass(
        "btrfs",
        rf"BTRFS info {_BTRFS}: forced readonly",
        "error",
        "the filesystem has gone read-only after an error",
        _RESTORE,
    ),
    KernelClass(
        "btrfs",
        rf"BTRFS: (?:error|critical) {_BTRFS}"
        rf"|BTRFS warning {_BTRFS}: Skipping commit of aborted transaction",
        "error",
        "a transaction was aborted: nothing more is written",
        _RESTORE,
    ),
    KernelClass(
        "xfs",
        r"XFS \(([^)]+)\): (?:Metadata corruption|Corruption |Internal error"
        r"|Filesystem has been shut down|.*Shutting down filesystem)",
        "error",
        "metadata is corrupt, or the filesystem was shut down",
        "Unmount it and run xfs_repair on a copy; restore if in doubt.",
    ),
    KernelClass(
        "xfs",
        r"XFS \(([^)]+)\): .*I/O error",
        "error",
        "XFS cannot read or write its device",
        _FIND_VOLUME,
    ),
    KernelClass(
        "ext4",
        r"EXT4-fs \(([^)]+)\): Remounting filesystem read-only",
        "error",
        "ext4 has gone read-only after an error",
        _FSCK,
    ),
    KernelClass(
        "ext4",
        r"Aborting journal on device (\S+?)(?:-\d+)?\.",
        "error",
        "the journal was aborted: nothing more is written to ext4",
        _FSCK,
    ),
    KernelClass(
        "ext4",
        r"EXT4-fs error \(device ([^\s:)]+)[^)]*\)",
        "error",
        "ext4 found an error on disk",
        _FSCK,
    ),
    KernelClass(
        "ext4",
        r"EXT4-fs \(([^)]+)\): (?:failed to|Delayed block allocation failed"
        r"|previous I/O error|I/O error while)"
        r"|JBD2: (?:Detected IO errors|I/O error)[^\n]* on (\S+?)(?:-\d+)?(?:\s|$)",
        "error",
        "ext4 cannot write to its device",
        _FIND_VOLUME,
    ),
    KernelClass(
        "btrfs",
        rf"BTRFS (?:error|critical) {_BTRFS}: bdev \S+ errs:",
        "error",
        "the device under BTRFS fails: its error counters go up",
        _FIND_VOLUME,
    ),
    KernelClass(
        "btrfs",
        rf"BTRFS (?:error|critical) {_BTRFS}",
        "error",
        "BTRFS reports an error of its device or its data",
        _FIND_VOLUME,
    ),
    KernelClass(
        "dm",
        r"device-mapper: verity: (\S+?): (?:data|metadata) block \d+ is corrupted",
        "error",
        "a verified image is corrupt: the system disk has changed",
        "Upgrade or reinstall the node; check the disk.",
    ),
    KernelClass(
        "dm",
        r"device-mapper: thin: (\S+?): switching pool to (?:read-only|failure"
        r"|out-of-data-space)",
        "error",
        "the thin pool is full or broken: writes fail",
        _POOL,
    ),
    KernelClass(
        "md",
        r"md/raid\w*:(\w+): (?:not enough operational|cannot continue|Cannot continue)",
        "error",
        "the array has lost too many disks: it is down",
        "Bring back a disk before anything else; do not write to the array.",
    ),
    KernelClass(
        "md",
        r"md/raid\w*:(\w+): Disk failure on ",
        "error",
        "a disk of the array failed: it runs degraded",
        "Replace the disk; the next failure takes the data.",
    ),
    KernelClass(
        "iscsi",
        r"(session\d+): session recovery timed out",
        "error",
        "the session was given up: its disks fail all I/O now",
        _CHECK_PORTAL,
    ),
    KernelClass(
        "scsi",
        r"sd ([\d:]+\d): (?:\[\w+\] )?(?:rejecting I/O to (?:offline|dead) device"
        r"|Device offlined)",
        "error",
        "the disk is offline: all I/O fails",
        "Look for the session or controller that was lost just before.",
    ),
    KernelClass(
        "nvme",
        r"nvme (nvme\d+): (?:controller is down|Device not ready"
        r"|(?:Removing|Disabling device) after (?:probe|reset) failure"
        r"|.*timeout, (?:reset|disable) controller)",
        "error",
        "the NVMe controller does not answer: its disks are gone or stall",
        _REPLACE,
    ),
    KernelClass(
        "nvme",
        r"(nvme\d+(?:c\d+)?n\d+): [^@\n]{1,80}@ LBA \d+",
        "error",
        "a read or a write failed on an NVMe disk",
        _REPLACE,
    ),
    KernelClass(
        "ata",
        r"(ata\d+(?:\.\d+)?): (?:exception Emask|failed command:|error: \{"
        r"|disabled|disable device|COMRESET failed)",
        "error",
        "the SATA disk or its link fails",
        _CABLE,
    ),
    KernelClass(
        "scsi",
        rf"{_SD}Sense Key : (?:Medium|Hardware) Error",
        "error",
        "the disk says that its medium or hardware fails",
        _REPLACE,
    ),
    KernelClass(
        "block",
        r"device offline error, dev (\S+?),",
        "error",
        "the device is offline: all I/O fails",
        _FIND_VOLUME,
    ),
    KernelClass(
        "block",
        r"(?:blk_update_request: |print_req_error: )?(?:I/O|protection|timeout"
        r"|critical (?:medium|target|space allocation|nexus)) error, dev (\S+?),",
        "error",
        "a read or a write failed",
        _FIND_VOLUME,
    ),
    KernelClass(
        "block",
        r"Buffer I/O error on dev(?:ice)? (\S+?),",
        "error",
        "buffered data could not be read or written: writes are lost",
        _FIND_VOLUME,
    ),
    KernelClass(
        "scsi",
        rf"{_SD}(?:UNKNOWN\(\S+\) |FAILED |Synchronize Cache\(\d+\) failed: )Result: ",
        "error",
        "a command to the disk failed",
        _FIND_VOLUME,
    ),
    KernelClass(
        "oom",
        r"Out of memory: Killed process \d+ \(([^)]+)\)",
        "error",
        "the node ran out of memory and killed a process",
        "See which pods grew; give them limits, or the node more memory.",
    ),
    KernelClass(
        "hang",
        r"(?:watchdog: )?BUG: soft lockup - CPU#\d+ stuck for \S+ \[([^\]:]+)"
        r"|(?:NMI )?[Ww]atchdog: (?:Watchdog )?detected hard LOCKUP on cpu (\d+)"
        r"|rcu: INFO: \w+ (?:self-)?detected (?:expedited )?stalls? on CPU",
        "error",
        "a processor is stuck in the kernel",
        _REBOOT,
    ),
    KernelClass(
        "hang",
        r"INFO: task ([^:\n]+(?::\d+)?):\d+ blocked for more than \d+ seconds",
        "error",
        "a task has been stuck for minutes",
        _STUCK,
    ),
    KernelClass(
        "kernel",
        r"(?:BUG: (?:kernel NULL pointer|unable to handle|Bad page state)"
        r"|kernel BUG at |Oops: |general protection fault|Kernel panic - not syncing)",
        "error",
        "the kernel itself has crashed or is damaged",
        _REBOOT,
    ),
    KernelClass(
        "mce",
        r"mce: \[Hardware Error\]: CPU (\d+): Machine Check"
        r"|EDAC (MC\d+): \d+ UE |\{\d+\}\[Hardware Error\]: event severity: "
        r"(?:fatal|recoverable)",
        "error",
        "the hardware reports an error that it could not correct",
        _MEMORY_MODULE,
    ),
    KernelClass(
        "link",
        r"(?:.{0,60}?)NETDEV WATCHDOG: (?:(\S+) \(|CPU: \d+: )",
        "error",
        "a network card hangs: its queue does not move",
        "Reset the link; look for a newer driver or firmware of the card.",
    ),
    KernelClass(
        "btrfs",
        rf"BTRFS warning {_BTRFS}: (?:checksum verify failed|csum failed)",
        "warning",
        "a block does not match its checksum",
        "Scrub the filesystem; look at the device behind it.",
    ),
    KernelClass(
        "block",
        r"(?:blk_update_request: )?(?:recoverable )?transport error, dev (\S+?),",
        "warning",
        "the path to the device is failing",
        _FIND_VOLUME,
    ),
    KernelClass(
        "ext4",
        r"EXT4-fs warning \(device ([^\s:)]+)[^)]*\)",
        "warning",
        "ext4 warns of its data or its device",
        _FIND_VOLUME,
    ),
    KernelClass(
        "iscsi",
        r"(connection\d+:\d+): (?:detected conn error|ping timeout)",
        "warning",
        "the connection to the storage is lost; I/O waits",
        _CHECK_PORTAL,
    ),
    KernelClass(
        "iscsi",
        r"iscsid(?:\[\d+\])?: Kernel reported iSCSI connection (\d+:\d+) error",
        "warning",
        "the daemon was told of a lost connection",
        _CHECK_PORTAL,
    ),
    KernelClass(
        "iscsi",
        r"(?:iscsid|iscsiadm)(?:\[\d+\])?: (?:connect to \S+ failed"
        r"|cannot make a connection|can't bind conn (\d+:\d+)|Received iferror"
        r"|connection login retries|Login (?:authentication )?failed"
        r"|conn \d+ login rejected|Could not log ?in to )",
        "warning",
        "the daemon cannot log in to the storage",
        _CHECK_PORTAL,
    ),
    KernelClass(
        "dm",
        r"device-mapper: multipath: (?:\S+: )?Failing path (\S+?)\.",
        "warning",
        "one path to a disk has failed",
        _CHECK_PORTAL,
    ),
    KernelClass(
        "dm",
        r"device-mapper: thin: (\S+?): reached low water mark",
        "warning",
        "the thin pool is almost full",
        _POOL,
    ),
    KernelClass(
        "md",
        r"md: kicking non-fresh (\S+) from array"
        r"|md/raid\w*:(\w+): (?:read error|redirecting sector|Rescheduling)",
        "warning",
        "a disk of the array reads badly or was put out of it",
        _REPLACE,
    ),
    KernelClass(
        "nvme",
        r"nvme (nvme\d+): (?:I/O .*timeout, (?:aborting|completion polled)"
        r"|failed nvme_keep_alive|starting error recovery|Reconnecting in )",
        "warning",
        "an NVMe disk answers late, or its connection is being made anew",
        _FIND_VOLUME,
    ),
    KernelClass(
        "ata",
        r"(ata\d+(?:\.\d+)?): (?:(?:hard|soft) resetting link|link is slow to respond"
        r"|limiting SATA link speed|softreset failed)",
        "warning",
        "the SATA link is reset: I/O waits",
        _CABLE,
    ),
    KernelClass(
        "oom",
        r"Memory cgroup out of memory: Killed process \d+ \(([^)]+)\)",
        "warning",
        "a container went over its memory limit and was killed",
        "Raise its limit or mend its leak: the node itself is well.",
    ),
    KernelClass(
        "mce",
        r"mce: \[Hardware Error\]: Machine check events logged"
        r"|EDAC (MC\d+): \d+ CE |\{\d+\}\[Hardware Error\]: event severity: corrected",
        "warning",
        "the hardware corrected an error",
        _MEMORY_MODULE,
    ),
    KernelClass(
        "link",
        r"[\w-]+ [\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.\d (?:[\w-]+: )?(\S+?): "
        r"(?:\w+: \S+ )?(?:NIC )?[Ll]ink (?:is )?[Dd]own"
        r"|bond\d+: \(slave (\S+?)\): link status definitely down",
        "warning",
        "a network link went down",
        "Check cable, switch port and the other end.",
    ),
    KernelClass(
        "iscsi",
        r".{0,400}?MountVolume\.\w+ failed for volume.{0,400}?iscsi",
        "warning",
        "the kubelet cannot attach an iSCSI volume",
        _CHECK_PORTAL,
    ),
)
