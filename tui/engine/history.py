"""What nodes' numbers were, for as long as a plot reaches back.

It is no part of the fleet: nobody judges by it, and it grows all the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tui.model.fleet import FeedKey
from tui.model.machine import Detail, Moment, Vitals
from tui.model.reading import Reading

KEPT = timedelta(hours=1)


class History:
    """Moments by node (a feed's endpoint), oldest first, of the last hour."""

    def __init__(self) -> None:
        self._moments: dict[str, deque[Moment]] = {}

    def of(self, node: str) -> Sequence[Moment]:
        """What is kept of one node; a copy."""
        return tuple(self._moments.get(node, ()))

    def note(self, key: FeedKey, reading: Reading[Any]) -> None:
        """Keep an answer of a node's `vitals` or `detail`; of the rest, nothing."""
        at, value = reading.observed_at, reading.value
        if reading.fault is not None or at is None:
            return
        node = key.endpoint
        if isinstance(value, Vitals):
            self._keep(node, Moment(at, value))
        elif isinstance(value, Detail):
            self._keep(node, Moment(at, None, value.disks, value.links))

    def _keep(self, node: str, moment: Moment) -> None:
        moments = self._moments.setdefault(node, deque())
        moments.append(moment)
        while moment.at - moments[0].at > KEPT:
            moments.popleft()
