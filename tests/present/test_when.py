from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui.present.when import (
    Stretch,
    UnreadableTimeError,
    completed,
    meant,
    stretch_of,
)

NOW = datetime(2026, 2, 27, 3, 10, tzinfo=UTC)


def at(words: str) -> datetime:
    return datetime.fromisoformat(f"{words}+00:00")


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
        ("2026-02-26", "2026-02-26T00:00:00"),
        ("12-31", "2025-12-31T00:00:00"),
    ],
)
def test_a_time_is_understood(typed: str, expected: str) -> None:
    assert stretch_of(typed, NOW) == Stretch(at(expected))


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("02:00-02:20", "2026-02-27T02:00:00", "2026-02-27T02:20:00"),
        ("14:00 - 14:20", "2026-02-26T14:00:00", "2026-02-26T14:20:00"),
        ("14:00..14:20:30", "2026-02-26T14:00:00", "2026-02-26T14:20:30"),
        ("23:50-00:10", "2026-02-26T23:50:00", "2026-02-27T00:10:00"),
        ("-30m..-10m", "2026-02-27T02:40:00", "2026-02-27T03:00:00"),
        ("-30m--10m", "2026-02-27T02:40:00", "2026-02-27T03:00:00"),
        ("-1h30m to -1h", "2026-02-27T01:40:00", "2026-02-27T02:10:00"),
        ("02:00 +20m", "2026-02-27T02:00:00", "2026-02-27T02:20:00"),
        ("2026-02-25 03:10-03:20", "2026-02-25T03:10:00", "2026-02-25T03:20:00"),
        ("02-25 23:50-00:10", "2026-02-25T23:50:00", "2026-02-26T00:10:00"),
        (
            "2026-02-25 03:10..2026-02-26 03:10",
            "2026-02-25T03:10:00",
            "2026-02-26T03:10:00",
        ),
        ("02-25..02-26", "2026-02-25T00:00:00", "2026-02-26T00:00:00"),
    ],
)
def test_a_stretch_of_time_is_understood(typed: str, since: str, until: str) -> None:
    assert stretch_of(typed, NOW) == Stretch(at(since), at(until))


@pytest.mark.parametrize("typed", ["03:00-now", "03:00..03:30", "-10m..now"])
def test_a_stretch_that_reaches_now_goes_on(typed: str) -> None:
    assert stretch_of(typed, NOW) == Stretch(at("2026-02-27T03:00:00"))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("soon", "'soon' is no time. Type -2h, 14:05, "),
        ("", "'' is no time. Type -2h"),
        ("-2y", "'-2y' is no time. Type -2h"),
        ("14:00-", "'14:00-' is no time"),
        ("14:00-soon", "'14:00-soon' is no time"),
        ("25:00", "'25:00': there is no such day or time"),
        ("2026-02-30 01:00", "there is no such day or time"),
        ("14:00-14:61", "'14:61': there is no such day or time"),
        ("2027-01-01 00:00", "'2027-01-01 00:00' is still to come: now is 03:10 UTC"),
        ("2027-01-01 00:00-01:00", "is still to come"),
        ("-10m..-30m", "The end, '-30m', is not after 2026-02-27 03:00:00 UTC"),
        ("02-26 03:00..02-25 03:00", "The end, '02-25 03:00', is not after"),
    ],
)
def test_what_cannot_be_read_says_why(typed: str, why: str) -> None:
    with pytest.raises(UnreadableTimeError) as error:
        stretch_of(typed, NOW)
    assert why in str(error.value)
    if typed:
        assert meant(typed, NOW) == str(error.value)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "goes to -2h, 14:05, 2026-02-27 03:10, 14:00-14:20, -30m..-10m (UTC)"),
        ("-2h", "goes to 2026-02-27 01:10:00 UTC, 2h ago"),
        ("14:00-14:20", "shows 2026-02-26 14:00:00 to 14:20:00 UTC, 20m"),
        ("23:50-00:10", "shows 2026-02-26 23:50:00 to 2026-02-27 00:10:00 UTC, 20m"),
    ],
)
def test_what_is_typed_is_told_while_one_types(typed: str, told: str) -> None:
    assert meant(typed, NOW) == told


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("-", "-30m"),
        ("-2", "-2m"),
        ("-2h", "-2h..now"),
        ("-2h.", "-2h..now"),
        ("-2h..", "-2h..now"),
        ("1", "1:00"),
        ("14", "14:00"),
        ("14:", "14:00"),
        ("14:00", "14:00..14:30"),
        ("14:00-", "14:00-14:30"),
        ("14:00..", "14:00..14:30"),
        ("2026", "2026-02-27 03:00"),
        ("02-", "02-27 03:00"),
        ("25:00", None),
        ("soon", None),
    ],
)
def test_what_may_follow_is_offered(typed: str, expected: str | None) -> None:
    assert completed(typed, NOW) == expected
