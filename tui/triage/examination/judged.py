"""What the verdict on its alert says: some targets are not meant to be there."""

from __future__ import annotations

from tui.model.alert import Verdict
from tui.model.examination import Subject
from tui.triage.examination.case import (
    ExamCase,
    ExamRule,
    Result,
    failed,
    nothing,
    passed,
    saw,
    unclear,
)


def is_judged(subject: Subject) -> bool:
    """Whether a rule has judged the alert of its job."""
    return subject.judgement is not None and bool(subject.judgement.rule)


def _read(case: ExamCase) -> Result:
    judgement = case.subject.judgement
    if judgement is None:
        return unclear("no alert of this job fires")
    lines = [
        f"{each.claim} ({each.value})" if each.value else each.claim
        for each in judgement.evidence
    ]
    return saw(_of(judgement.verdict, judgement.reason), *lines)


def _of(verdict: Verdict, reason: str) -> Result:
    if verdict is Verdict.FALSE_POSITIVE:
        return passed(
            f"false positive: {reason}",
            "Nothing is broken. Its alert has the ways to fix that at the source.",
            f"Nothing is broken ({reason}): fix it at the source, so that nobody "
            "scrapes it any more.",
        )
    if verdict is Verdict.UNDECIDED:
        return unclear(f"not certain: {reason}", "Its alert shows what is missing.")
    return failed(
        f"real: {reason}",
        "The evidence of its alert says what has changed.",
        "",
    )


JUDGED = ExamRule("judged", "what its alert is worth", nothing, _read, is_judged)
