"""The table by which evidence becomes a verdict.

| evidence                                | verdict                   |
| --------------------------------------- | ------------------------- |
| one piece contradicts                   | REAL                      |
| none contradicts, one could not be told | UNDECIDED                 |
| every piece supports                    | what the rule stands for  |

There are no weights: every claim of a rule is required.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui.model.alert import Evidence, Verdict
from tui.triage.rule import Rule


def weigh(rule: Rule, evidence: Sequence[Evidence]) -> tuple[Verdict, str]:
    """The verdict and its reason in one line.

    evidence    one piece for each claim of the rule, in their order, then any others
    """
    for piece in evidence:
        if piece.supports is Verdict.REAL:
            return Verdict.REAL, piece.claim
    for piece in evidence:
        if piece.supports is Verdict.UNDECIDED:
            return Verdict.UNDECIDED, f"cannot tell: {piece.value}"
    measure = f", {evidence[0].value}" if evidence and not rule.is_own else ""
    return rule.verdict, f"{rule.reason}{measure}"
