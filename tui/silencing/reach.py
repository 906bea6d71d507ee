"""What one Alertmanager knows, laid out so that matchers can be tried on it quickly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tui.model.alert import JudgedAlert, Verdict
from tui.model.fleet import Fleet, SourceKind
from tui.model.metric import Ruler
from tui.model.silence import Matcher, Silence, SilenceState
from tui.silencing.grammar import tried

_ORDER = list(Verdict)


class Reach:
    """The alerts, silences and rules that a silence in one Alertmanager would meet.

    Made once for each fleet; a matcher is tried once on each distinct value of its
    label, and remembered, so that a key press tries what it changed and no more.
    """

    def __init__(
        self,
        alerts: Iterable[JudgedAlert],
        silences: Iterable[Silence] = (),
        rulers: Iterable[Ruler] = (),
    ) -> None:
        self.alerts = tuple(
            sorted(alerts, key=lambda alert: _ORDER.index(alert.verdict))
        )
        """Worst verdict first."""
        self.standing = tuple(
            each for each in silences if each.state is not SilenceState.EXPIRED
        )
        """Silences that are active or pending."""
        self.rulers = tuple(rulers)
        self._values: dict[str, dict[str, int]] = {}
        self._hits: dict[Matcher, int] = {}

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

    def covered(self, matchers: Sequence[Matcher]) -> tuple[JudgedAlert, ...]:
        """The alerts that all matchers pass, worst verdict first; none without any.

        A matcher that cannot be tried here is taken to pass: it may.
        """
        hit = self.mask(matchers)
        return tuple(each for n, each in enumerate(self.alerts) if hit >> n & 1)

    def mask(self, matchers: Sequence[Matcher]) -> int:
        """The same as bits, the first alert lowest."""
        if not matchers:
            return 0
        hit = (1 << len(self.alerts)) - 1
        for matcher in matchers:
            if matcher not in self._hits:
                self._hits[matcher] = self._tried(matcher)
            hit &= self._hits[matcher]
        return hit

    def _tried(self, matcher: Matcher) -> int:
        hit = 0
        for value, having in self.values(matcher.name).items():
            if tried(matcher, {matcher.name: value}) is not False:
                hit |= having
        return hit

    def values(self, name: str) -> Mapping[str, int]:
        """Which alerts have which value of a label, as bits; "" where it is missing."""
        found = self._values.get(name)
        if found is None:
            places: dict[str, list[int]] = {}
            for n, alert in enumerate(self.alerts):
                places.setdefault(alert.alert.labels.get(name, ""), []).append(n)
            found = {value: _bits(having) for value, having in places.items()}
            self._values[name] = found
        return found


def _bits(places: Iterable[int]) -> int:
    found = bytearray()
    for place in places:
        at, bit = divmod(place, 8)
        found.extend(bytes(at + 1 - len(found)))
        found[at] |= 1 << bit
    return int.from_bytes(found, "little")


def _alertmanagers(fleet: Fleet, cluster: str) -> set[str]:
    found = fleet.cluster(cluster)
    sources = found.sources if found else ()
    return {s.key.endpoint for s in sources if s.key.kind is SourceKind.ALERTMANAGER}
