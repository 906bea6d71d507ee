"""One device of one node with everything that its trace may rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from tui.model.fault import FaultKind
from tui.model.kube import Pod
from tui.model.log import LogFinding
from tui.model.storage import (
    Attachment,
    Clues,
    NodeStorage,
    PersistentVolume,
    VolumeClaim,
)
from tui.model.trace import Certainty, Proof
from tui.triage.told import Told

STORAGE_KINDS = frozenset(
    "btrfs ext4 xfs iscsi scsi block nvme ata md dm".split()  # noqa: SIM905 - a list
)
_SESSION = re.compile(r"(?:session|connection)?(\d+)(?::\d+)?\Z")
_SCSI = re.compile(r"\d+:\d+:\d+:\d+\Z")
_ORDER = list(Certainty)


class TraceCase(Struct, frozen=True):
    """What was told. None stands for a server that the config does not name."""

    cluster: str
    node: str
    device: str
    """`sdc`, `dm-0`, `session2`, or a SCSI address."""
    first: datetime
    last: datetime
    """Of the lines that name it."""
    storage: Told[NodeStorage] | None = None
    volumes: Told[tuple[PersistentVolume, ...]] | None = None
    attachments: Told[tuple[Attachment, ...]] | None = None
    pods: Told[tuple[Pod, ...]] | None = None
    """Those on the node."""
    claims: Mapping[str, Told[tuple[VolumeClaim, ...]]] = field(default_factory=dict)
    """By namespace, of the namespaces that matter."""
    users: Mapping[str, Told[tuple[Pod, ...]]] = field(default_factory=dict)
    """All pods of those namespaces."""
    clues: Clues = Clues()

    @property
    def is_session(self) -> bool:
        """Whether it is about an iSCSI session, and not about one disk."""
        return self.device.startswith("session")

    @property
    def is_address(self) -> bool:
        """Whether it is a SCSI address."""
        return _SCSI.match(self.device) is not None


def device_of(found: LogFinding) -> str | None:
    """The device of a finding, each session by one name; None where it names none."""
    if found.kind not in STORAGE_KINDS or not found.device:
        return None
    hit = _SESSION.match(found.device) if found.kind == "iscsi" else None
    return f"session{hit[1]}" if hit else found.device


def worst(certainties: Iterable[Certainty]) -> Certainty:
    """A chain is worth as much as its weakest part."""
    return max(certainties, key=_ORDER.index, default=Certainty.PROVEN)


def proof(told: Told[Any], claim: str, value: str = "") -> Proof:
    """What a server said, with who and when."""
    return Proof(claim, told.source, told.query, value, told.reading.observed_at)


def blind(told: Told[Any] | None, what: str, server: str) -> Proof:
    """Why something cannot be told.

    what    is listed there, as RBAC calls it
    server  who would have to be asked
    """
    if told is None:
        return Proof(f"can't tell: the config names no {server}", "config")
    fault = told.reading.fault
    if fault is None:
        return proof(told, f"not told yet: {what}")
    if fault.kind is FaultKind.FORBIDDEN:
        return proof(told, f"can't tell: may not list {what} (RBAC)")
    return proof(told, f"can't tell: {fault.summary}")
