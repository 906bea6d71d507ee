"""Log entries, from Loki or from a node itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from msgspec import Struct, field

from tui.model.fault import Fault
from tui.model.labels import NO_LABELS, Labels
from tui.model.silence import Matcher


class Entry(Struct, frozen=True, gc=False):
    """One log entry. Unique inside a stream by (at_ns, line, metadata)."""

    at_ns: int
    """Unix nanoseconds; a float would lose the last three digits."""
    labels: Labels
    """The stream's labels, without Loki's own `__stream_shard__`."""
    line: str
    """As it came, newlines and control characters included: clean before drawing."""
    metadata: Labels = NO_LABELS
    """Structured metadata, when the server tells it apart."""


class Gap(Struct, frozen=True, gc=False):
    """Entries that are lost for certain."""

    since_ns: int
    until_ns: int
    why: str
    count: int | None = None
    """How many, when that can be known."""


class LogBatch(Struct, frozen=True, gc=False):
    """What one turn of a tail, or one page, brought; all parts may be empty."""

    entries: tuple[Entry, ...] = ()
    """Oldest first. Those of a tail may be older than what earlier batches brought:
    they are late, and belong where their time is."""
    gaps: tuple[Gap, ...] = ()
    fault: Fault | None = None
    """Set when the tail was cut, or a page not answered; both go on by themselves."""
    is_current: bool = False
    """All that there was up to now has been delivered."""


class LogQuery(Struct, frozen=True, gc=False):
    """Which kernel-log entries of one cluster are wanted."""

    cluster: str
    matchers: tuple[Matcher, ...] = ()
    """Of labels of a stream; parsed labels and metadata belong into the stages."""
    stages: str = ""
    """LogQL behind the selector: `|= "btrfs"`, `| json`; empty for every entry."""


class LogSpan(Struct, frozen=True, gc=False):
    """Entries with since_ns <= at_ns < until_ns."""

    since_ns: int
    until_ns: int
    held: tuple[Entry, ...] = ()
    """Those at the edge where the reading begins that are not wanted again."""

    @classmethod
    def before(cls, kept: Sequence[Entry], since_ns: int) -> LogSpan:
        """What lies before entries that one has, oldest first: without a seam."""
        oldest = kept[0].at_ns
        held = tuple(takewhile(lambda entry: entry.at_ns == oldest, kept))
        return cls(since_ns, oldest + 1, held)

    @classmethod
    def behind(cls, kept: Sequence[Entry], until_ns: int) -> LogSpan:
        """What lies behind entries that one has, oldest first: without a seam."""
        newest = kept[-1].at_ns
        held = tuple(takewhile(lambda entry: entry.at_ns == newest, reversed(kept)))
        return cls(newest, until_ns, held)


class LogCount(Struct, frozen=True, gc=False):
    """How many entries there are in one step of time: one bar of a histogram."""

    until_ns: int
    """The step ends here, inclusive; it begins one step earlier, exclusive."""
    count: int
    labels: Labels = field(default_factory=dict)
    """Of the group that was counted."""


class LogFinding(Struct, frozen=True, gc=False):
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
    hurts: str = ""
    """Claim and pods behind the device, such as `media/films, pod jellyfin-0`."""

    @property
    def per_minute(self) -> float | None:
        """Lines a minute from the first to the last; None for lines of one moment."""
        minutes = (self.last - self.first).total_seconds() / 60
        return (self.count - 1) / minutes if minutes > 0 else None
