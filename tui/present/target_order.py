"""Very many targets in one line: counted, narrowed and put in order.

Nothing here is asked of a single row on the screen; it takes some 30 ms for 20,000
targets, and is pure, so that a thread may do it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property

from msgspec import Struct

from tui.model.target import TargetRow
from tui.present.reason import short
from tui.present.search import Search
from tui.present.targets import count_ranks

Known = tuple[tuple[str, tuple[TargetRow, ...]], ...]
"""Name of each cluster, and its targets."""

WORST = "worst first"


class Shelf:
    """All targets of some clusters, cluster by cluster; what is worked out once."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.rows = [row for _, rows in known for row in rows]
        self.clusters = [name for name, rows in known for _ in rows]
        self.ranks = [row.rank for row in self.rows]
        """How much each needs a person."""
        self.counts = count_ranks(Counter(self.ranks))
        """How they all stand, shown or not."""
        named = tuple(zip(self.clusters, self.rows, strict=True))
        self.keys = [key_of(cluster, row) for cluster, row in named]
        """What each is known by on the screen."""
        self.sizes = Counter((cluster, row.job) for cluster, row in named)
        """How many targets a job has, by cluster and job."""

    @cached_property
    def texts(self) -> list[str]:
        """What can be read of each, in small letters: to be searched."""
        named = zip(self.clusters, self.rows, strict=True)
        return [_text(cluster, row) for cluster, row in named]


def are_same(one: Known, other: Known) -> bool:
    """Whether these are the very same targets; they are not compared one by one."""
    return len(one) == len(other) and all(
        name == its and rows is others
        for (name, rows), (its, others) in zip(one, other, strict=True)
    )


def key_of(cluster: str, row: TargetRow) -> str:
    """What a target is known by on the screen, over refreshes."""
    return f"{cluster} {row.key}"


def _text(cluster: str, row: TargetRow) -> str:
    error = short(row.last_error) if row.last_error else ""
    target = row.target
    url, pool = (target.scrape_url, target.scrape_pool) if target else ("", "")
    parts = (cluster, row.health.value, row.expected.value, row.job, row.instance)
    return " ".join((*parts, error, row.reason, url, pool)).casefold()


class Arrangement(Struct, frozen=True, gc=False):
    """Which targets are shown, in which order."""

    shelf: Shelf
    search: Search
    shown: Sequence[int]
    """Places on the shelf."""
    places: dict[str, int]
    """Where a key is among the shown."""

    def __len__(self) -> int:
        return len(self.shown)

    def key(self, place: int) -> str:
        """The key of one of the shown."""
        return self.shelf.keys[self.shown[place]]

    def target(self, place: int) -> tuple[str, TargetRow]:
        """Its cluster, and the target."""
        at = self.shown[place]
        return self.shelf.clusters[at], self.shelf.rows[at]


def arranged(
    known: Known, order: str, wanted: Search, shelf: Shelf | None = None
) -> Arrangement:
    """The targets that are looked for, in an order of `ORDERS`.

    shelf   of an arrangement before: used again when it holds the same targets
    """
    if shelf is None or not are_same(shelf.known, known):
        shelf = Shelf(known)
    shown = sorted(_found(shelf, wanted), key=shelf.ranks.__getitem__)
    if order in _BY_NUMBER:
        numbers = [_BY_NUMBER[order](row) for row in shelf.rows]
        shown.sort(key=numbers.__getitem__)
    elif order in _BY_NAME:
        names = [_BY_NAME[order](row) for row in shelf.rows]
        shown.sort(key=names.__getitem__)
    keys = shelf.keys
    places = {keys[at]: place for place, at in enumerate(shown)}
    return Arrangement(shelf, wanted, shown, places)


def _found(shelf: Shelf, wanted: Search) -> Sequence[int]:
    everything = range(len(shelf.rows))
    if not wanted:
        return everything
    texts = shelf.texts
    return [at for at in everything if wanted.fits(texts[at])]


def _newest(row: TargetRow) -> float:
    """What changed last comes first; what was not seen to change last."""
    since = row.since
    return -since.at.timestamp() if since and since.is_exact else 0.0


def _slowest(row: TargetRow) -> float:
    """What came nearest to its timeout first; what was never scraped last."""
    target = row.target
    if target is None or target.last_scrape is None:
        return 1.0
    return -target.timeout_ratio


def _oldest(row: TargetRow) -> float:
    """What was scraped longest ago first; what never was last."""
    target = row.target
    if target is None or target.last_scrape is None:
        return float("inf")
    return target.last_scrape.timestamp()


_BY_NAME: dict[str, Callable[[TargetRow], str]] = {
    # One text is compared far quicker than two.
    "job": lambda row: f"{row.job}\0{row.instance}",
    "instance": lambda row: f"{row.instance}\0{row.job}",
}
_BY_NUMBER: dict[str, Callable[[TargetRow], float]] = {
    "newest change": _newest,
    "slowest scrape": _slowest,
    "oldest scrape": _oldest,
}
ORDERS = (WORST, *_BY_NAME, *_BY_NUMBER)
