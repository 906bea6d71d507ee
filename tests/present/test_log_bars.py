from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_entry
from tests.fakes import FakeArchive
from tui.model.fault import Fault, FaultKind
from tui.model.log import LogCount, LogQuery, LogSpan
from tui.present.log_bars import Steps, Tally, bars
from tui.screens import log_counts

SECOND = 1_000_000_000


class HalfDeadArchive(FakeArchive):
    """Counts for every cluster but `dev`."""

    async def counts(
        self, query: LogQuery, span: LogSpan, step_seconds: int, by: str = ""
    ) -> tuple[LogCount, ...] | Fault:
        if query.cluster == "dev":
            return Fault(FaultKind.TIMEOUT, "no answer")
        return await super().counts(query, span, step_seconds, by)


@pytest.mark.parametrize("cells", [1, 2, 7, 40, 160])
@pytest.mark.parametrize("span", [0, 1, 59, 1800, 90_001])
def test_steps_fit_into_their_cells_and_hold_all_of_the_time(
    cells: int, span: int
) -> None:
    since = 1_000_003 * SECOND + 5
    steps = Steps.over(since, since + span * SECOND, cells, 10)
    assert len(steps.bins(())) <= max(2, cells)
    assert steps.since_ns < since <= since + span * SECOND <= steps.until_ns


def test_a_step_holds_its_end_and_not_its_begin() -> None:
    steps = Steps(0, 30 * SECOND, 10)
    ends = [(at * SECOND, 1) for at in (0, 10, 20, 30, 40)]
    assert steps.bins(ends) == [1, 1, 1]


def test_a_step_that_is_not_over_yet_does_not_name_a_time_ahead() -> None:
    day = 86_400 * SECOND
    now = day + 59 * 60 * SECOND + 1
    steps = Steps.over(day + SECOND, now, 4, 10)
    assert steps.until_ns > now
    assert bars(steps, [0] * 4, [0] * 4).end.endswith("00:59")
    assert steps == Steps.over(day + SECOND, now + 1, 4, 10)  # nothing to count anew


def test_what_the_log_let_go_is_no_longer_counted() -> None:
    tally = Tally()
    tally.add(
        ("prod", replace(make_entry("a"), at_ns=n * 100 * SECOND)) for n in range(1, 9)
    )
    found = tally.bars(500 * SECOND, 800 * SECOND, 40, "")
    assert sum(found.counts) == 4
    assert min(tally.every) == 500 * SECOND


async def test_a_cluster_whose_loki_is_silent_is_named_beside_the_others() -> None:
    archive = HalfDeadArchive()
    archive.kept = {"prod": (replace(make_entry("a"), at_ns=15 * SECOND),)}
    steps = Steps(0, 30 * SECOND, 10)
    found = await log_counts.count(archive, ("prod", "dev"), "", steps, "")
    assert found.counts == (0, 1, 0)
    assert "? not counted: dev: no answer" in "".join(each.text for each in found.words)
