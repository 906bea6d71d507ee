"""What a person should act on beside alerts: things that no alert may be telling."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

from tui.model.alert import Verdict
from tui.model.trace import Trace


class FindingKind(Enum):
    """What the finding is about; decides which screen `enter` opens."""

    WATCHDOG_ABSENT = "watchdog-absent"
    TARGET_DOWN = "target-down"
    TARGET_ABSENT = "target-absent"
    TARGET_UNEXPECTED = "target-unexpected"
    NODE_UNREACHABLE = "node-unreachable"
    NODE_NOT_READY = "node-not-ready"
    ETCD = "etcd"
    SERVICE_UNHEALTHY = "service-unhealthy"
    FILESYSTEM_FULL = "filesystem-full"
    CERTIFICATE_EXPIRING = "certificate-expiring"
    CLOCK_OFF = "clock-off"
    VERSION_SKEW = "version-skew"
    KERNEL = "kernel"
    NODE_SILENT = "node-silent"
    LOG_PIPELINE = "log-pipeline"


class Finding(Struct, frozen=True, gc=False):
    """One finding."""

    kind: FindingKind
    verdict: Verdict
    """REAL, or UNDECIDED when it may be our own blindness."""
    subject: str
    """The target, node, service, certificate or device."""
    title: str
    detail: str = ""
    since: datetime | None = None
    fixes: tuple[str, ...] = ()
    """Texts to copy, the likeliest way out first."""
    seen_by: tuple[str, ...] = ()
    """Names of alerting rules that see it too: their alerts tell of it."""
    traces: tuple[Trace, ...] = ()
    """Of a kernel's finding: which application its devices belong to, gravest first."""
