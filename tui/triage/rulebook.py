"""Which rule judges an alert, and how: the operator's rules and ours in one law.

An operator's rule comes before ours and may not weaken it: where ours demands proof,
both must be proven; where ours knows that an alert is real, it stays real.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import lru_cache

from msgspec.structs import replace

from tui.model.alert import Alert, Evidence, Judgement, Verdict
from tui.model.labels import Labels
from tui.model.question_beyond import AlertsListed
from tui.model.silence import Matcher
from tui.triage import asked, inventory, notes
from tui.triage.case import Case
from tui.triage.registry import GENERAL, NO_RULE, RULES
from tui.triage.rule import CLEARING, Rule
from tui.triage.weigh import weigh

_KNOWN = 10_000
_GRAVITY = list(Verdict)


class Rulebook:
    """All rules that hold: the operator's, then ours."""

    def __init__(self, own: tuple[Rule, ...] = ()) -> None:
        """`own` are the operator's, in the order of the config."""
        # What makes an alert real comes before what clears it.
        self._own = tuple(sorted(own, key=lambda rule: rule.verdict in CLEARING))
        # Of an alert's labels only these matter. The others, of pods above all, would
        # fill memory with alerts that never come again.
        self._names = tuple(
            {
                matcher.name: None
                for rule in (*self._own, *RULES)
                for scope in rule.covers
                for matcher in scope
            }
        )
        self._find: Callable[[tuple[str | None, ...]], Rule | None] = lru_cache(
            maxsize=_KNOWN
        )(self._found)

    def rule_for(self, alert: Alert) -> Rule | None:
        """The rule by which the alert is judged."""
        return self._find(tuple(map(alert.labels.get, self._names)))

    def kernel_kinds(self, alert: Alert) -> tuple[str, ...]:
        """The classes of kernel findings that the alert is made of; mostly none."""
        rule = self.rule_for(alert)
        return rule.kernel if rule else ()

    def is_cleared_by_clusters(self, alert: Alert) -> bool:
        """Whether its rule may clear it by what a cluster says, not its sender."""
        rule = self.rule_for(alert)
        return (
            rule is not None
            and rule.verdict in CLEARING
            and any(not isinstance(each, AlertsListed) for each in rule.questions)
        )

    def is_of_prometheus(self, alert: Alert) -> bool:
        """Whether it is cleared, if at all, as what rules of every Prometheus fire."""
        rule = self.rule_for(alert)
        is_clearing = rule is not None and rule.verdict in CLEARING
        return is_clearing and _covering(RULES, alert.labels) is not None

    def judge_together(self, cases: Sequence[Case]) -> Judgement:
        """The verdict on one alert that is about several clusters: the gravest of all.

        cases   the same alert in each of them; the first is where it is shown
        """
        first, *others = (self.judge(case) for case in cases)
        if not others:
            return first
        each = list(
            zip((case.cluster for case in cases), (first, *others), strict=True)
        )
        cluster, gravest = min(each, key=lambda one: _GRAVITY.index(one[1].verdict))
        evidence = tuple(
            replace(piece, source=f"inventory {name}")
            if piece.source == "inventory"
            else piece
            for name, judgement in each
            for piece in judgement.evidence
        )
        names = ", ".join(name for name, _ in each)
        reason = f"{gravest.reason}; so in all of {names}"
        if gravest.verdict not in CLEARING:
            reason = f"{cluster}: {gravest.reason}; it is not of one cluster alone"
        return replace(gravest, reason=reason, evidence=evidence)

    def judge(self, case: Case) -> Judgement:
        """The verdict on one alert. What no rule covers is real."""
        rule = self.rule_for(case.alert)
        own = asked.asked(case.alert, case.scene)
        if rule is None:
            return Judgement(
                Verdict.REAL,
                NO_RULE,
                asked.note(case, own),
                runbook=GENERAL,
                expression=own.expression,
            )
        pieces = [claim.evidence(case) for claim in rule.claims if claim.is_made(case)]
        pieces += _inventory(case, rule)
        pieces += _doubt(case, rule)
        if rule.verdict is Verdict.BY_DESIGN:
            pieces = [_by_design(piece) for piece in pieces]
        verdict, reason = weigh(rule, pieces)
        if place := notes.place(case, rule.kernel):
            reason = f"{place}: {reason}"
        is_false = verdict is Verdict.FALSE_POSITIVE
        return Judgement(
            verdict,
            reason,
            (*pieces, *_noted(case, rule, own)),
            rule.id,
            rule.runbook,
            (*rule.fixes, silence_command(case.alert, reason)) if is_false else (),
            rule.would_change,
            own.expression,
            rule.job if is_false else "",
        )

    def _found(self, values: tuple[str | None, ...]) -> Rule | None:
        named = zip(self._names, values, strict=True)
        labels = {name: value for name, value in named if value is not None}
        ours = _covering(RULES, labels)
        theirs = _covering(self._own, labels)
        if theirs is None or ours is None:
            return theirs or ours
        return _joined(theirs, ours)


def _covering(rules: tuple[Rule, ...], labels: Labels) -> Rule | None:
    """The first rule that covers an alert with these labels."""
    return next((rule for rule in rules if rule.covers_labels(labels)), None)


def _joined(theirs: Rule, ours: Rule) -> Rule:
    """An operator's rule where one of ours covers the alert too.

    What ours knows of the alert's place, and what it tells beside it, stays.
    """
    is_clearing = theirs.verdict in CLEARING
    if is_clearing and ours.is_firm:
        return ours
    return replace(
        theirs,
        claims=theirs.claims + ours.claims if is_clearing else (),
        runbook=theirs.runbook or ours.runbook,
        job=ours.job or theirs.job,
        fixes=theirs.fixes + ours.fixes,
        blind_spots=theirs.blind_spots + ours.blind_spots,
        notes=theirs.notes + ours.notes,
        kernel=ours.kernel,
        beside=theirs.beside + ours.beside,
    )


def _noted(case: Case, rule: Rule, own: asked.Asked) -> tuple[Evidence, ...]:
    """What else is worth telling; the verdict stands already."""
    told = [piece for note in rule.notes for piece in note(case)]
    if rule.kernel:
        told += notes.of_kernel(case, rule.kernel)
    if rule.verdict is Verdict.REAL:
        told += asked.note(case, own)
    return tuple(told)


def _by_design(piece: Evidence) -> Evidence:
    """A claim that holds speaks for what its rule stands for."""
    if piece.supports is Verdict.FALSE_POSITIVE:
        return replace(piece, supports=Verdict.BY_DESIGN)
    return piece


def _doubt(case: Case, rule: Rule) -> list[Evidence]:
    """An alert that may be another cluster's is not cleared by this one's evidence."""
    if not case.doubt or rule.verdict not in CLEARING:
        return []
    return [
        Evidence(
            f"the alert is of {case.cluster}",
            Verdict.UNDECIDED,
            "the alert itself",
            value=case.doubt,
        )
    ]


def _inventory(case: Case, rule: Rule) -> list[Evidence]:
    """What the operator expects wins over the rule; no line in it says nothing."""
    labels = case.alert.labels
    job = rule.job or (labels.get("job", "") if rule.verdict in CLEARING else "")
    if not job:
        return []
    # One's own rule speaks of its alert's target; ours of a component as a whole.
    instance = "" if rule.job else labels.get("instance", "")
    lines = inventory.lines_about(case.inventory, job, instance)
    if not lines:
        return []
    wanted = [line for line in lines if line.expected]
    reason = (wanted or lines)[0].reason
    if wanted:
        claim, verdict = f"the inventory expects {job}", Verdict.REAL
    else:
        claim, verdict = f"the inventory does not expect {job}", Verdict.FALSE_POSITIVE
    return [Evidence(claim, verdict, "inventory", value=reason)]


def silence_command(alert: Alert, comment: str) -> str:
    """A silence for a year on exactly this label set: no broader than the proof."""
    matchers = (Matcher(name, value) for name, value in sorted(alert.labels.items()))
    words = ["amtool", "silence", "add", "--duration=8760h", f"--comment={comment}"]
    return shlex.join([*words, *map(str, matchers)])
