"""Brings what kernels say to the screens: each entry once, and in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tui.app.pasting import Pasting
from tui.backend import Backend
from tui.messages import EntriesArrived, GapsFound
from tui.model.log import LogBatch
from tui.screens.desk import Desk


class Hearing(Pasting):
    """Knows what of the logs is under way: the backend keeps it by then, and who reads
    there would be told of it once more."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._turns = 0
        """How often another moment was shown: what was said before is not of it."""
        self._unheard = Counter[str]()
        """Messages that no screen was given yet, by cluster."""

    def hear_from(self, backend: Backend, names: Iterable[str]) -> None:
        """Tell what is known already, and from now on what is new."""
        backend.subscribe_logs(self._hear)
        for name in names:
            entries, gaps = tuple(backend.entries(name)), tuple(backend.gaps(name))
            self._hear(name, LogBatch(entries, gaps))

    def under_way(self, cluster: str) -> int:
        """How many times a screen will still be told of what the backend has now."""
        return self._unheard[cluster]

    def drop_under_way(self) -> None:
        """All screens read anew: nothing that was said before is news to them."""
        self._turns += 1
        self._unheard.clear()

    def _hear(self, cluster: str, batch: LogBatch) -> None:
        if batch.entries:
            self._pass_on(EntriesArrived(cluster, batch.entries, self._turns))
        if batch.gaps:
            self._pass_on(GapsFound(cluster, batch.gaps, self._turns))

    def _pass_on(self, message: EntriesArrived | GapsFound) -> None:
        if self.post_message(message):
            self._unheard[message.cluster] += 1

    def on_entries_arrived(self, message: EntriesArrived) -> None:
        for screen in self._told(message):
            screen.add_entries(message.cluster, message.entries)

    def on_gaps_found(self, message: GapsFound) -> None:
        for screen in self._told(message):
            screen.add_gaps(message.cluster, message.gaps)

    def _told(self, message: EntriesArrived | GapsFound) -> list[Desk]:
        """The screens that it is for."""
        if message.turn != self._turns:
            return []
        self._unheard[message.cluster] -= 1
        screens = [each for each in self.screen_stack if isinstance(each, Desk)]
        return [each for each in screens if each.is_open]
