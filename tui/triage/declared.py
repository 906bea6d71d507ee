"""Turns an operator's declared rules into rules: the same claims under the same law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from tui.model.alert import Verdict
from tui.model.declared import (
    ConfigMapSays,
    DaemonSetComplete,
    DeclaredClaim,
    DeclaredRule,
    EventSeen,
    Expectation,
    InventorySays,
    KernelLine,
    NodesRun,
    NoPods,
    PodsReady,
    QueryHolds,
    ServiceHealthy,
    TargetsUp,
)
from tui.triage import expectation, expectation_beyond
from tui.triage.rule import Claim, Rule

_NOTHING = "Nothing: your rule says so."
_CLAIMS = "A claim that is refuted makes it real; one that cannot be told, undecided."


def rules(declared: Iterable[DeclaredRule]) -> tuple[Rule, ...]:
    """The rules that an operator's config declares, in its order."""
    return tuple(map(_rule, declared))


def _rule(declared: DeclaredRule) -> Rule:
    change = _NOTHING if declared.verdict is Verdict.REAL else _CLAIMS
    return Rule(
        id=f"rules.{declared.name}",
        title=f"Your rule {declared.name}",
        covers=(declared.matchers,),
        verdict=declared.verdict,
        reason=declared.reason,
        runbook=declared.runbook,
        would_change=declared.would_change or change,
        claims=tuple(map(claim_of, declared.claims)),
        fixes=declared.fixes,
        is_own=True,
    )


def claim_of(declared: DeclaredClaim) -> Claim:
    """What one declared claim asks, and how its answers are read."""
    claim = _asked(declared.expects)
    return replace(claim, text=declared.text) if declared.text else claim


def _asked(expected: Expectation) -> Claim:
    make = _MAKE[type(expected)]
    return make(expected)


_MAKE: Mapping[type[Any], Callable[[Any], Claim]] = {
    ConfigMapSays: expectation.config_map,
    PodsReady: expectation.ready_pods,
    NoPods: expectation.no_pods,
    DaemonSetComplete: expectation.daemon_set,
    EventSeen: expectation.event,
    NodesRun: expectation.nodes_run,
    QueryHolds: expectation_beyond.query,
    TargetsUp: expectation_beyond.targets,
    ServiceHealthy: expectation_beyond.service,
    KernelLine: expectation_beyond.kernel_line,
    InventorySays: expectation_beyond.inventory,
}
