"""All rules in the order in which they are tried, and the two questions put to them."""

from __future__ import annotations

import shlex

from tui.model.alert import Alert, Evidence, Judgement, Verdict
from tui.model.question import Question
from tui.model.silence import Matcher
from tui.triage import asked, notes
from tui.triage.case import Case
from tui.triage.rule import Rule
from tui.triage.rules import control_plane, kube_proxy, storage, target, watchdog
from tui.triage.weigh import weigh

RULES: tuple[Rule, ...] = (
    *kube_proxy.RULES,
    *control_plane.RULES,
    *watchdog.RULES,
    *storage.RULES,
    *target.RULES,
)
NO_RULE = "no rule says otherwise"

_GENERAL = """\
## No rule covers this alert

It counts as real. Its own `runbook_url` and `description` are the place to begin.

1. Is it the cause, or a consequence of another alert of this cluster?
2. When did it begin, and what changed then: a rollout, an upgrade, a node?
3. If it must be quiet while you work on it: four hours, with a comment.
"""


def rule_for(alert: Alert) -> Rule | None:
    """The first rule that covers the alert."""
    return next((rule for rule in RULES if rule.is_about(alert)), None)


def questions_for(alert: Alert) -> tuple[Question, ...]:
    """What its cluster must be asked before the alert can be judged."""
    rule = rule_for(alert)
    return rule.questions if rule else ()


def kernel_kinds(alert: Alert) -> tuple[str, ...]:
    """The classes of kernel findings that the alert is made of; mostly none."""
    rule = rule_for(alert)
    return rule.kernel if rule else ()


def judge(case: Case) -> Judgement:
    """The verdict on one alert. What no rule covers is real."""
    rule = rule_for(case.alert)
    expression = asked.asked(case.alert, case.scene).expression
    if rule is None:
        evidence = asked.note(case)
        return Judgement(
            Verdict.REAL, NO_RULE, evidence, runbook=_GENERAL, expression=expression
        )
    pieces = [claim.evidence(case) for claim in rule.claims]
    pieces += _inventory(case, rule)
    verdict, reason = weigh(rule, pieces)
    if place := notes.place(case, rule.kernel):
        reason = f"{place}: {reason}"
    is_false = verdict is Verdict.FALSE_POSITIVE
    return Judgement(
        verdict,
        reason,
        (*pieces, *_noted(case, rule)),
        rule.id,
        rule.runbook,
        (*rule.fixes, silence_command(case.alert, reason)) if is_false else (),
        rule.would_change,
        expression,
    )


def _noted(case: Case, rule: Rule) -> tuple[Evidence, ...]:
    """What else is worth telling; the verdict stands already."""
    told = [piece for note in rule.notes for piece in note(case)]
    if rule.kernel:
        told += notes.of_kernel(case, rule.kernel)
    if rule.verdict is Verdict.REAL:
        told += asked.note(case)
    return tuple(told)


def _inventory(case: Case, rule: Rule) -> list[Evidence]:
    """What the operator expects wins over the rule; no line in it says nothing."""
    lines = [line for line in case.inventory if rule.job and line.job == rule.job]
    if not lines:
        return []
    wanted = [line for line in lines if line.expected]
    reason = (wanted or lines)[0].reason
    if wanted:
        claim, verdict = f"the inventory expects {rule.job}", Verdict.REAL
    else:
        claim, verdict = (
            f"the inventory does not expect {rule.job}",
            Verdict.FALSE_POSITIVE,
        )
    return [Evidence(claim, verdict, "inventory", value=reason)]


def silence_command(alert: Alert, comment: str) -> str:
    """A silence for a year on exactly this label set: no broader than the proof."""
    matchers = (Matcher(name, value) for name, value in sorted(alert.labels.items()))
    words = ["amtool", "silence", "add", "--duration=8760h", f"--comment={comment}"]
    return shlex.join([*words, *map(str, matchers)])
