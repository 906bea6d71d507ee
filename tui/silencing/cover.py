"""Which matchers to propose: for one alert, and for several at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from tui.model.alert import JudgedAlert
from tui.model.silence import Matcher
from tui.silencing.laid import Laid
from tui.silencing.reach import Reach

# Labels that change although the trouble is the same, or say nothing about it.
NOISY = frozenset(
    {
        *("severity", "prometheus", "receiver", "endpoint", "container", "uid", "pod"),
        *("pod_template_hash", "controller_revision_hash", "prometheus_replica"),
    }
)
_NAMING = ("alertname", "cluster", "namespace", "job", "instance", "node", "device")
"""Labels that say which trouble it is: kept even where nothing else fires now."""
_MOST_VALUES = 8
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


class Suggestion(Struct, frozen=True):
    """A matcher taken from the alert, and whether it is on to begin with."""

    matcher: Matcher
    is_on: bool


class Cover(Struct, frozen=True):
    """Matchers that cover all alerts at hand, and what else they cover."""

    matchers: tuple[Matcher, ...]
    others: tuple[JudgedAlert, ...]
    """Covered too although nobody asked, worst verdict first."""


def suggest(alert: JudgedAlert) -> tuple[Suggestion, ...]:
    """A matcher for each label: what names the trouble is on, noise is off."""
    labels = alert.alert.labels
    names = sorted(labels, key=lambda name: (name != "alertname", name in NOISY, name))
    return tuple(
        Suggestion(Matcher(name, labels[name]), name not in NOISY) for name in names
    )


def smallest_cover(
    alerts: Sequence[JudgedAlert], others: Iterable[JudgedAlert]
) -> Cover:
    """The matchers common to all these alerts that cover fewest of the others.

    1. Each label that all have with one value becomes `=`; noise is left out.
    2. Where their names differ, `alertname=~"A|B"`.
    3. While others are covered, `=~` over the values of one more label is added: the
       one that keeps most of them out, the shortest among equals: it is read.
    4. Matchers that keep nobody out are dropped, the last by name first; not those
       that name the trouble (`alertname`, `cluster`, `namespace`, `job`, `instance`,
       `node`, `device`): what fires tomorrow is not known today.
    No matchers come back where the alerts have nothing in common but noise.
    """
    if not alerts:
        return Cover((), ())
    mine = {alert.alert.fingerprint for alert in alerts}
    firing = Reach(each for each in others if each.alert.fingerprint not in mine).firing
    shared = _shared(alerts)
    chosen = [m for m in shared if not m.is_regex or m.name == "alertname"]
    spare = [m for m in shared if m not in chosen]
    while spare and firing.may(chosen):
        best = min(spare, key=lambda m: _cost(firing, chosen, m))
        if firing.may([*chosen, best]) == firing.may(chosen):
            break
        chosen.append(best)
        spare.remove(best)
    if not chosen:
        chosen = spare[:1]
    for matcher in reversed(shared):
        fewer = [each for each in chosen if each != matcher]
        is_named = matcher.name in _NAMING and not matcher.is_regex
        if is_named or matcher.name == "alertname" or len(fewer) == len(chosen):
            continue
        if fewer and firing.may(fewer) == firing.may(chosen):
            chosen = fewer
    chosen.sort(key=shared.index)
    return Cover(tuple(chosen), firing.pick(firing.may(chosen)))


def escaped(text: str) -> str:
    """A text as a regular expression that matches it alone, in RE2's way."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def _cost(
    firing: Laid[JudgedAlert], chosen: Sequence[Matcher], matcher: Matcher
) -> tuple[int, int, str]:
    """How many others it lets pass, and how much of it there is to read."""
    passed = firing.may([*chosen, matcher]).bit_count()
    return passed, len(matcher.value), matcher.name


def _shared(alerts: Sequence[JudgedAlert]) -> list[Matcher]:
    """One matcher for each label that all have: `alertname` first, then by name."""
    labels = [alert.alert.labels for alert in alerts]
    names = set(labels[0]).intersection(*labels) - NOISY
    found = []
    for name in sorted(names, key=lambda name: (name != "alertname", name)):
        values = sorted({each[name] for each in labels})
        if len(values) == 1:
            found.append(Matcher(name, values[0]))
        elif len(values) <= _MOST_VALUES or name == "alertname":
            found.append(Matcher(name, "|".join(map(escaped, values)), is_regex=True))
    return found
