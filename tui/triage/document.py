"""The rules in words: docs/triage.md, written from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable

from tui.model.alert import Verdict
from tui.model.declared import (
    Comparison,
    ConfigMapSays,
    DaemonSetComplete,
    DeclaredClaim,
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
    Where,
)
from tui.triage.declared import claim_of
from tui.triage.registry import NO_RULE, RULES
from tui.triage.rule import Claim, Rule, Scope

_HEAD = f"""\
# How an alert is judged

Written by `python -m tui.triage` from the rules; a test keeps it in step.

An alert is **real** unless a rule proves otherwise ("{NO_RULE}"). Rules of the
operator's own come first, then those below, in this order; the first that covers an
alert judges it.

| what the evidence says | verdict |
| --- | --- |
| the inventory expects the component's job | real |
| one claim is refuted, by an answer of whatever age | real |
| none is refuted, one could not be told | undecided, naming the source that failed |
| every claim is proven by fresh answers | false positive, or by design |

- **Absence of proof never clears an alert.** No answer, one older than two of its
  own refreshes, or one from before the alert began proves nothing. While newer
  attempts meet silence (a timeout, a lost connection, a server that fails), the last
  answer counts until it is that old, and no longer. Once the question is refused (401,
  403, 404, a query that is not taken, something else that answers there), it counts no
  more. Most questions are asked at each `refresh`; workloads, events, kernel lines and
  static pods at every third.
- There are no weights: every claim of a rule is required. A second source may
  explain, or refute while the first is silent; it never proves what the first does
  not tell.
- Names are exact: a job, namespace or service that only looks like the component's
  own is another job. A label that is missing does not speak against the component,
  since `absent()` alerts carry none; `TargetDown` carries the namespace of what it is
  about.
- An alert that is silenced or inhibited is judged all the same. Of one verdict, what is
  silenced stands last, unless it is real and news to everybody: that stands first.
- A real alert comes with notes: its own expression, what Prometheus says of its
  targets, the kernel's lines by node and device. Notes explain; no note ever moves a
  verdict.
- A false positive comes with its fixes, best first; the last is a silence on exactly
  the labels of that alert.

## Whose an alert is

Evidence comes from the alert's own cluster, and from no other.

- Its labels say whose it is: those that the config gives to a cluster. Of several
  clusters that match, the one with the most labels; when two match alike, nobody's.
- Without such a label it is of the cluster in which its Alertmanager lives (`cluster`
  in the config), unless exactly one cluster's kernel logs hold the lines that it is
  made of. Where that Alertmanager serves other clusters too, it is false only when each
  of them proves it as well, but for those whose own Prometheus does not fire it.
- What cannot be assigned is shown as unassigned, with the reason, and is never
  cleared.
- An `absent()` alert carries no labels but those that its sender adds, and these say
  who sends, not what it is about. Where one Prometheus serves several clusters its
  rules show whether a label is the alert's own; if not, the alert is false only when
  **every** one of those clusters proves it.
- A label that a sender adds may be a copy of another cluster's. Where a cluster's own
  Prometheus fires the same alert, and the shared Alertmanager lists none of it, the
  alert is false only if that cluster proves it as well.
- A server that the config gives to one cluster may serve others too: an alert whose
  label contradicts that cluster's, or names another one of the config, is not cleared.
  Nor is one that a rule of ours covers where the Prometheus of that cluster evaluates
  rules and does not fire it, or holds it as pending: then somebody else sent it. Where
  more of that name are listed than it fires, one is somebody else's.
- A query to a shared Prometheus or Loki is held to the cluster by its labels in every
  selector. Where that cannot be made certain, the answer is no evidence.
- Nor is a query by a series that has ended: Prometheus shows its last sample for five
  minutes. None of our own rules asks a query; targets are held against their last
  scrape.
- A list of targets or rules of which the server itself says that it is not all (Thanos,
  when somebody whom it asks is silent) is no answer.

## Rules of your own

`[rules.NAME]` in the config, described in docs/config.md: matchers, a verdict, and
claims that must be proven. They are held to the same law, by the same code as ours.

- `real` needs no proof and wins over every other rule.
- `false-positive` and `by-design` need claims, one of which a server must confirm.
- Where a rule of ours with claims covers the alert too, both must be proven. What the
  kernel reports stays real.

What claims can ask

{{claims}}
"""

EXAMPLES: tuple[Expectation, ...] = (
    ConfigMapSays("kube-system", "cilium-config", "KEY", ("true", "strict"), ()),
    PodsReady("NAMESPACE", "app=NAME", Where.EVERY_NODE),
    NoPods("NAMESPACE", "app=NAME"),
    DaemonSetComplete("NAMESPACE", "NAME"),
    QueryHolds("QUERY", Comparison("<", 1), None),
    TargetsUp("JOB"),
    ServiceHealthy("SERVICE", Where.CONTROL_PLANES),
    KernelLine("TEXT", is_present=True, minutes=10),
    KernelLine("TEXT", is_present=False, minutes=10),
    EventSeen("REASON", "", 10),
    NodesRun("PATTERN", Where.EVERY_NODE),
    InventorySays("JOB", is_expected=False),
)
"""One of each kind that an operator's rule may claim."""

_KERNEL = """\
## Kernel errors

The lines of the kernel log that are findings are listed in
[kernel-errors.md](kernel-errors.md).
"""


def document() -> str:
    """The whole page, Markdown."""
    rules = "\n".join(map(_section, RULES))
    head = _HEAD.format(claims=_bullets(map(_example, EXAMPLES)).strip())
    return f"{head}\n{rules}\n{_KERNEL}"


def _example(expects: Expectation) -> str:
    """What one kind of claim of an operator would say and ask."""
    claim = claim_of(DeclaredClaim(expects))
    return f"{claim.text}{_asking(claim)}"


def _asking(claim: Claim) -> str:
    """How a person would ask the same."""
    needed = ", ".join(f"`{each.text}`" for each in claim.questions)
    needed += ", where it is configured" if claim.is_optional else ""
    helping = ", ".join(f"`{each.text}`" for each in claim.also)
    return (f": {needed}" if needed else "") + (
        f"; beside it {helping}" if helping else ""
    )


def _section(rule: Rule) -> str:
    parts = [
        f"## {rule.title}\n",
        f"Rule `{rule.id}`, {_verdict(rule)}: {rule.reason}.\n",
        f"Covers\n{_bullets(map(_scope, rule.covers))}",
    ]
    if rule.claims:
        claims = (f"{claim.text}{_asking(claim)}" for claim in rule.claims)
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
