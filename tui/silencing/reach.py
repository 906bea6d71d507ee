"""What one Alertmanager knows, laid out so that matchers can be tried on it quickly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from tui.model.alert import JudgedAlert, Verdict
from tui.model.fleet import Fleet, SourceKind
from tui.model.labels import Labels
from tui.model.metric import Rule, RuleAlert, Ruler
from tui.model.silence import Matcher, Silence, SilenceState
from tui.silencing.laid import Laid

_ORDER = list(Verdict)


class Waiting(Struct, frozen=True):
    """An alert that waits for its `for:` in Prometheus."""

    rule: Rule
    alert: RuleAlert
    ruler: Ruler
    labels: Labels
    """With external labels, as far as they are known."""

    def value(self, name: str) -> str | None:
        """What it will have of a label; None where nobody can tell."""
        is_open = self.ruler.external is None or name in self.ruler.unsure
        return self.labels.get(name, None if is_open else "")


class Reach:
    """The alerts, silences and rules that a silence in one Alertmanager would meet.

    Made once for each fleet.
    """

    def __init__(
        self,
        alerts: Iterable[JudgedAlert],
        silences: Iterable[Silence] = (),
        rulers: Iterable[Ruler] = (),
    ) -> None:
        self.firing = Laid(
            sorted(alerts, key=lambda alert: _ORDER.index(alert.verdict)),
            lambda each, name: each.alert.labels.get(name, ""),
        )
        """Alerts that fire, worst verdict first."""
        self.standing = tuple(
            each for each in silences if each.state is not SilenceState.EXPIRED
        )
        """Silences that are active or pending."""
        self.rulers = tuple(rulers)

    @classmethod
    def of(cls, fleet: Fleet, cluster: str) -> Reach:
        """What the Alertmanager of a cluster knows: it may serve several.

        An empty cluster stands for the alerts that belong to none.
        """
        mine = _alertmanagers(fleet, cluster)
        sharing = [
            each
            for each in fleet.clusters
            if not cluster
            or each.name == cluster
            or _alertmanagers(fleet, each.name) & mine
        ]
        names = {each.name for each in sharing}
        alerts = [alert for each in sharing for alert in each.alerts or ()]
        known = [each for each in fleet.alertmanagers if names & set(each.clusters)]
        silences = (
            [silence for each in known for silence in each.silences or ()]
            if fleet.alertmanagers
            else fleet.silences
        )
        rulers = [each for each in fleet.rulers if names & set(each.clusters)]
        return cls((*alerts, *fleet.unassigned_alerts), silences, rulers)

    @property
    def alerts(self) -> tuple[JudgedAlert, ...]:
        """The alerts that fire, worst verdict first."""
        return self.firing.things

    def covered(self, matchers: Sequence[Matcher]) -> tuple[JudgedAlert, ...]:
        """The alerts that all matchers pass, worst verdict first; none without any.

        A matcher that cannot be tried here is taken to pass: it may.
        """
        return self.firing.pick(self.firing.may(matchers))

    @cached_property
    def real(self) -> int:
        """The mask of alerts that are real."""
        return self.firing.mask(each.verdict is Verdict.REAL for each in self.alerts)

    @cached_property
    def by_design(self) -> int:
        """The mask of alerts that fire to show that alerts arrive."""
        return self.firing.mask(
            each.verdict is Verdict.BY_DESIGN for each in self.alerts
        )

    @cached_property
    def fingerprints(self) -> tuple[str, ...]:
        """Of each alert."""
        return tuple([each.alert.fingerprint for each in self.alerts])

    @cached_property
    def silenced_by(self) -> tuple[tuple[str, ...], ...]:
        """Of each alert, the ids of silences."""
        return tuple([each.alert.silenced_by for each in self.alerts])

    @cached_property
    def silencing(self) -> tuple[frozenset[Matcher], ...]:
        """Of each silence that stands, its matchers."""
        return tuple([frozenset(each.matchers) for each in self.standing])

    @cached_property
    def waiting(self) -> Laid[Waiting]:
        """Alerts that do not fire yet."""
        return Laid(_waiting(self.rulers), Waiting.value)

    @cached_property
    def rules(self) -> Laid[Rule]:
        """All rules, by what every alert of one carries for certain."""
        rules = (rule for ruler in self.rulers for rule in ruler.rules or ())
        return Laid(rules, _of_rule)


def known_labels(ruler: Ruler, rule: Rule) -> Labels:
    """What every alert of a rule carries unless its expression says otherwise."""
    own = {name: value for name, value in rule.labels.items() if "{{" not in value}
    return {**(ruler.external or {}), **own, "alertname": rule.name}


def _of_rule(rule: Rule, name: str) -> str | None:
    """A label that is the rule's own and no template; None where there is none."""
    value = rule.name if name == "alertname" else rule.labels.get(name)
    return None if value is None or "{{" in value else value


def _waiting(rulers: Iterable[Ruler]) -> Iterator[Waiting]:
    for ruler in rulers:
        for rule in ruler.rules or ():
            for alert in rule.alerts:
                if alert.state == "pending":
                    labels = {**(ruler.external or {}), **alert.labels}
                    yield Waiting(rule, alert, ruler, labels)


def _alertmanagers(fleet: Fleet, cluster: str) -> set[str]:
    found = fleet.cluster(cluster)
    sources = found.sources if found else ()
    return {s.key.endpoint for s in sources if s.key.kind is SourceKind.ALERTMANAGER}
