"""The kernel logs of all clusters: kept within bounds, folded into findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from tui.model.log import Entry
from tui.store import KernelLog
from tui.triage import clues, kernel_log, voice

KEPT = 60_000
"""Of all clusters together; what is older a log asks Loki for."""
_SLACK = 2_000
_AT = attrgetter("at_ns")


class Journal:
    """Entries by cluster, oldest first; the oldest go when there are too many."""

    def __init__(self, clusters: Sequence[str]) -> None:
        self._most = KEPT // max(1, len(clusters))
        self._entries: dict[str, list[Entry]] = {name: [] for name in clusters}
        self._logs: dict[str, KernelLog] = {name: KernelLog() for name in clusters}

    def entries(self, cluster: str) -> Sequence[Entry]:
        """What is kept of one cluster."""
        return self._entries.get(cluster, ())

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
        kept = self._entries[cluster]
        is_late = bool(kept) and entries[0].at_ns < kept[-1].at_ns
        kept.extend(entries)
        if is_late:
            kept.sort(key=_AT)  # two runs: merged in one pass
        if len(kept) > self._most + _SLACK:
            del kept[: len(kept) - self._most]
        old = self._logs[cluster]
        found = kernel_log.fold(old.findings, entries, cluster)
        newest = max([entry.at_ns for entry in entries]) // 1000
        at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=newest)
        log = KernelLog(
            kernel_log.within(found, now, window),
            max(at, old.last_entry_at) if old.last_entry_at else at,
            kernel_log.last_by_node(old.last_by_node, entries),
            voice.heard(old.voices, entries),
            clues.noted(old.clues, entries),
        )
        self._logs[cluster] = log
        return log
