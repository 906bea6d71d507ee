"""What a silence would hide if it were made now: firing, pending, and yet to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from enum import Enum
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tui.model.alert import JudgedAlert
from tui.model.labels import Labels
from tui.model.metric import Rule, RuleAlert
from tui.model.silence import Matcher, Silence
from tui.silencing.grammar import refusal, tried
from tui.silencing.laid import Laid
from tui.silencing.reach import Reach

T = TypeVar("T")


class Certainty(Enum):
    """Whether what does not fire yet would be hidden."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    """It depends on labels that only a firing alert has."""


class PendingAlert(Struct, frozen=True):
    """An alert that waits for its `for:` in Prometheus."""

    rule: Rule
    alert: RuleAlert
    labels: Labels
    """With external labels, as far as they are known."""
    certainty: Certainty


class RuleHit(Struct, frozen=True):
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


class Relation(Struct, frozen=True):
    """A silence that exists, active or pending, and how it stands to the new one."""

    silence: Silence
    likeness: Likeness


class Warned(Enum):
    """What is odd about a silence, loudest first."""

    HIDES_REAL = "hides-real"
    """`Preview.real` names them: it needs a second confirmation."""
    HIDES_PROOF = "hides-proof"
    """`Preview.proof` names what shows that alerts arrive: the same."""
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


class Preview(Struct, frozen=True):
    """What a silence with these matchers would do, as known now."""

    refusal: str = ""
    """Why Alertmanager would refuse it; empty when it would not."""
    firing: tuple[JudgedAlert, ...] = ()
    """Covered and not silenced yet, worst verdict first; inhibited ones too."""
    already: tuple[JudgedAlert, ...] = ()
    """Covered, and silenced by another silence already."""
    real: tuple[JudgedAlert, ...] = ()
    """The real ones among the covered, silenced already or not."""
    proof: tuple[JudgedAlert, ...] = ()
    """Those among the covered that fire by design, such as Watchdog: whoever listens
    for them, a dead man's switch, takes their silence for a broken way."""
    beside: tuple[JudgedAlert, ...] = ()
    """Covered ones that are not among the alerts at hand; none without such."""
    missed: tuple[JudgedAlert, ...] = ()
    """Alerts at hand that it does not cover."""
    pending: tuple[PendingAlert, ...] = ()
    rules: tuple[RuleHit, ...] = ()
    """Of both, certain ones first, then in the order of the rule files."""
    relations: tuple[Relation, ...] = ()
    """Equal ones first."""
    warned: tuple[Warned, ...] = ()
    """Loudest first."""

    @property
    def hit(self) -> tuple[JudgedAlert, ...]:
        """All covered alerts that fire."""
        return (*self.firing, *self.already)


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
    firing = reach.firing
    hit = firing.may(matchers)
    silenced = firing.mask(map(bool, reach.silenced_by))
    silenced &= ~firing.mask(map((editing,).__eq__, reach.silenced_by))
    wanted = {alert.alert.fingerprint for alert in at_hand}
    mine = firing.mask(map(wanted.__contains__, reach.fingerprints)) if wanted else -1
    covered = set(firing.among(reach.fingerprints, hit & mine)) if wanted else ()
    pending = tuple(_pending(reach, matchers))
    names = firing.among(firing.column("alertname"), hit)
    found = Preview(
        refusal=refusal(matchers),
        firing=firing.pick(hit & ~silenced),
        already=firing.pick(hit & silenced),
        real=firing.pick(hit & reach.real),
        proof=firing.pick(hit & reach.by_design),
        beside=firing.pick(hit & ~mine),
        missed=tuple(each for each in at_hand if each.alert.fingerprint not in covered),
        pending=pending,
        rules=tuple(_rules(reach, matchers, {*names, *(p.rule.name for p in pending)})),
        relations=tuple(_relations(reach, matchers, hit, editing)),
    )
    return _with_warnings(found, matchers)


def grave(reach: Reach, matchers: Sequence[Matcher]) -> Preview:
    """Of what the matchers cover what nobody may silence by mistake, and no more."""
    firing = reach.firing
    hit = firing.may(matchers)
    return Preview(
        real=firing.pick(hit & reach.real), proof=firing.pick(hit & reach.by_design)
    )


def _with_warnings(found: Preview, matchers: Sequence[Matcher]) -> Preview:
    likenesses = {each.likeness for each in found.relations}
    told = {
        Warned.HIDES_REAL: bool(found.real),
        Warned.HIDES_PROOF: bool(found.proof),
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
    for each, certainty in _not_firing(reach.waiting, matchers):
        yield PendingAlert(each.rule, each.alert, each.labels, certainty)


def _rules(
    reach: Reach, matchers: Sequence[Matcher], busy: Set[str | None]
) -> Iterator[RuleHit]:
    for rule, certainty in _not_firing(reach.rules, matchers):
        if rule.name not in busy:
            yield RuleHit(rule, certainty)


def _not_firing(
    laid: Laid[T], matchers: Sequence[Matcher]
) -> Iterator[tuple[T, Certainty]]:
    """What would be hidden if it fired: certain ones first, then in their order."""
    may, sure = laid.may(matchers), laid.sure(matchers)
    yield from ((each, Certainty.CERTAIN) for each in laid.pick(sure))
    yield from ((each, Certainty.POSSIBLE) for each in laid.pick(may & ~sure))


def _relations(
    reach: Reach, matchers: Sequence[Matcher], hit: int, editing: str
) -> Iterator[Relation]:
    """How each silence that stands is to these matchers.

    hit     the mask of the alerts that they cover
    """
    mine = frozenset(matchers)
    meeting: set[str] = set().union(*reach.firing.among(reach.silenced_by, hit))
    found = []
    for silence, theirs in zip(reach.standing, reach.silencing, strict=True):
        likeness = _likeness(mine, theirs)
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
