"""Log entries, from Loki or from a node itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tui.model.fault import Fault
from tui.model.labels import Labels


@dataclass(frozen=True, slots=True)
class Entry:
    """One log entry. Unique inside a stream by (at_ns, line, metadata)."""

    at_ns: int
    """Unix nanoseconds; a float would lose the last three digits."""
    labels: Labels
    """The stream's labels, without Loki's own `__stream_shard__`."""
    line: str
    """As it came, newlines and control characters included: clean before drawing."""
    metadata: Labels = field(default_factory=dict)
    """Structured metadata, when the server tells it apart."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries that are lost for certain."""

    since_ns: int
    until_ns: int
    why: str
    count: int | None = None
    """How many, when that can be known."""


@dataclass(frozen=True, slots=True)
class LogBatch:
    """What one turn of a tail brought, in order; all parts may be empty."""

    entries: tuple[Entry, ...] = ()
    gaps: tuple[Gap, ...] = ()
    fault: Fault | None = None
    """Set when the tail was cut; the tail goes on by itself."""
    is_current: bool = False
    """All that there was up to now has been delivered."""


@dataclass(frozen=True, slots=True)
class LogFinding:
    """Kernel trouble of one class on one device, grouped."""

    cluster: str
    node: str
    kind: str
    """The class in the kernel catalogue: `btrfs`, `iscsi`, …"""
    severity: str
    """`error` or `warning`."""
    device: str
    """`sdb`, `session1`, …; empty when the line names none."""
    meaning: str
    count: int
    first: datetime
    last: datetime
    sample: str
    """The newest line, cleaned."""
    entry: Entry | None = None
    """The same as it came: rules are tried on it."""
    seen_by: tuple[str, ...] | None = None
    """Names of the rules of Loki's ruler that see it; None when that is not known."""

    @property
    def per_minute(self) -> float | None:
        """Lines a minute from the first to the last; None for lines of one moment."""
        minutes = (self.last - self.first).total_seconds() / 60
        return (self.count - 1) / minutes if minutes > 0 else None
