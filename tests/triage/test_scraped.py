"""Whether a target's `up` is of now."""

from __future__ import annotations

from math import inf, nan

import pytest
from msgspec.structs import replace

from tests.triage.cases import SEEN
from tests.triage.declared_cases import row
from tui.model.target import Health, TargetRow
from tui.triage.expectation_beyond import is_scraped


def each(interval: float, scraped: float = 5.0) -> TargetRow:
    found = row(Health.UP, scraped)
    assert found.target is not None
    return replace(found, target=replace(found.target, interval_seconds=interval))


@pytest.mark.parametrize(
    ("interval", "scraped", "expected"),
    [
        (30.0, 5.0, True),
        (30.0, 600.0, False),
        (30.0, -600.0, False),
        (1e300, 600.0, True),  # longer than any calendar
        (inf, 600.0, True),
        (nan, 5.0, False),
    ],
)
def test_an_answer_is_of_now_for_two_scrapes(
    interval: float, scraped: float, expected: bool
) -> None:
    assert is_scraped(each(interval, scraped), SEEN) is expected


def test_what_was_never_scraped_or_not_read_is_not_of_now() -> None:
    assert not is_scraped(row(Health.ABSENT), SEEN)
    assert not is_scraped(each(30.0), None)
