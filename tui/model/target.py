"""Scrape targets, and what the operator's inventory says of them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct
from msgspec.structs import force_setattr

from tui.model.labels import Labels


def host(instance: str) -> str:
    """The part before the port; an IPv6 address loses its brackets."""
    name, _, port = instance.rpartition(":")
    if not port.isdigit() or (":" in name and not name.endswith("]")):
        return instance
    return name.strip("[]")


_OF_NODES = ("node", "nodename", "hostname", "host", "kubernetes_node", "instance")


def hosts_named(labels: Labels) -> frozenset[str]:
    """The hosts in those labels by which alerts say what node they are about."""
    return frozenset(host(labels.get(name, "")) for name in _OF_NODES) - {""}


class Health(Enum):
    """What Prometheus says; ABSENT is our word for a target it does not list."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    ABSENT = "absent"

    __hash__ = object.__hash__  # as of a verdict


class Expected(Enum):
    """What the inventory says."""

    YES = "yes"
    NO = "no"
    UNLISTED = "unlisted"


class Target(Struct, frozen=True, gc=False):
    """One active target, after relabelling."""

    labels: Labels
    health: Health
    scrape_pool: str
    scrape_url: str
    last_error: str
    last_scrape: datetime | None
    """Start of the last scrape; None when it was never scraped."""
    scrape_seconds: float
    interval_seconds: float
    timeout_seconds: float

    @property
    def job(self) -> str:
        """The `job` label, which is not always the scrape pool."""
        return self.labels.get("job", "")

    @property
    def instance(self) -> str:
        """The `instance` label; its host need not be that of the scrape URL."""
        return self.labels.get("instance", "")

    @property
    def place(self) -> tuple[str, str]:
        """What tells apart those that scrape one URL under one name: two monitors, or
        one that chose two services of the same pods.
        """
        return self.scrape_pool, self.labels.get("service", "")

    @property
    def timeout_ratio(self) -> float:
        """How much of its timeout the last scrape took; 0 when none is known."""
        if not self.timeout_seconds:
            return 0.0
        return self.scrape_seconds / self.timeout_seconds


class InventoryTarget(Struct, frozen=True, gc=False):
    """One line of the inventory after its ranges were written out."""

    job: str
    instance: str | None
    """None stands for the whole job, whatever its instances."""
    expected: bool
    reason: str = ""


class Since(Struct, frozen=True, gc=False):
    """Since when something is as it is."""

    at: datetime
    is_exact: bool = True
    """False: it was so already when it was first looked at, and may be older."""


class TargetRow(Struct, frozen=True, gc=False):
    """A target held against the inventory: two independent facts side by side."""

    job: str
    instance: str
    expected: Expected
    health: Health
    reason: str = ""
    """Why the inventory expects it or not, in the operator's words."""
    target: Target | None = None
    """None when it is expected and Prometheus does not list it."""
    since: Since | None = None
    """Since when it has this health, as far as was seen; None when nobody watched."""
    rank: int = 0
    """How much it needs a person, 0 the most; one rank is one pair of facts, and is
    set by them, whatever is given."""

    def __post_init__(self) -> None:
        """Rank it once: thousands of rows are sorted and counted by it."""
        yes, no, unlisted = _RANKS[self.health.value]
        listed = no if self.expected is Expected.NO else unlisted
        rank = yes if self.expected is Expected.YES else listed
        force_setattr(self, "rank", rank)

    @property
    def key(self) -> str:
        """Stable over refreshes; a kubelet has several targets with one instance."""
        url, place = "", ""
        if self.target is not None:
            url, place = self.target.scrape_url, " ".join(self.target.place)
        return f"{self.job} {self.instance} {url} {place}"

    @property
    def last_error(self) -> str:
        """Prometheus' own words; empty when up or absent."""
        return self.target.last_error if self.target else ""

    @property
    def is_finding(self) -> bool:
        """Something a person should act on: not as the inventory would have it."""
        return self.rank < _FINDINGS


_RANKS = {
    "down": (0, 4, 2),
    "absent": (1, 10, 1),
    "unknown": (5, 7, 6),
    "up": (8, 3, 9),
}
"""By health: the rank of what is expected, is not, and is not in the inventory."""
_FINDINGS = 5
"""Ranks below are findings."""
