"""The review of a cluster, as a Talos operator would do it by hand: all its checks."""

from __future__ import annotations

from tui.model.question import KubeQuestion
from tui.model.review import Check
from tui.triage import (
    review_etcd,
    review_kubernetes,
    review_supply,
    review_talos,
)
from tui.triage.review_case import ReviewCase
from tui.triage.review_kubernetes import CLASSES, DAEMON_SETS, DRIVERS, VERSION
from tui.triage.review_rule import CheckRule

CHECKS: tuple[CheckRule, ...] = (
    *review_kubernetes.CHECKS,
    *review_etcd.CHECKS,
    *review_talos.CHECKS,
    *review_supply.CHECKS,
)

QUESTIONS: tuple[KubeQuestion, ...] = (VERSION, DAEMON_SETS, CLASSES, DRIVERS)
"""What a cluster must be asked for the review's sake, beside its nodes."""


def review(case: ReviewCase) -> tuple[Check, ...]:
    """Every check, in the order in which an operator goes through them."""
    return tuple(rule.check(case) for rule in CHECKS)
