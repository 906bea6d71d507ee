"""What a rule is made of: whom it covers, what must hold, and what to tell a person.

The law lives in `Claim.evidence`: only fresh answers speak in favour; a contradiction
stands, however old; whatever is not known decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tui.model.alert import Evidence, Verdict
from tui.model.labels import Labels
from tui.model.question import Question
from tui.model.re2 import PatternError
from tui.model.server_clock import said
from tui.model.silence import Matcher
from tui.triage.case import Case

_NOT = timedelta()
CLEARING = frozenset({Verdict.FALSE_POSITIVE, Verdict.BY_DESIGN})
"""Verdicts that say of an alert that nobody need act on it."""


class Ruling(Struct, frozen=True):
    """What the answers to one claim amount to."""

    supports: Verdict
    words: str

    @property
    def proves(self) -> bool:
        """Whether the claim is proven."""
        return self.supports is Verdict.FALSE_POSITIVE

    @property
    def refutes(self) -> bool:
        """Whether the claim is refuted."""
        return self.supports is Verdict.REAL


def holds(words: str) -> Ruling:
    """The claim is proven; `words` is the measure of it, such as `4/4 ready`."""
    return Ruling(Verdict.FALSE_POSITIVE, words)


def fails(words: str) -> Ruling:
    """The claim is refuted; `words` is the sentence that says by what."""
    return Ruling(Verdict.REAL, words)


def unclear(words: str) -> Ruling:
    """The answers neither prove nor refute; `words` says what is missing."""
    return Ruling(Verdict.UNDECIDED, words)


class Claim(Struct, frozen=True):
    """One thing that must be proven before an alert may be called false."""

    text: str
    """What is claimed, as a sentence."""
    questions: tuple[Question, ...]
    read: Callable[[Case], Ruling]
    """Called only when every question has an answer."""
    told_by: str = ""
    """Who says so when no server is asked."""
    also: tuple[Question, ...] = ()
    """Asked too: a fresh answer may help to prove the claim, and none refutes it."""
    otherwise: Callable[[Case], Ruling] | None = None
    """A second source, for when the first has no answer at all. It may refute the
    claim and never proves it: else the silence of the first would clear an alert."""
    is_optional: bool = False
    """It is not made where the config names nobody who could be asked."""

    def is_made(self, case: Case) -> bool:
        """Whether it must be proven in that cluster."""
        asked = any(each in case.answers for each in self.questions)
        return asked or not self.is_optional

    def evidence(self, case: Case) -> Evidence:
        """The claim held against the answers, with where they come from."""
        missing = [each for each in self.questions if case.value(each) is None]
        if missing:
            second = self.otherwise(case) if self.otherwise else None
            blind = unclear(case.blindness(missing[0]))
            return self._evidence(case, second if second and second.refutes else blind)
        found = self._ruling(case)
        stale = [each for each in self.questions if case.fresh(each) is None]
        if stale and found.supports is not Verdict.REAL:
            found = unclear(case.blindness(stale[0]))
        return self._evidence(case, found)

    def _ruling(self, case: Case) -> Ruling:
        """What holds by both clocks, where that of who answers is known to be off.

        Either may be what times in an answer were told by: what is long dead looks
        alive beside a clock that is behind, what lives looks dead beside one ahead.
        """
        found = self.read(case)
        asked = (*self.questions, *self.also)
        off = max((case.ahead.get(each, _NOT) for each in asked), key=abs, default=_NOT)
        if not off or self.read(replace(case, ahead={})).supports is found.supports:
            return found
        whose = case.source(tuple(each for each in asked if each in case.ahead))
        return unclear(f"the clock of {whose} is {said(off.total_seconds())}")

    def _evidence(self, case: Case, found: Ruling) -> Evidence:
        is_refuted = found.supports is Verdict.REAL
        return Evidence(
            claim=found.words if is_refuted else self.text,
            supports=found.supports,
            source=case.source(self.questions) or self.told_by,
            query="; ".join(question.text for question in self.questions),
            value="" if is_refuted else found.words,
            observed_at=_oldest(case, self.questions),
        )


def _oldest(case: Case, questions: tuple[Question, ...]) -> datetime | None:
    """An answer from two questions is as old as the older one."""
    times = [case.observed_at(each) for each in questions]
    known = [at for at in times if at is not None]
    return min(known) if known and len(known) == len(times) else None


Note: TypeAlias = Callable[[Case], tuple[Evidence, ...]]
"""What is worth telling about an alert. It informs; it never moves the verdict."""

Scope: TypeAlias = tuple[Matcher, ...]
"""Matchers over an alert's labels: all must pass."""


class Rule(Struct, frozen=True):
    """How alerts of one kind are judged."""

    id: str
    title: str
    covers: tuple[Scope, ...]
    """It is enough that one of them passes."""
    verdict: Verdict
    """When every claim holds. Without claims it is the verdict at once."""
    reason: str
    """Why, in one line; behind one of ours the measure of the first claim is put."""
    runbook: str
    """Markdown."""
    would_change: str
    """What would turn the verdict."""
    claims: tuple[Claim, ...] = ()
    job: str = ""
    """The job that the inventory may expect after all; then the alert is real."""
    fixes: tuple[str, ...] = ()
    """For a false positive: best first, ready to be copied."""
    blind_spots: tuple[str, ...] = ()
    """What the rule cannot see."""
    notes: tuple[Note, ...] = ()
    """Put behind the evidence once the verdict stands."""
    is_own: bool = False
    """An operator's: its reason stands as they wrote it."""
    beside: tuple[Question, ...] = ()
    """What its notes tell of."""
    is_firm: bool = False
    """No rule of an operator clears what it covers."""
    kernel: tuple[str, ...] = ()
    """Classes of kernel findings that the alert is made of. They tell node and device,
    and the cluster too when its labels do not."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions of its claims and notes, each once."""
        asked = [q for claim in self.claims for q in (*claim.questions, *claim.also)]
        return tuple(dict.fromkeys((*asked, *self.beside)))

    def covers_labels(self, labels: Labels) -> bool:
        """Whether the rule covers an alert with these labels.

        When a matcher cannot be tried it covers what it makes real, and clears nothing.
        """
        try:
            return any(
                all(matcher.matches(labels) for matcher in scope)
                for scope in self.covers
            )
        except PatternError:
            return self.verdict not in CLEARING


def alert_scope(name: str, *matchers: Matcher) -> Scope:
    """Alerts of that exact name whose labels pass the other matchers too."""
    return (Matcher("alertname", name), *matchers)
