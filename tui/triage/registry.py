"""All rules of ours, in the order in which they are tried."""

from __future__ import annotations

from tui.triage.rule import Rule
from tui.triage.rules import control_plane, kube_proxy, storage, target, watchdog

RULES: tuple[Rule, ...] = (
    *kube_proxy.RULES,
    *control_plane.RULES,
    *watchdog.RULES,
    *storage.RULES,
    *target.RULES,
)
NO_RULE = "no rule says otherwise"

GENERAL = """\
## No rule covers this alert

It counts as real. Its own `runbook_url` and `description` are the place to begin.

1. Is it the cause, or a consequence of another alert of this cluster?
2. When did it begin, and what changed then: a rollout, an upgrade, a node?
3. If it must be quiet while you work on it: four hours, with a comment.
"""
