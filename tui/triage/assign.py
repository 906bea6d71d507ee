"""Which cluster a thing of a shared endpoint belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.model.alert import Alert
from tui.model.labels import Labels, matches
from tui.model.log import LogFinding
from tui.triage.notes import lines_behind


def cluster_of(
    labels: Labels, clusters: tuple[tuple[str, Labels], ...], home: str
) -> str:
    """The cluster that a target, an alert or an entry belongs to.

    clusters    name and marking labels of each; the most specific match wins. None at
                all when the endpoint is one cluster's own
    home        where what carries no marking label belongs
    return      "" when it is marked as of a cluster that nobody configured, or carries
                no mark and nobody said where the endpoint is at home
    """
    own = [(name, wanted) for name, wanted in clusters if wanted]
    found = [(name, wanted) for name, wanted in own if matches(labels, wanted)]
    if found:
        name, _ = max(found, key=lambda each: len(each[1]))
        return name
    return "" if is_marked(labels, clusters) else home


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
