"""What a silence would hide if it were made now: firing, pending, and yet to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import compress
from operator import not_

from tui.model.alert import JudgedAlert, Verdict
from tui.model.labels import Labels
from tui.model.metric import Rule, RuleAlert, Ruler
from tui.model.silence import Matcher, Silence
from tui.silencing.grammar import refusal, tried
from tui.silencing.reach import Reach


class Certainty(Enum):
    """Whether what does not fire yet would be hidden."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    """It depends on labels that only a firing alert has."""


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """An alert that waits for its `for:` in Prometheus."""

    rule: Rule
    alert: RuleAlert
    labels: Labels
    """With external labels, as far as they are known."""
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule of which nothing covered fires or waits, but whose alerts may match."""

    rule: Rule
    certainty: Certainty


class Likeness(Enum):
    """How a silence that exists stands to the one that is being written."""

    EQUAL = "equal"
    """The same matchers: extend that one instead."""
    WIDER = "wider"
    """It hides all that the new one would: each of its matchers is in the new one."""
    NARROWER = "narrower"
    """The new one hides all that this one does."""
    OVERLAPPING = "overlapping"
    """Both hide alerts that fire now."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A silence that exists, active or pending, and how it stands to the new one."""

    silence: Silence
    likeness: Likeness


class Warned(Enum):
    """What is odd about a silence, loudest first."""

    HIDES_REAL = "hides-real"
    """`Preview.real` names them: it needs a second confirmation."""
    MISSES = "misses"
    """It does not cover every alert that it is made for."""
    MATCHES_NOTHING = "matches-nothing"
    """Nothing that fires or waits is covered."""
    BROADER = "broader"
    """It covers alerts beside those at hand: `Preview.beside`."""
    UNTRIED = "untried"
    """What an expression matches cannot be told here; it is taken to match."""
    ONLY_NEGATIVE = "only-negative"
    """No matcher says what an alert must be: it hides nearly everything to come."""
    EXISTS = "exists"
    """A silence with the same matchers, or a wider one, is there already."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a silence with these matchers would do, as known now."""

    refusal: str = ""
    """Why Alertmanager would refuse it; empty when it would not."""
    firing: tuple[JudgedAlert, ...] = ()
    """Covered and not silenced yet, worst verdict first; inhibited ones too."""
    already: tuple[JudgedAlert, ...] = ()
    """Covered, and silenced by another silence already."""
    beside: tuple[JudgedAlert, ...] = ()
    """Covered ones that are not among the alerts at hand; none without such."""
    missed: tuple[JudgedAlert, ...] = ()
    """Alerts at hand that it does not cover."""
    pending: tuple[PendingAlert, ...] = ()
    rules: tuple[RuleHit, ...] = ()
    """Certain ones first, then in the order of the rule files."""
    relations: tuple[Relation, ...] = ()
    """Equal ones first."""
    warned: tuple[Warned, ...] = ()
    """Loudest first."""

    @property
    def hit(self) -> tuple[JudgedAlert, ...]:
        """All covered alerts that fire."""
        return (*self.firing, *self.already)

    @property
    def real(self) -> tuple[JudgedAlert, ...]:
        """The real ones among the covered, silenced already or not."""
        return tuple(each for each in self.hit if each.verdict is Verdict.REAL)


def preview(
    reach: Reach,
    matchers: Sequence[Matcher],
    at_hand: Sequence[JudgedAlert] = (),
    editing: str = "",
) -> Preview:
    """What the matchers cover of all that is in reach.

    at_hand  the alerts that it is made for; none when it is made from nothing
    editing  the id of the silence that is being changed: it is no other silence
    """
    if not matchers:
        return Preview(refusal(matchers), missed=tuple(at_hand))
    hit = reach.covered(matchers)
    wanted = {alert.alert.fingerprint for alert in at_hand}
    covered = {alert.alert.fingerprint for alert in hit}
    is_silenced = [bool(set(each.alert.silenced_by) - {editing}) for each in hit]
    pending = tuple(_pending(reach, matchers))
    busy = {each.alert.name for each in hit} | {each.rule.name for each in pending}
    found = Preview(
        refusal=refusal(matchers),
        firing=tuple(compress(hit, map(not_, is_silenced))),
        already=tuple(compress(hit, is_silenced)),
        beside=tuple(
            each for each in hit if wanted and each.alert.fingerprint not in wanted
        ),
        missed=tuple(each for each in at_hand if each.alert.fingerprint not in covered),
        pending=pending,
        rules=tuple(_rules(reach, matchers, busy)),
        relations=tuple(_relations(reach, matchers, hit, editing)),
    )
    return _with_warnings(found, matchers)


def _with_warnings(found: Preview, matchers: Sequence[Matcher]) -> Preview:
    likenesses = {each.likeness for each in found.relations}
    told = {
        Warned.HIDES_REAL: bool(found.real),
        Warned.MISSES: bool(found.missed),
        Warned.MATCHES_NOTHING: not found.hit and not found.pending,
        Warned.BROADER: bool(found.beside),
        Warned.UNTRIED: any(tried(each, {}) is None for each in matchers),
        Warned.ONLY_NEGATIVE: not any(each.is_equal for each in matchers),
        Warned.EXISTS: bool(likenesses & {Likeness.EQUAL, Likeness.WIDER}),
    }
    warned = tuple(each for each, is_so in told.items() if is_so)
    return replace(found, warned=warned)


def _pending(reach: Reach, matchers: Sequence[Matcher]) -> Iterator[PendingAlert]:
    for ruler in reach.rulers:
        for rule in ruler.rules or ():
            for alert in rule.alerts:
                if alert.state != "pending":
                    continue
                labels = {**(ruler.external or {}), **alert.labels}
                known = _names_known(ruler, labels, matchers)
                certainty = _certainty(matchers, labels, known)
                if certainty:
                    yield PendingAlert(rule, alert, labels, certainty)


def _rules(
    reach: Reach, matchers: Sequence[Matcher], busy: set[str]
) -> Iterator[RuleHit]:
    found = []
    for ruler in reach.rulers:
        for rule in ruler.rules or ():
            if rule.name not in busy:
                labels = known_labels(ruler, rule)
                sure = {"alertname", *_static(rule)}
                certainty = _certainty(matchers, labels, sure)
                if certainty:
                    found.append(RuleHit(rule, certainty))
    yield from (each for each in found if each.certainty is Certainty.CERTAIN)
    yield from (each for each in found if each.certainty is Certainty.POSSIBLE)


def known_labels(ruler: Ruler, rule: Rule) -> Labels:
    """What every alert of a rule carries unless its expression says otherwise."""
    return {**(ruler.external or {}), **_static(rule), "alertname": rule.name}


def _static(rule: Rule) -> Labels:
    """The rule's own labels that are no templates."""
    return {name: value for name, value in rule.labels.items() if "{{" not in value}


def _names_known(ruler: Ruler, labels: Labels, matchers: Sequence[Matcher]) -> set[str]:
    """Names of which a pending alert's value is known, be it that it has none."""
    wanted = {matcher.name for matcher in matchers}
    missing = wanted - set(labels) - ruler.unsure if ruler.external is not None else ()
    return {*labels, *missing}


def _certainty(
    matchers: Sequence[Matcher], labels: Labels, known: set[str]
) -> Certainty | None:
    """Whether an alert with these labels would pass; None when it cannot.

    known   names whose value nothing can change
    """
    certainty = Certainty.CERTAIN
    for matcher in matchers:
        passes = tried(matcher, labels) if matcher.name in known else None
        if passes is False:
            return None
        if passes is None:
            certainty = Certainty.POSSIBLE
    return certainty


def _relations(
    reach: Reach,
    matchers: Sequence[Matcher],
    hit: Sequence[JudgedAlert],
    editing: str,
) -> Iterator[Relation]:
    mine = frozenset(matchers)
    meeting = {id_ for each in hit for id_ in each.alert.silenced_by}
    found = []
    for silence in reach.standing:
        likeness = _likeness(mine, frozenset(silence.matchers))
        if likeness is None and silence.id in meeting:
            likeness = Likeness.OVERLAPPING
        if likeness and silence.id != editing:
            found.append(Relation(silence, likeness))
    order = list(Likeness)
    yield from sorted(found, key=lambda each: order.index(each.likeness))


def _likeness(mine: frozenset[Matcher], theirs: frozenset[Matcher]) -> Likeness | None:
    if mine == theirs:
        return Likeness.EQUAL
    if theirs < mine:
        return Likeness.WIDER
    return Likeness.NARROWER if mine < theirs else None
