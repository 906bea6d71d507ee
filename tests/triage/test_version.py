from __future__ import annotations

import pytest

from tui.present.machine_versions import parse
from tui.triage.version import minor_of, minors_apart


def test_minors_are_counted_within_one_major() -> None:
    assert minor_of("v1.34.1") == (1, 34)
    assert minors_apart("1.34", "v1.32.9") == 2
    assert minors_apart("2.0", "1.9") is None


@pytest.mark.parametrize("place", range(3))
def test_a_number_without_end_is_no_version(place: int) -> None:
    numbers = ["1", "2", "3"]
    numbers[place] = "9" * 5_000
    tag = ".".join(numbers)
    assert parse(tag) is None
    assert (minor_of(tag) is None) == (place < 2)
