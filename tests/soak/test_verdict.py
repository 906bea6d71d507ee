from __future__ import annotations

import pytest

from tests.soak.verdict import trend

WOBBLE = (0.0, 0.6, -0.4, 0.2)


def readings(per_hour: float, first_hours: float = 0.0) -> list[tuple[float, float]]:
    """A day's, which wobble; before `first_hours` they rise steeply."""
    return [
        (
            float(hour),
            110 + per_hour * hour + 5 * min(hour, first_hours) + WOBBLE[hour % 4],
        )
        for hour in range(25)
    ]


def test_what_wobbles_is_flat() -> None:
    found = trend(readings(0.0))
    assert found.is_flat
    assert str(found).startswith("memory is flat: ")
    assert found.hours == 12


def test_what_grew_in_the_first_hours_alone_is_flat() -> None:
    assert trend(readings(0.0, first_hours=6)).is_flat


def test_what_grows_by_less_than_half_a_mebibyte_an_hour_is_not_flat() -> None:
    found = trend(readings(0.4))
    assert not found.is_flat
    assert found.mib_per_hour == pytest.approx(0.4, abs=0.05)
    assert "NOT FLAT: +0." in str(found)


def test_what_becomes_less_is_flat() -> None:
    assert trend(readings(-0.5)).is_flat
