"""The kernel logs of all clusters: kept within bounds, folded into findings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from tui.model.log import Entry
from tui.model.log_bytes import EntryBytes, KeptEntries, time_order
from tui.model.unix import of_ns
from tui.store import KernelLog
from tui.triage import clues, kernel_log, voice

_SLACK = 2_000
"""So many more of a cluster before old ones are cut off, which moves all others."""
_SHARE = 4
"""But no more than one of so many that are kept."""


class Journal:
    """Entries by cluster, oldest first; the oldest go when there are too many."""

    def __init__(self, clusters: Sequence[str], kept: int) -> None:
        """`kept` is how many of all clusters together: older ones Loki has."""
        self._most = kept // max(1, len(clusters))
        self._slack = min(_SLACK, self._most // _SHARE)
        self._store = EntryBytes()
        self._entries: dict[str, list[bytes]] = {name: [] for name in clusters}
        self._logs: dict[str, KernelLog] = {name: KernelLog() for name in clusters}

    def entries(self, cluster: str) -> Sequence[Entry]:
        """What is kept of one cluster now."""
        return KeptEntries(self._store, tuple(self._entries.get(cluster, ())))

    def __contains__(self, cluster: str) -> bool:
        return cluster in self._entries

    def add(
        self,
        cluster: str,
        entries: Sequence[Entry],
        now: datetime,
        window: timedelta,
    ) -> KernelLog:
        """Keep new entries, late ones in their place.

        return  what the log of the cluster amounts to now
        """
        old = self._logs[cluster]
        found = kernel_log.fold(old.findings, entries, cluster)
        runs = kernel_log.runs(entries)
        at = of_ns(max(max(times) for _, times in runs))
        log = KernelLog(
            kernel_log.within(found, now, window),
            max(at, old.last_entry_at) if old.last_entry_at else at,
            kernel_log.last_by_node(old.last_by_node, runs),
            voice.heard(old.voices, runs),
            clues.noted(old.clues, entries),
        )
        # Last: what cannot be folded is not kept either.
        self._keep(cluster, entries)
        self._logs[cluster] = log
        return log

    def _keep(self, cluster: str, entries: Sequence[Entry]) -> None:
        kept, new = self._entries[cluster], self._store.of(entries)
        first = time_order(new[0])
        if kept and first < time_order(kept[-1]):
            place = bisect_right(kept, first, key=time_order)
            new = sorted((*kept[place:], *new), key=time_order)
            del kept[place:]
        kept.extend(new)
        if len(kept) > self._most + self._slack:
            del kept[: len(kept) - self._most]
