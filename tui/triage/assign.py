"""Which cluster a thing of a shared endpoint belongs to."""

from __future__ import annotations

from tui.model.labels import Labels, matches


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
    # A label that is empty is, to Prometheus, one that is not there.
    is_foreign = any(labels.get(mark) for _, wanted in own for mark in wanted)
    return "" if is_foreign else home
