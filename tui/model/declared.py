"""Rules of triage as an operator declares them: data that triage turns into rules.

Each expectation names one question and the answers that support or contradict it.
Whatever is neither, is missing or is old decides nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import isnan
from typing import TypeAlias

from tui.model.alert import Verdict
from tui.model.silence import Matcher

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
OPERATORS = tuple(_OPERATORS)


BTRFS_ALERT, ISCSI_ALERT = "BTRFSCorruptionDetected", "ISCSIKernelError"
FIRM_ALERTS = (BTRFS_ALERT, ISCSI_ALERT)
"""Alerts that no rule of an operator clears: the kernel itself says so."""


class Where(Enum):
    """On which of a cluster's nodes something is expected."""

    EVERY_NODE = "every-node"
    CONTROL_PLANES = "control-planes"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison with a number: `> 0`."""

    operator: str
    """One of OPERATORS."""
    number: float

    def holds(self, value: float) -> bool:
        """Whether a value passes; nothing passes with NaN."""
        return not isnan(value) and _OPERATORS[self.operator](value, self.number)

    def __str__(self) -> str:
        return f"{self.operator} {self.number:g}"


@dataclass(frozen=True, slots=True)
class ConfigMapSays:
    """One key of a ConfigMap has one of these values."""

    namespace: str
    name: str
    key: str
    values: tuple[str, ...]
    contradicts: tuple[str, ...]
    """Values that refute it; empty for all others."""


@dataclass(frozen=True, slots=True)
class PodsReady:
    """A Running and Ready pod with these labels on each of those nodes."""

    namespace: str
    selector: str
    where: Where


@dataclass(frozen=True, slots=True)
class NoPods:
    """No pod with these labels."""

    namespace: str
    selector: str


@dataclass(frozen=True, slots=True)
class DaemonSetComplete:
    """All pods of a DaemonSet are ready and of its newest generation."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class QueryHolds:
    """Every sample of a PromQL expression passes, and there is one."""

    expression: str
    holds: Comparison
    contradicts: Comparison | None
    """What refutes it; None for whatever does not hold."""


@dataclass(frozen=True, slots=True)
class TargetsUp:
    """Every target of a job is up, and there is one."""

    job: str


@dataclass(frozen=True, slots=True)
class ServiceHealthy:
    """A Talos service is up and healthy on each of those nodes."""

    service: str
    where: Where


@dataclass(frozen=True, slots=True)
class KernelLine:
    """A text is, or is not, in the kernel logs of the last minutes."""

    needle: str
    is_present: bool
    minutes: int


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event of that reason within the last minutes."""

    reason: str
    namespace: str
    """Empty for all namespaces."""
    minutes: int


@dataclass(frozen=True, slots=True)
class NodesRun:
    """The OS image of each of those nodes matches."""

    pattern: str
    """RE2, anchored at both ends."""
    where: Where


@dataclass(frozen=True, slots=True)
class InventorySays:
    """The inventory of the cluster expects a job, or says that it is not expected."""

    job: str
    is_expected: bool


Expectation: TypeAlias = (
    ConfigMapSays
    | PodsReady
    | NoPods
    | DaemonSetComplete
    | QueryHolds
    | TargetsUp
    | ServiceHealthy
    | KernelLine
    | EventSeen
    | NodesRun
    | InventorySays
)


@dataclass(frozen=True, slots=True)
class DeclaredClaim:
    """One thing that must be proven before a rule clears an alert."""

    expects: Expectation
    text: str = ""
    """In the operator's words; empty for ours."""

    @property
    def is_positive(self) -> bool:
        """Whether a server must say that something is there.

        A misspelt name is absent everywhere, and an inventory is nobody's answer.
        """
        match self.expects:
            case NoPods() | InventorySays():
                return False
            case KernelLine(is_present=is_present):
                return is_present
            case _:
                return True


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """One rule of an operator."""

    name: str
    matchers: tuple[Matcher, ...]
    """Over an alert's labels: all must pass."""
    verdict: Verdict
    """FALSE_POSITIVE or BY_DESIGN when every claim holds; or REAL, without claims."""
    reason: str
    claims: tuple[DeclaredClaim, ...] = ()
    runbook: str = ""
    """Markdown."""
    fixes: tuple[str, ...] = ()
    """Best first."""
    would_change: str = ""
