"""Targets held against the inventory: expected or not, and there or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tui.model.kept import Kept, once
from tui.model.target import Expected, Health, InventoryTarget, Target, TargetRow, host
from tui.triage.changes import NOTHING, Changes


def rows(
    targets: tuple[Target, ...],
    inventory: tuple[InventoryTarget, ...],
    changes: Changes = NOTHING,
) -> tuple[TargetRow, ...]:
    """One row a target, and one for each line of the inventory that nothing matches.

    A line matches by job and by instance: the very instance, or, when the line names no
    port, any port of that host; without an instance the whole job. The closest line
    wins. Worst first, then by job and instance.

    changes     tells since when
    """
    lines = {(line.job, line.instance): line for line in inventory}
    jobs = {line.job for line in inventory}
    found = []
    matched: set[tuple[str, str | None]] = set()
    for target in targets:
        line = None
        if target.job in jobs:
            names = (target.instance, host(target.instance), None)
            fitting = [key for each in names if (key := (target.job, each)) in lines]
            matched.update(fitting)
            line = lines[fitting[0]] if fitting else None
        found.append(_row(target, line, changes))
    found += [
        _absent(line, changes) for key, line in lines.items() if key not in matched
    ]
    return Kept(sorted(found, key=_rank))


class Rows:
    """The rows of one cluster, reading after reading.

    Most targets were not scraped since the reading before, and few of the others say
    anything new: then every row stays where it was, and most are the same objects.
    """

    def __init__(self) -> None:
        self._targets: tuple[Target, ...] = ()
        self._inventory: tuple[InventoryTarget, ...] = ()
        self._changes = NOTHING
        self._rows: tuple[TargetRow, ...] = ()

    def of(
        self,
        targets: tuple[Target, ...],
        inventory: tuple[InventoryTarget, ...],
        changes: Changes,
    ) -> tuple[TargetRow, ...]:
        """As `rows`."""
        newer = self._newer(targets) if self._holds(inventory, changes) else None
        if newer is None:
            made = rows(targets, inventory, changes)
        else:
            # Rank, job and instance are as they were, and so is the order.
            found = [(row, newer.get(id(row.target))) for row in self._rows]
            made = Kept(
                row if new is None else replace(row, target=new) for row, new in found
            )
        self._targets, self._inventory = targets, inventory
        self._changes, self._rows = changes, made
        return made

    def _holds(self, inventory: tuple[InventoryTarget, ...], changes: Changes) -> bool:
        """Whether what is expected, and since when all is so, did not change."""
        old = self._changes
        return (
            self._inventory == inventory
            and old.first == changes.first
            and old.turned is changes.turned
            and old.gone is changes.gone
        )

    def _newer(self, targets: tuple[Target, ...]) -> Mapping[int, Target] | None:
        """By the identity of those before; None when others are listed."""
        if len(targets) != len(self._targets):
            return None
        pairs = zip(self._targets, targets, strict=True)
        newer = [(old, new) for old, new in pairs if old is not new]
        if any(
            old.health is not new.health
            or (old.labels is not new.labels and old.labels != new.labels)
            for old, new in newer
        ):
            return None
        return {id(old): new for old, new in newer}


def of_job(rows: Sequence[TargetRow], job: str) -> tuple[TargetRow, ...]:
    """The rows of one job, in their order."""
    return once(rows, _by_job).get(job, ())


def _by_job(rows: Sequence[TargetRow]) -> Mapping[str, tuple[TargetRow, ...]]:
    found: dict[str, list[TargetRow]] = {}
    for row in rows:
        found.setdefault(row.job, []).append(row)
    return {job: tuple(each) for job, each in found.items()}


def lines_about(
    inventory: tuple[InventoryTarget, ...], job: str, instance: str
) -> tuple[InventoryTarget, ...]:
    """What the inventory says of a job, or of one target of it.

    instance    empty for the job as a whole; without a port it is any of that host
    """
    names = {instance, host(instance), None}
    return tuple(
        line
        for line in inventory
        if line.job == job
        and (
            not instance
            or line.instance in names
            or host(line.instance or "") == instance
        )
    )


def _row(target: Target, line: InventoryTarget | None, changes: Changes) -> TargetRow:
    if line is None:
        expected, reason = Expected.UNLISTED, ""
    else:
        expected = Expected.YES if line.expected else Expected.NO
        reason = line.reason
    return TargetRow(
        target.job,
        target.instance,
        expected,
        target.health,
        reason,
        target,
        changes.of(target),
    )


def _absent(line: InventoryTarget, changes: Changes) -> TargetRow:
    return TargetRow(
        line.job,
        line.instance or "",
        Expected.YES if line.expected else Expected.NO,
        Health.ABSENT,
        line.reason,
        None,
        changes.absence(line.job, line.instance),
    )


def _rank(row: TargetRow) -> tuple[int, str, str]:
    """Findings first, of those the expected; what should not be there last."""
    return row.rank, row.job, row.instance
