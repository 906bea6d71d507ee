from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui.model.target import Health, Since
from tui.model.target_past import Past

END = datetime(2026, 2, 27, 3, 0, tzinfo=UTC)
NOW = END - timedelta(minutes=5)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def past(*up: float | None) -> Past:
    """Steps of ten minutes; half of the newest is over."""
    return Past(NOW, END, 600, up)


CASES = [
    # It was so for the whole time that is remembered: perhaps for longer.
    ((1, 1, 1), Health.UP, Since(END - minutes(30), is_exact=False)),
    ((0, 0), Health.DOWN, Since(END - minutes(20), is_exact=False)),
    # It turned on an edge, or within a step.
    ((1, 1, 0), Health.DOWN, Since(END - minutes(10))),
    ((1, 0.75, 0), Health.DOWN, Since(END - minutes(12.5))),
    ((0, 0.2, 1, 1), Health.UP, Since(END - minutes(22))),
    # It turned within the step that is not over.
    ((1, 1, 0.6), Health.DOWN, Since(NOW - minutes(2))),
    ((0, 0, 0.2), Health.UP, Since(NOW - minutes(1))),
    # The newest scrape is not in the series yet.
    ((1, 1, 1), Health.DOWN, None),
    ((0, 0, 0), Health.UP, None),
    # Nobody scraped it before: when in the oldest step it was first is not told.
    ((None, None, 0), Health.DOWN, Since(NOW, is_exact=False)),
    ((None, 0, 0), Health.DOWN, Since(END - minutes(10), is_exact=False)),
    ((None, None, None), Health.DOWN, None),
    ((1, None), Health.UP, None),
    ((), Health.UP, None),
    # Of these the series says nothing.
    ((1, 1), Health.UNKNOWN, None),
    ((1, 1), Health.ABSENT, None),
]


@pytest.mark.parametrize(("up", "health", "since"), CASES)
def test_the_steps_tell_since_when_it_is_so(
    up: tuple[float | None, ...], health: Health, since: Since | None
) -> None:
    assert past(*up).since(health) == since


def test_it_never_began_after_now() -> None:
    for share in (0.0, 0.3, 1.0):
        for health in (Health.UP, Health.DOWN):
            since = past(0.5, share).since(health)
            assert since is None or since.at <= NOW


def test_a_past_without_a_single_scrape_is_empty() -> None:
    assert past(None, None).is_empty
    assert not past(None, 0).is_empty
