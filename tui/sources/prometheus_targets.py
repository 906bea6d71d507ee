"""Prometheus' list of targets, read while it arrives. Knows no HTTP.

With Kubernetes discovery a target is 5 kB of labels before relabelling, which nobody
here needs: 20,000 of them are 100 MB. So the answer is never held as a whole.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from tui.model.target import Health, Target
from tui.sources.prometheus_wire import Envelope, Wire, duration_seconds
from tui.sources.wire import utc

_HEALTH = {"up": Health.UP, "down": Health.DOWN}
# As Go writes it. None of these can be part of a text: quotes in there are escaped.
_BEGIN = b'{"discoveredLabels":'
_LABELS = b'},"labels":{'
_LIST = b'"activeTargets":['
_BETWEEN = b"}," + _BEGIN
_END = b'],"droppedTargets":'
_SCRAPED = b',"lastScrape":'
_FIRST_WITHIN = 1024

Seen: TypeAlias = dict[int, tuple[int, Target]]
"""Targets by the hash of the text that they were made of: of its beginning, which most
scrapes leave as it is, and with it that of its end."""


class ScrapeWire(Wire, forbid_unknown_fields=True):
    """The end of an active target: what every scrape may change."""

    last_scrape: datetime | None = None
    last_scrape_duration: float = 0.0
    health: str = ""
    scrape_interval: str = ""
    scrape_timeout: str = ""


class TargetWire(ScrapeWire, forbid_unknown_fields=False):
    """An active target. Its discovered labels, the largest part, are not read."""

    labels: dict[str, str] | None = None
    scrape_pool: str = ""
    scrape_url: str = ""
    last_error: str = ""


class TargetsWire(Wire):
    """Data of /targets."""

    active_targets: list[TargetWire] | None


DOCUMENT = msgspec.json.Decoder(Envelope[TargetsWire])
_TARGET = msgspec.json.Decoder(TargetWire)
_SCRAPE = msgspec.json.Decoder(ScrapeWire)


def left_in(document: Envelope[TargetsWire]) -> list[Target]:
    """The targets that a document lists."""
    return [_target(one) for one in document.data.active_targets or ()]


class TargetsReader:
    """Takes the targets out of an answer piece by piece, and leaves the rest.

    It knows them by the order in which Prometheus writes fields. Of an answer that is
    written in another way nothing is taken out: the rest is all of it.
    """

    def __init__(self, before: Seen | None = None) -> None:
        """Start with what the answer before had: most targets say what they said.

        before      `seen` of the reader before
        """
        self.seen: Seen = {}
        self._before = before or {}
        self._found: list[Target] = []
        self._head = b""
        """What came before the first target."""
        self._rest = bytearray()
        self._is_open = True

    def feed(self, piece: bytes) -> int:
        """Take the next piece of the answer; return how many bytes are kept.

        raise   what the decoder raises
        """
        self._rest += piece
        if self._is_open and not self._head:
            self._find_first()
        if self._is_open and self._head:
            self._cut()
        return len(self._rest)

    @property
    def count(self) -> int:
        """How many targets were taken out so far."""
        return len(self._found)

    def document(self) -> bytes:
        """The answer without the targets that were taken out."""
        return self._head + self._rest

    def targets(self, left: list[Target]) -> tuple[Target, ...]:
        """Those taken out and those left, sorted by job, instance and URL."""
        self._found += left
        # By the labels themselves: properties cost more than all the rest of it.
        keyed = [
            (t.labels.get("job", ""), t.labels.get("instance", ""), t.scrape_url, n)
            for n, t in enumerate(self._found)
        ]
        keyed.sort()
        return tuple([self._found[key[-1]] for key in keyed])

    def _find_first(self) -> None:
        """Look for the first target, which must be at the very beginning."""
        at = self._rest.find(_LIST + _BEGIN, 0, _FIRST_WITHIN)
        if at >= 0:
            at += len(_LIST)
            self._head, self._rest = bytes(self._rest[:at]), self._rest[at:]
        elif len(self._rest) >= _FIRST_WITHIN:
            self._is_open = False

    def _cut(self) -> None:
        """Take all targets out that are there as a whole, but the last one."""
        rest, begin = self._rest, 0
        while (labels := _find_labels(rest, begin)) >= 0:
            # Another one may have begun only where a brace is: seldom, and in a text.
            is_odd = rest.find(b"{", begin + len(_BEGIN) + 1, labels) >= 0
            if is_odd and rest.find(_BETWEEN, begin, labels) >= 0:
                self._is_open = False
                break
            end = rest.find(_BETWEEN, labels)
            if end < 0 or rest.find(_END, labels, end) >= 0:
                self._is_open = rest.find(_END, labels) < 0
                break
            self._take(b"{" + rest[labels + 2 : end + 1])
            begin = end + 2
        if begin:
            self._rest = rest[begin:]

    def _take(self, text: bytes) -> None:
        """Make a target of its text without the discovered labels."""
        at = text.rfind(_SCRAPED)
        if at < 0:
            self._found.append(_target(_TARGET.decode(text)))
            return
        name, end = hash(text[:at]), text[at + 1 :]
        scrape = hash(end)
        known, target = self._before.get(name, (None, None))
        if target is None:
            target = _target(_TARGET.decode(text))
        elif known != scrape:
            target = _scraped(target, b"{" + end) or _target(_TARGET.decode(text))
        self.seen[name] = scrape, target
        self._found.append(target)


def _find_labels(text: bytearray, begin: int) -> int:
    """Where _LABELS is. By its first byte, which a text seldom has: bytes are found ten
    times as fast as words, and nine tenths of the answer are passed over here."""
    at = text.find(b"}", begin)
    while at >= 0 and not text.startswith(_LABELS, at):
        at = text.find(b"}", at + 1)
    return at


def _target(wire: TargetWire) -> Target:
    """A target; a health that we do not know is UNKNOWN."""
    return Target(
        labels=wire.labels or {},
        health=_HEALTH.get(wire.health, Health.UNKNOWN),
        scrape_pool=wire.scrape_pool,
        scrape_url=wire.scrape_url,
        last_error=wire.last_error,
        last_scrape=utc(wire.last_scrape),
        scrape_seconds=wire.last_scrape_duration,
        interval_seconds=duration_seconds(wire.scrape_interval),
        timeout_seconds=duration_seconds(wire.scrape_timeout),
    )


def _scraped(target: Target, text: bytes) -> Target | None:
    """The target after another scrape; None when it takes the whole text to tell.

    Both have the very same labels: of 20,000 each would be compared, and kept, twice.
    """
    try:
        wire = _SCRAPE.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return replace(
        target,
        health=_HEALTH.get(wire.health, Health.UNKNOWN),
        last_scrape=utc(wire.last_scrape),
        scrape_seconds=wire.last_scrape_duration,
        interval_seconds=duration_seconds(wire.scrape_interval),
        timeout_seconds=duration_seconds(wire.scrape_timeout),
    )
