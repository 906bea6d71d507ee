"""The catalogue of kernel storage errors: one table, gravest first, extended by a row.

It reads one line at a time, in any of the forms in which Talos hands it over: the bare
message, a dmesg record, or the JSON body of shipped logs. It keeps nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KernelClass:
    """One class of trouble."""

    kind: str
    """The family: `btrfs`, `iscsi`, `scsi`, `block`, `ext4`, `xfs`."""
    pattern: str
    """Anchored at the start of the message. Its first group that took part is the
    device."""
    severity: str
    """`error` or `warning`: what it means for data, not the kernel's own priority."""
    meaning: str
    """One line; no two classes share it."""
    advice: str


@dataclass(frozen=True, slots=True)
class KernelSign:
    """What one line is a sign of."""

    kind: str
    severity: str
    device: str
    """`sdb`, `2:0:0:1`, `session1`, …; empty when the line names none."""
    meaning: str
    advice: str


_BTRFS = r"\(device ([^\s:)]+)[^)]*\)"
_RESTORE = "Stop the pod; restore its volume or make it anew."
_CHECK_PORTAL = "Check the storage host and the route to it, port 3260."
_FIND_VOLUME = "Find the volume behind the device; check the session or the disk."

# Wording: the Linux sources and open-iscsi, as listed in the tests.
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
        rf"BTRFS info {_BTRFS}: forced readonly",
        "error",
        "the filesystem has gone read-only after an error",
        _RESTORE,
    ),
    KernelClass(
        "btrfs",
        rf"BTRFS: (?:error|critical) {_BTRFS}",
        "error",
        "a transaction was aborted: nothing more is written",
        _RESTORE,
    ),
    KernelClass(
        "xfs",
        r"XFS \(([^)]+)\): (?:Metadata corruption|Corruption |Internal error"
        r"|.*Shutting down filesystem)",
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
        "Unmount it and run fsck on a copy; restore if in doubt.",
    ),
    KernelClass(
        "ext4",
        r"EXT4-fs error \(device ([^\s:)]+)[^)]*\)",
        "error",
        "ext4 found an error on disk",
        "Unmount it and run fsck on a copy; restore if in doubt.",
    ),
    KernelClass(
        "btrfs",
        rf"BTRFS (?:error|critical) {_BTRFS}",
        "error",
        "BTRFS reports an error of its device or its data",
        _FIND_VOLUME,
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
        r"sd ([\d:]+\d): rejecting I/O to (?:offline|dead) device",
        "error",
        "the disk is offline: all I/O fails",
        "Look for the session or controller that was lost just before.",
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
        r"|critical (?:medium|target|space allocation)) error, dev (\S+?),",
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
        r"sd [\d:]+\d: \[(\w+)\] (?:tag#\d+ )?(?:UNKNOWN\(\S+\) |FAILED )Result: ",
        "error",
        "a command to the disk failed",
        _FIND_VOLUME,
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
        r"iscsid(?:\[\d+\])?: (?:connect to \S+ failed|cannot make a connection"
        r"|can't bind conn (\d+:\d+)|Received iferror|connection login retries)",
        "warning",
        "the daemon cannot log in to the storage",
        _CHECK_PORTAL,
    ),
    KernelClass(
        "iscsi",
        r".{0,400}?MountVolume\.\w+ failed for volume.{0,400}?iscsi",
        "warning",
        "the kubelet cannot attach an iSCSI volume",
        _CHECK_PORTAL,
    ),
)

GRAVITY = {each.meaning: place for place, each in enumerate(CATALOGUE)}
"""Place in the table by meaning: 0 is the gravest."""

# What may stand before the message: a dmesg record's head, a kernel clock, a date.
_HEAD = (
    r"\s*(?:\w+: +\w+: \[[^\]]*\]: )?(?:\[ *\d+\.\d+\] )?"
    r"(?:\d{4}[-/]\d\d[-/]\d\d[T ]\S+ )?\s*"
)
_ANY = re.compile(
    _HEAD
    + "(?:"
    + "|".join(f"(?P<c{place}>{each.pattern})" for place, each in enumerate(CATALOGUE))
    + ")"
)
_FIELDS = re.compile(r"\s*\n (?:SUBSYSTEM|DEVICE)=[^\n]*")
_NOISE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[^\S ]+|[\x00-\x1f\x7f-\x9f]")


def classify(line: str) -> KernelSign | None:
    """What a line is a sign of; None for an everyday line, a recovery included."""
    hit = _ANY.match(_message(line))
    if hit is None or hit.lastgroup is None:
        return None
    found = CATALOGUE[int(hit.lastgroup[1:])]
    first = _ANY.groupindex[hit.lastgroup]
    # Groups of the alternatives that did not match are None.
    device = next(filter(None, hit.groups()[first:]), "")
    return KernelSign(found.kind, found.severity, device, found.meaning, found.advice)


def text_of(line: str) -> str:
    """The message as a person reads it: one line, trimmed, without its JSON body.

    The kernel's ` SUBSYSTEM=` and ` DEVICE=` lines are left out, and so are colours and
    control characters.
    """
    text = _message(line).strip()
    if text.isprintable():
        return text
    return _NOISE.sub(_blank, _FIELDS.sub("", text)).strip()


def _blank(noise: re.Match[str]) -> str:
    return " " if noise[0].isspace() else ""


def _message(line: str) -> str:
    """`msg` of a json_lines body; any other line as it is."""
    if not line.startswith("{"):
        return line
    try:
        message = json.loads(line)["msg"]
    except (ValueError, KeyError):
        return line
    return message if isinstance(message, str) else line
