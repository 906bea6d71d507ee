"""When targets changed, from what one Prometheus listed time after time.

Pure: what was known, what is listed now, and when that was read. Prometheus itself does
not tell since when a target is down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from tui.model.target import Since, Target, host

Name = tuple[str, str]
"""Job and instance."""
Place = tuple[str, str, str, str]
"""The same, and what else tells targets of one URL apart."""

BLIND_AFTER = timedelta(minutes=2)
"""What changed while nothing was read for so long did so at an unknown moment."""
_GONE_FOR = timedelta(days=1)
_GONE_MOST = 5_000


class Changes(Struct, frozen=True):
    """What is known of the targets of one Prometheus since somebody watches."""

    listed: tuple[Target, ...] = ()
    read_at: datetime | None = None
    first: Since | None = None
    """Of all that never changed: it was so when they were first read."""
    turned: Mapping[str, Mapping[Place, Since]] = field(default_factory=dict)
    """By scrape URL: targets that appeared or changed their health since then."""
    gone: Mapping[Name, Since] = field(default_factory=dict)
    """Targets that are no longer listed."""

    def of(self, target: Target) -> Since | None:
        """Since when a listed target has its health."""
        found = self.turned.get(target.scrape_url)
        if found is None:
            return self.first
        return found.get(_place(target), self.first)

    def absence(self, job: str, instance: str | None) -> Since | None:
        """Since when nothing of a line of the inventory is listed.

        instance    None for a whole job, of which the last one counts
        """
        if not self.gone:
            return self.first
        found = [
            since
            for (its_job, its_instance), since in self.gone.items()
            if its_job == job and instance in {None, its_instance, host(its_instance)}
        ]
        return max(found, key=lambda since: since.at) if found else self.first


NOTHING = Changes()


def follow(before: Changes, listed: tuple[Target, ...], at: datetime) -> Changes:
    """What is known once targets were read again.

    listed  sorted by job, instance and URL, as sources give them
    """
    if listed is before.listed:
        return replace(before, read_at=at)
    if before.read_at is None:
        return Changes(listed, at, Since(at, is_exact=False))
    if not _is_aligned(before.listed, listed):
        return _realigned(before, listed, before.read_at, at)
    pairs = zip(before.listed, listed, strict=True)
    fresh = [
        new for old, new in pairs if old is not new and old.health is not new.health
    ]
    turned = _merged(before.turned, fresh, before.read_at, at)
    return replace(before, listed=listed, read_at=at, turned=turned)


def _is_aligned(old: tuple[Target, ...], new: tuple[Target, ...]) -> bool:
    """Whether both list the same targets: nearly always so."""
    return len(old) == len(new) and all(
        one is other
        or (
            one.scrape_url == other.scrape_url
            and (
                (one.labels is other.labels and one.scrape_pool == other.scrape_pool)
                or _place(one) == _place(other)
            )
        )
        for one, other in zip(old, new, strict=True)
    )


def _merged(
    turned: Mapping[str, Mapping[Place, Since]],
    fresh: Iterable[Target],
    last: datetime,
    at: datetime,
) -> Mapping[str, Mapping[Place, Since]]:
    """What had turned, and what turned between the last reading and this one.

    The scrape that showed it tells when, as far as the clocks agree.
    """
    fresh = tuple(fresh)
    if not fresh:
        return turned
    found = dict(turned)
    is_exact = at - last <= BLIND_AFTER
    for target in fresh:
        seen = max(last, min(target.last_scrape or at, at)) if is_exact else at
        name = _place(target)
        since = Since(seen, is_exact=is_exact)
        found[target.scrape_url] = {**found.get(target.scrape_url, {}), name: since}
    return found


def _realigned(
    before: Changes, listed: tuple[Target, ...], last: datetime, at: datetime
) -> Changes:
    """Some targets came or went; of those that went, only that is remembered."""
    known = {(*_place(t), t.scrape_url): t.health for t in before.listed}
    fresh = []
    names: set[Name] = set()
    urls: set[str] = set()
    for target in listed:
        name = target.job, target.instance
        names.add(name)
        urls.add(target.scrape_url)
        if known.get((*_place(target), target.scrape_url)) is not target.health:
            fresh.append(target)
    kept = {url: of for url, of in before.turned.items() if url in urls}
    left = {(job, instance) for job, instance, *_ in known} - names
    gone = {
        name: since
        for name, since in before.gone.items()
        if name not in names and at - since.at < _GONE_FOR
    }
    went = Since(at, is_exact=at - last <= BLIND_AFTER)
    gone |= dict.fromkeys(sorted(left), went)
    return Changes(
        listed,
        at,
        before.first,
        _merged(kept, fresh, last, at),
        dict(list(gone.items())[-_GONE_MOST:]),
    )


def _place(target: Target) -> Place:
    return target.job, target.instance, *target.place
