"""What one pass over the state works on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import is_
from typing import Any, TypeVar

from msgspec import Struct, field

from tui.config import ClusterConfig, Config
from tui.engine.plan import Served, serving
from tui.model.fleet import FeedKey, SourceKind
from tui.model.reading import Reading
from tui.store import State
from tui.triage.changes import Changes
from tui.triage.rulebook import Rulebook

T = TypeVar("T")

KERNEL_WINDOW = timedelta(hours=1)
FACTS_SECONDS = 60.0
_NEVER: Reading[Any] = Reading()


class Feed(Struct, frozen=True):
    """A feed that somebody supervises: its pace, and who depends on it."""

    interval_seconds: float
    clusters: tuple[str, ...]


class Memo:
    """What the passes before made: of the very same values nothing is made again."""

    def __init__(self) -> None:
        self._made: dict[object, tuple[tuple[object, ...], Any]] = {}

    def once(self, name: object, of: object, make: Callable[[], T]) -> T:
        """What `make` makes of a value; `name` tells apart what is made."""
        return self.once_for(name, (of,), make)

    def once_for(
        self, name: object, of: tuple[object, ...], make: Callable[[], T]
    ) -> T:
        """The same of several values."""
        known = self._made.get(name)
        if known is None or not _are_same(known[0], of):
            known = self._made[name] = of, make()
        made: T = known[1]
        return made

    def settled(self, name: object, value: T) -> T:
        """The value of the pass before, where this one is equal: then whoever looks
        sees at once that it is the very same."""
        known = self._made.get(name)
        if known is not None and known[1] == value:
            value = known[1]
        self._made[name] = (), value
        return value

    def keep(self, kind: type[T]) -> T:
        """The one thing of that type which lives through all passes."""
        kept: T = self.once(kind, kind, kind)
        return kept


def _are_same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return len(before) == len(now) and all(map(is_, before, now))


class View(Struct, frozen=True):
    """What one pass works on."""

    config: Config
    served: tuple[Served, ...]
    feeds: Mapping[FeedKey, Feed]
    addresses: Mapping[str, tuple[str, ...]]
    """Talos nodes to show, by name of the cluster."""
    state: State
    now: datetime
    memo: Memo
    rulebook: Rulebook
    changes: Mapping[FeedKey, Changes] = field(default_factory=dict)
    """When the targets of each feed changed, as far as was seen."""

    def reading(self, key: FeedKey) -> Reading[Any]:
        """What a feed last said; an empty reading before its first attempt."""
        return self.state.readings.get(key, _NEVER)

    def said(self, key: FeedKey) -> tuple[Reading[Any], timedelta]:
        """The same, and its pace; that of most feeds when nobody supervises it."""
        feed = self.feeds.get(key)
        seconds = feed.interval_seconds if feed else self.config.refresh_seconds
        return self.reading(key), timedelta(seconds=seconds)

    def serving(self, kind: SourceKind, cluster: str) -> Served | None:
        """The endpoint of one kind that serves a cluster."""
        return serving(self.served, kind, cluster)

    def cluster(self, name: str) -> ClusterConfig | None:
        """The configured cluster of that name."""
        return next((each for each in self.config.clusters if each.name == name), None)

    @property
    def pace(self) -> timedelta:
        """How often most feeds are read."""
        return timedelta(seconds=self.config.refresh_seconds)

    @property
    def facts_pace(self) -> timedelta:
        """How often nodes are asked for what changes slowly."""
        return timedelta(seconds=max(FACTS_SECONDS, self.config.refresh_seconds))

    def of_kind(self, kind: SourceKind) -> Iterable[Served]:
        """All endpoints of one kind."""
        return (served for served in self.served if served.kind is kind)
