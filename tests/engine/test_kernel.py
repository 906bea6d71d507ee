"""The kernel logs of a Loki, followed for its clusters."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from types import ModuleType
from typing import cast

import pytest
from msgspec.structs import replace

from tests.clock import ManualClock
from tests.engine.test_comparer import CLUSTER, LOKI
from tests.estate import make_entry
from tests.judged import NOW
from tui.engine.connections import Connections
from tui.engine.kernel import Kernel
from tui.engine.plan import Served
from tui.model.fault import FaultKind
from tui.model.fleet import SourceKind
from tui.model.log import Entry, Gap, LogBatch
from tui.model.unix import to_ns
from tui.store import KernelLogged
from tui.triage import assign, kernel_log, voice

LINE = "BTRFS error (device sdb): parent transid verify failed on logical 1"
OLD = tuple(
    replace(make_entry(f"{LINE}{n}"), at_ns=to_ns(NOW) - 60_000_000_000 + n)
    for n in range(3)
)
NEW = replace(OLD[0], at_ns=OLD[0].at_ns + 1_000_000_000)


@dataclass
class Tails:
    """A Loki whose first tail is cut by a fault of ours; the next begins anew."""

    opened: int = 0

    def loki_tail(self, endpoint: object) -> Tails:
        del endpoint
        return self

    async def batches(self, since_ns: int) -> AsyncGenerator[LogBatch, None]:
        del since_ns
        self.opened += 1
        yield LogBatch(OLD)
        if self.opened == 1:
            raise RuntimeError("a bug")
        yield LogBatch((NEW,))
        yield LogBatch(is_current=True)
        yield LogBatch((OLD[0],))


async def test_what_a_tail_brings_again_after_a_fault_of_ours_is_told_once() -> None:
    told: list[Entry] = []
    logs: list[KernelLogged] = []
    ignored: list[LogBatch] = []
    tails, served = Tails(), Served(SourceKind.LOKI, LOKI, (CLUSTER,))
    connections = cast("Connections", tails)
    kernel = Kernel([CLUSTER.name], 100, connections, ManualClock(NOW), logs.append)
    kernel.log_listeners.append(lambda _, batch: told.extend(batch.entries))
    with pytest.raises(RuntimeError):
        await kernel.follow(served, ignored.append)
    await kernel.follow(served, ignored.append)
    # Once it has caught up, the tail itself knows what it has brought.
    assert told == [*OLD, NEW, OLD[0]]
    assert [each.log.findings[0].count for each in logs] == [3, 4, 5]


POISON = replace(NEW, line="poison", at_ns=NEW.at_ns + 5)
AFTER = replace(NEW, at_ns=NEW.at_ns + 2_000_000_000)


class Poisoned(Tails):
    """A Loki that brings an entry at which our own code fails."""

    is_poison_there = False

    async def batches(self, since_ns: int) -> AsyncGenerator[LogBatch, None]:
        del since_ns
        yield LogBatch(OLD)
        self.is_poison_there = True
        yield LogBatch((NEW, POISON))
        self.is_poison_there = False
        yield LogBatch((AFTER,))
        yield LogBatch(is_current=True)


@pytest.mark.parametrize(
    ("owner", "name"),
    [(kernel_log, "fold"), (voice, "heard"), (assign, "cluster_of")],
)
async def test_lines_at_which_our_own_code_fails_are_a_gap_and_the_log_goes_on(
    monkeypatch: pytest.MonkeyPatch, owner: ModuleType, name: str
) -> None:
    works = getattr(owner, name)
    tails = Poisoned()

    def fails(*given: object) -> object:
        if tails.is_poison_there:
            raise KeyError("a bug")
        return works(*given)

    monkeypatch.setattr(owner, name, fails)
    told: list[LogBatch] = []
    signs: list[LogBatch] = []
    served = Served(SourceKind.LOKI, LOKI, (CLUSTER,))
    connections = cast("Connections", tails)
    kernel = Kernel([CLUSTER.name], 100, connections, ManualClock(NOW), lambda _: None)
    kernel.log_listeners.append(lambda _, batch: told.append(batch))
    await kernel.follow(served, signs.append)
    gap = Gap(NEW.at_ns, POISON.at_ns + 1, "taloscope failed here: KeyError", 2)
    assert [batch.entries for batch in told if batch.entries] == [OLD, (AFTER,)]
    assert [gap for batch in told for gap in batch.gaps] == [gap]
    assert kernel.gaps(CLUSTER.name) == (gap,)
    assert tuple(kernel.journal.entries(CLUSTER.name)) == (*OLD, AFTER)
    faults = [batch.fault for batch in signs]
    assert [fault is not None for fault in faults] == [False, True, False, False]
    assert faults[1] is not None
    assert faults[1].kind is FaultKind.BUG
