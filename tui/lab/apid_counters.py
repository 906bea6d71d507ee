"""What one apid counts: connections, calls in flight, calls by method.

Tests assert on these that a client is polite; no real apid tells them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Gauge:
    """How many there are now, were at most, and have been in all."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0
        self.total = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Counts one more while inside."""
        self.now += 1
        self.total += 1
        self.most = max(self.most, self.now)
        try:
            yield
        finally:
            self.now -= 1

    def reset(self) -> None:
        """Begin anew with those that there are now."""
        self.most = self.total = self.now

    def values(self) -> Mapping[str, int]:
        """For JSON."""
        return {"now": self.now, "max": self.most, "total": self.total}


class Counters:
    """The counts of one endpoint. A tail is a call that lasts until it is ended."""

    def __init__(self) -> None:
        self.connections = Gauge()
        self.calls = Gauge()
        self.tails = Gauge()
        self.by_method: Counter[str] = Counter()

    @contextmanager
    def calling(self, method: str, *, is_tail: bool) -> Iterator[None]:
        """Counts one call while inside."""
        self.by_method[method] += 1
        with (self.tails if is_tail else self.calls).one():
            yield

    def reset(self) -> None:
        """Begin anew with what is under way."""
        for gauge in (self.connections, self.calls, self.tails):
            gauge.reset()
        self.by_method.clear()

    def values(self) -> Mapping[str, object]:
        """For JSON."""
        return {
            "connections": self.connections.values(),
            "calls": self.calls.values(),
            "tails": self.tails.values(),
            "by_method": dict(sorted(self.by_method.items())),
        }
