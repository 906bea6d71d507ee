"""Reads what Prometheus should and should not scrape, and refuses contradictions."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tui.config.locate import KeyPath
from tui.config.table import Table
from tui.config.text import expanded
from tui.model.target import InventoryTarget


class _Entry(Struct, frozen=True):
    """One text of a list of targets, and what its table says of it."""

    table: Table
    where: KeyPath
    text: str
    instances: tuple[str | None, ...]
    """None stands for the whole job."""
    expected: bool
    reason: str


def inventory(cluster: Table) -> tuple[InventoryTarget, ...]:
    """Every line of a cluster's inventory, ranges written out, in the file's order."""
    below = cluster.table("inventory")
    if below is None:
        return ()
    return tuple(target for job in below for target in _job(job, below.several(job)))


def _job(job: str, tables: tuple[Table, ...]) -> Iterator[InventoryTarget]:
    """One job's lines; each target of it belongs to one entry alone."""
    owners: dict[str | None, _Entry] = {}
    for entry in [entry for table in tables for entry in _entries(table)]:
        taken = [each for each in entry.instances if each in owners]
        if taken:
            words = _clash(taken, owners[taken[0]], entry)
            entry.table.problems.note(entry.where, words)
        for instance in dict.fromkeys(entry.instances):
            if instance not in owners:
                owners[instance] = entry
                yield InventoryTarget(job, instance, entry.expected, entry.reason)


def _entries(table: Table) -> Iterator[_Entry]:
    """What one table says: each text of its targets, or the job as a whole."""
    parts = table.numbered("targets", lambda text: (text, expanded(text)))
    expected = table.flag("expected", default=True)
    reason = table.text("reason")
    table.finish()
    if parts is None:
        yield _Entry(table, table.path, "the whole job", (None,), expected, reason)
        return
    if not parts:
        table.wrong("targets", "is empty: leave it out to mean the whole job")
    for index, part in enumerate(parts):
        if part is not None:
            where = (*table.path, "targets", index)
            text, instances = part
            yield _Entry(table, where, f'"{text}"', instances, expected, reason)


def _clash(taken: list[str | None], owner: _Entry, entry: _Entry) -> str:
    """Why an entry cannot stand beside an earlier one, in words."""
    first = taken[0] or "the whole job"
    more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
    if owner.expected is not entry.expected:
        this, that = ("expected", "not expected")[:: 1 if entry.expected else -1]
        verb = "are" if more else "is"
        return (
            f"{first}{more} {verb} {this} here, but {that} by {owner.text} above: "
            "say one of the two"
        )
    if owner.text == entry.text:
        return f"{entry.text} stands here twice"
    verb = "are" if more else "is"
    return (
        f"{entry.text} overlaps {owner.text}: {first}{more} {verb} in both; "
        "leave one of them out"
    )
