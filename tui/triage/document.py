"""The rules in words: docs/triage.md, written from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable

from tui.model.alert import Verdict
from tui.model.kernel import CATALOGUE, KernelClass
from tui.triage.registry import NO_RULE, RULES
from tui.triage.rule import Rule, Scope

_HEAD = f"""\
# How an alert is judged

Written by `python -m tui.triage` from the rules; a test keeps it in step.

An alert is **real** unless a rule proves otherwise ("{NO_RULE}"). The rules are
tried in this order; the first that covers an alert judges it. Evidence comes from the
alert's own cluster: the one that its labels name, else the one in which its
Alertmanager is at home.

| what the evidence says | verdict |
| --- | --- |
| the inventory expects the component's job | real |
| one claim is refuted, by an answer of whatever age | real |
| none is refuted, one could not be told | undecided, naming the source that failed |
| every claim is proven by fresh answers | false positive |

- **Absence of proof never clears an alert.** No answer, a failed one, or one older than
  two refreshes proves nothing.
- There are no weights: every claim of a rule is required.
- Names are exact: a job, namespace or service that only looks like the component's own
  is another job. A label that is missing does not speak against the component, since
  `absent()` alerts carry none.
- An alert that is silenced or inhibited is judged all the same.
- A real alert comes with notes: its own expression, what Prometheus says of its
  targets, the kernel's lines by node and device. Notes explain; no note ever moves a
  verdict.
- A false positive comes with its fixes, best first; the last is a silence on exactly
  the labels of that alert.
"""

_KERNEL = """\
## Kernel errors

Lines of the kernel log, of the iSCSI daemon and of the kubelet that mean trouble with
storage, gravest first. Errors of the last hour are findings. Severity is what a line
means for data, not the kernel's own priority: some of the worst are of level info.

| family | severity | meaning | what to do |
| --- | --- | --- | --- |
"""


def document() -> str:
    """The whole page, Markdown."""
    rules = "\n".join(map(_section, RULES))
    table = "".join(map(_row, CATALOGUE))
    return f"{_HEAD}\n{rules}\n{_KERNEL}{table}"


def _section(rule: Rule) -> str:
    parts = [
        f"## {rule.title}\n",
        f"Rule `{rule.id}`, {_verdict(rule)}: {rule.reason}.\n",
        f"Covers\n{_bullets(map(_scope, rule.covers))}",
    ]
    if rule.claims:
        claims = (
            f"{claim.text}: " + ", ".join(f"`{q.text}`" for q in claim.questions)
            for claim in rule.claims
        )
        parts.append(f"What must be proven\n{_bullets(claims)}")
    parts.append(f"What would change it: {rule.would_change}\n")
    if rule.blind_spots:
        parts.append(f"Blind spots\n{_bullets(rule.blind_spots)}")
    return "\n".join(parts)


def _verdict(rule: Rule) -> str:
    words = rule.verdict.value.replace("-", " ")
    if rule.verdict is Verdict.FALSE_POSITIVE:
        return f"{words} when proven"
    return f"always {words}"


def _scope(scope: Scope) -> str:
    return f"`{', '.join(map(str, scope))}`"


def _bullets(lines: Iterable[str]) -> str:
    return "\n" + "".join(f"- {line}\n" for line in lines)


def _row(each: KernelClass) -> str:
    return f"| {each.kind} | {each.severity} | {each.meaning} | {each.advice} |\n"
