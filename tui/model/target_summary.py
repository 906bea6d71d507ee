"""What thousands of targets amount to, so that nobody who looks counts them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from tui.model.target import Expected, Health, TargetRow


class WellJob(Struct, frozen=True, gc=False):
    """Targets of one job that are as they should be."""

    job: str
    count: int
    is_unlisted: bool
    """At least one of them is not in the inventory."""


class TargetSummary(Struct, frozen=True, gc=False):
    """The targets of one cluster by what a person should make of them."""

    troubled: tuple[TargetRow, ...]
    """Those that are not as they should be, or of which that is not known."""
    well: tuple[WellJob, ...]
    """In the order in which the jobs come."""
    refused: tuple[TargetRow, ...]
    """Not expected, and not there."""
    ranks: Mapping[int, int]
    """How many there are of each `TargetRow.rank`."""


def summarised(rows: Sequence[TargetRow]) -> TargetSummary:
    """Sort targets apart; to be asked for by `once`."""
    troubled, refused = [], []
    counts: dict[str, int] = {}
    unlisted: set[str] = set()
    for row in rows:
        is_refused = row.expected is Expected.NO
        if row.health is Health.UP and not is_refused:
            counts[row.job] = counts.get(row.job, 0) + 1
            if row.expected is Expected.UNLISTED:
                unlisted.add(row.job)
        elif row.health is Health.ABSENT and is_refused:
            refused.append(row)
        else:
            troubled.append(row)
    well = [WellJob(job, count, job in unlisted) for job, count in counts.items()]
    ranks = Counter(row.rank for row in rows)
    return TargetSummary(tuple(troubled), tuple(well), tuple(refused), ranks)
