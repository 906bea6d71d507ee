from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui.present.when import moment_of

NOW = datetime(2026, 2, 27, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("-2h", "2026-02-27T01:10:00"),
        ("-1h 30m", "2026-02-27T01:40:00"),
        ("02:05", "2026-02-27T02:05:00"),
        ("14:05", "2026-02-26T14:05:00"),
        ("14:05:09.5", "2026-02-26T14:05:09"),
        ("2026-02-27 03:10", "2026-02-27T03:10:00"),
        ("2026-02-26T23:59:59Z", "2026-02-26T23:59:59"),
        ("12-31 23:00", "2025-12-31T23:00:00"),
    ],
)
def test_a_time_is_understood(typed: str, expected: str) -> None:
    assert moment_of(typed, NOW) == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    "typed", ["", "soon", "25:00", "2026-02-30 01:00", "2027-01-01 00:00", "-2y"]
)
def test_what_is_no_time_in_the_past_is_refused(typed: str) -> None:
    assert moment_of(typed, NOW) is None
