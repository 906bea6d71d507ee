import pytest

from tui.config.record import hours, size


def test_ages_and_sizes_are_read_as_people_write_them() -> None:
    assert (hours("48h"), hours("7d")) == (48, 168)
    assert (size("500MB"), size("2GB")) == (500_000_000, 2_000_000_000)


@pytest.mark.parametrize("text", ["", "0h", "2", "-1d", "1w"])
def test_an_age_that_is_none_says_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="48h"):
        hours(text)


@pytest.mark.parametrize("text", ["3651d", "999999999d"])
def test_an_age_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="3650d"):
        hours(text)


@pytest.mark.parametrize("text", ["", "2", "1MB", "5TB"])
def test_a_size_that_is_none_says_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="MB"):
        size(text)
