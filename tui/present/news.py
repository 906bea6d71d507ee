"""Whether a person should see a newer fleet at once, or with the next ages."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from tui.model.fleet import Cluster, Fleet


def is_news(before: Fleet, after: Fleet) -> bool:
    """Whether more is new than that sources answered what they had answered before.

    That, and what a review rests on, makes only ages, which are drawn by themselves.
    """
    if replace(before, clusters=()) != replace(after, clusters=()):
        return True
    return any(
        _told(old) != _told(new) or list(_standing(old)) != list(_standing(new))
        for old, new in zip(before.clusters, after.clusters, strict=True)
    )


def _told(cluster: Cluster) -> Cluster:
    return replace(cluster, sources=(), review=(), pipeline=None)


def _standing(cluster: Cluster) -> Iterator[object]:
    """How each source stands, but not since when."""
    for source in cluster.sources:
        yield source.key, source.fault, source.attempts == 0
