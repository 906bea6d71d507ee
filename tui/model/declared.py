"""Rules of triage as an operator declares them: data that triage turns into rules.

Each expectation names one question and the answers that support or contradict it.
Whatever is neither, is missing or is old decides nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from enum import Enum
from math import isnan
from typing import TypeAlias

from msgspec import Struct

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


class Comparison(Struct, frozen=True, gc=False):
    """A comparison with a number: `> 0`."""

    operator: str
    """One of OPERATORS."""
    number: float

    def holds(self, value: float) -> bool:
        """Whether a value passes; nothing passes with NaN."""
        return not isnan(value) and _OPERATORS[self.operator](value, self.number)

    def __str__(self) -> str:
        return f"{self.operator} {self.number:g}"


class ConfigMapSays(Struct, frozen=True, gc=False):
    """One key of a ConfigMap has one of these values."""

    namespace: str
    name: str
    key: str
    values: tuple[str, ...]
    contradicts: tuple[str, ...]
    """Values that refute it; empty for all others."""


class PodsReady(Struct, frozen=True, gc=False):
    """A Running and Ready pod with these labels on each of those nodes."""

    namespace: str
    selector: str
    where: Where


class NoPods(Struct, frozen=True, gc=False):
    """No pod with these labels."""

    namespace: str
    selector: str


class DaemonSetComplete(Struct, frozen=True, gc=False):
    """All pods of a DaemonSet are ready and of its newest generation."""

    namespace: str
    name: str


class QueryHolds(Struct, frozen=True, gc=False):
    """Every sample of a PromQL expression passes, and there is one."""

    expression: str
    holds: Comparison
    contradicts: Comparison | None
    """What refutes it; None for whatever does not hold."""


class TargetsUp(Struct, frozen=True, gc=False):
    """Every target of a job is up, and there is one."""

    job: str


class ServiceHealthy(Struct, frozen=True, gc=False):
    """A Talos service is up and healthy on each of those nodes."""

    service: str
    where: Where


class KernelLine(Struct, frozen=True, gc=False):
    """A text is, or is not, in the kernel logs of the last minutes."""

    needle: str
    is_present: bool
    minutes: int


class EventSeen(Struct, frozen=True, gc=False):
    """An event of that reason within the last minutes."""

    reason: str
    namespace: str
    """Empty for all namespaces."""
    minutes: int


class NodesRun(Struct, frozen=True, gc=False):
    """The OS image of each of those nodes matches."""

    pattern: str
    """RE2, anchored at both ends."""
    where: Where


class InventorySays(Struct, frozen=True, gc=False):
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


class DeclaredClaim(Struct, frozen=True, gc=False):
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


class DeclaredRule(Struct, frozen=True, gc=False):
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
