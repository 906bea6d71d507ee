"""Which cluster a thing of a shared endpoint belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tui.model.alert import Alert
from tui.model.labels import Labels, matches
from tui.model.log import LogFinding
from tui.model.metric import Rule
from tui.model.silence import Matcher
from tui.triage.notes import lines_behind


def cluster_of(
    labels: Labels, clusters: tuple[tuple[str, Labels], ...], home: str
) -> str:
    """The cluster that a target, an alert or an entry belongs to.

    clusters    name and marking labels of each; the most specific match wins. None at
                all when the endpoint is one cluster's own
    home        where what carries no marking label belongs
    return      "" when it is marked as of a cluster that nobody configured or of two,
                or carries no mark and nobody said where the endpoint is at home
    """
    own = [(name, wanted) for name, wanted in clusters if wanted]
    found = [(name, wanted) for name, wanted in own if matches(labels, wanted)]
    if found:
        closest = max(len(wanted) for _, wanted in found)
        names = [name for name, wanted in found if len(wanted) == closest]
        return names[0] if len(names) == 1 else ""
    return "" if is_marked(labels, clusters) else home


def is_own(
    alert: Alert,
    rules: Sequence[Rule],
    clusters: tuple[tuple[str, Labels], ...],
    name: str,
    home: str,
) -> bool:
    """Whether an alert of a shared Prometheus is about the cluster its label names.

    The sender adds its own labels to what carries none: they say who sends, not what
    it is about. Its rules show an alert as it is without them.

    rules       of that Prometheus, as of now; none when they are not known
    home        where that Prometheus lives, and what its own label names
    """
    seen = [
        active.labels
        for rule in rules
        if rule.name == alert.name
        for active in rule.alerts
        if active.may_be(alert.labels)
    ]
    if not seen:
        return bool(rules) and bool(home) and name != home
    return all(cluster_of(labels, clusters, "") == name for labels in seen)


def why_nobodys(labels: Labels, clusters: tuple[tuple[str, Labels], ...]) -> str:
    """Why a thing belongs to no configured cluster, in words."""
    names = [name for name, wanted in clusters if wanted and matches(labels, wanted)]
    if len(names) > 1:
        return f"its labels name {' and '.join(names)}: nobody knows whose it is"
    keys = dict.fromkeys(key for _, wanted in clusters for key in wanted)
    said = ", ".join(f'{key}="{labels[key]}"' for key in keys if labels.get(key))
    if said:
        return f"its labels name a cluster that is not configured: {said}"
    return "it names no cluster, and the config does not say where its server lives"


def contradiction(labels: Labels, name: str, own: Labels) -> str:
    """How labels contradict what marks the one cluster of a server; mostly empty.

    A server that only one cluster of the config uses may still serve others.
    """
    for key, value in own.items():
        if labels.get(key, value) not in {"", value}:
            said = f'{key}="{labels[key]}"'
            return f"its label {said} does not mark {name}: set labels in the config"
    return ""


def named_elsewhere(
    labels: Labels, name: str, clusters: tuple[tuple[str, Labels], ...]
) -> str:
    """How labels name another cluster, one that a server does not serve; mostly empty.

    Each cluster may be marked by another label, so that nothing contradicts its own.

    clusters    name and marking labels of all that are configured
    """
    own = dict(clusters).get(name, {})
    least = len(own) if own and matches(labels, own) else 1
    for other, wanted in clusters:
        is_apart = other != name and wanted != own
        if is_apart and len(wanted) >= least and matches(labels, wanted):
            return f"its labels name {other}, not {name} alone"
    return ""


def held_to(
    name: str,
    clusters: tuple[tuple[str, Labels], ...],
    home: str,
    apart: Sequence[Labels] = (),
) -> tuple[Matcher, ...]:
    """Matchers that nothing passes but what belongs to one cluster.

    They may keep out some of its own, and never let in what is another's: an answer
    that is too small proves less, one of somebody else's proves what is not true.

    clusters    name and marking labels of every cluster that the endpoint serves
    home        where what carries no marking label belongs
    apart       labels of clusters that it is not known to serve
    """
    own = dict(clusters)[name]
    is_alone = len(clusters) == 1
    may_be_bare = is_alone or (name == home and len(own) == 1)
    found = [_own(key, value, may_be_bare=may_be_bare) for key, value in own.items()]
    others = [labels for other, labels in clusters if other != name]
    for labels in (*others, *apart):
        if any(own.get(k, v) != v for k, v in labels.items()):
            continue
        # What carries the other's labels too may be the other's.
        further = sorted(labels.keys() - own.keys())
        found += [Matcher(key, labels[key], is_equal=False) for key in further[:1]]
    if may_be_bare and not is_alone:
        marks = {key for _, labels in clusters for key in labels} - own.keys()
        found += [Matcher(key, "") for key in sorted(marks)]
    return tuple(dict.fromkeys(found))


def _own(key: str, value: str, *, may_be_bare: bool) -> Matcher:
    """The label itself; or, to Prometheus and Loki alike, no such label."""
    if not may_be_bare:
        return Matcher(key, value)
    return Matcher(key, f"{re.escape(value)}|", is_regex=True)


def is_marked(labels: Labels, clusters: tuple[tuple[str, Labels], ...]) -> bool:
    """Whether labels name any cluster at all, known or not.

    A label that is empty is, to Prometheus, one that is not there.
    """
    return any(labels.get(mark) for _, wanted in clusters for mark in wanted)


def cluster_by_kernel(
    alert: Alert, kinds: Sequence[str], found: Mapping[str, Sequence[LogFinding]]
) -> str:
    """The one cluster whose kernel logs hold the lines that an alert is made of.

    kinds   classes of the kernel catalogue that the alert is about; may be none
    found   kernel findings by name of the cluster
    return  "" when there is no such cluster, or more than one
    """
    names = [name for name, each in found.items() if lines_behind(alert, kinds, each)]
    return names[0] if len(names) == 1 else ""
