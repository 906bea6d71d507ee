"""What nodes' numbers were, for as long as a plot reaches back.

It is no part of the fleet: nobody judges by it, and it grows until the hour is full.
So the numbers of hundreds of nodes are kept as numbers, not as objects.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import isnan, nan
from operator import attrgetter
from typing import Any

from tui.model.fleet import FeedKey
from tui.model.machine import CpuUse, Detail, Moment, Vitals
from tui.model.reading import Reading

KEPT = timedelta(hours=1)


class History:
    """Moments by node (a feed's endpoint), oldest first, of the last hour."""

    def __init__(self) -> None:
        self._nodes: dict[str, _Node] = {}

    def of(self, node: str) -> Sequence[Moment]:
        """What is kept of one node; a copy."""
        kept = self._nodes.get(node)
        return kept.moments() if kept else ()

    def note(self, key: FeedKey, reading: Reading[Any]) -> None:
        """Keep an answer of a node's `vitals` or `detail`; of the rest, nothing."""
        at, value = reading.observed_at, reading.value
        if reading.fault is not None or at is None:
            return
        if isinstance(value, Vitals):
            self._nodes.setdefault(key.endpoint, _Node()).add_vitals(at, value)
        elif isinstance(value, Detail) and (value.disks, value.links) != (None, None):
            moment = Moment(at, None, value.disks, value.links)
            self._nodes.setdefault(key.endpoint, _Node()).add_devices(moment)


class _Node:
    """One node: its vitals as rows of numbers, its devices as they came."""

    def __init__(self) -> None:
        self._vitals = array("d")
        self._devices: deque[Moment] = deque()
        self._drawn: Sequence[Moment] | None = None
        """The moments as objects, while nothing new came: who looks, asks often."""

    def add_vitals(self, at: datetime, vitals: Vitals) -> None:
        self._vitals.extend(_row(at, vitals))
        self._trim(at)

    def add_devices(self, moment: Moment) -> None:
        self._devices.append(moment)
        self._trim(moment.at)

    def moments(self) -> Sequence[Moment]:
        if self._drawn is None:
            numbers = self._vitals
            rows = range(0, len(numbers), _WIDTH)
            vitals = (_moment(numbers[row : row + _WIDTH]) for row in rows)
            self._drawn = tuple(sorted((*vitals, *self._devices), key=_AT))
        return self._drawn

    def _trim(self, newest: datetime) -> None:
        self._drawn = None
        first = newest - KEPT
        while self._devices and self._devices[0].at < first:
            self._devices.popleft()
        numbers, old = self._vitals, 0
        while old < len(numbers) and numbers[old] < first.timestamp():
            old += _WIDTH
        del numbers[:old]


_AT = attrgetter("at")


def _row(at: datetime, vitals: Vitals) -> Iterable[float]:
    cpu, booted_at = vitals.cpu, vitals.booted_at
    return (
        at.timestamp(),
        vitals.cores,
        vitals.memory_total_bytes,
        vitals.memory_available_bytes,
        vitals.load1,
        vitals.load5,
        vitals.load15,
        booted_at.timestamp() if booted_at else nan,
        *((cpu.user, cpu.system, cpu.iowait, cpu.other) if cpu else (nan,) * 4),
    )


_WIDTH = 12


def _moment(row: Sequence[float]) -> Moment:
    at, cores, total, available, load1, load5, load15, booted, *cpu = row
    vitals = Vitals(
        cpu=None if isnan(cpu[0]) else CpuUse(*cpu),
        cores=int(cores),
        memory_total_bytes=int(total),
        memory_available_bytes=int(available),
        load1=load1,
        load5=load5,
        load15=load15,
        booted_at=None if isnan(booted) else datetime.fromtimestamp(booted, UTC),
    )
    return Moment(datetime.fromtimestamp(at, UTC), vitals)
