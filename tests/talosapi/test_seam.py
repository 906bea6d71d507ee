from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from talosapi.seam import Mark, Seam


def marks(text: str, *times: float) -> list[Mark]:
    """One mark a letter."""
    ats = times or (None,) * len(text)
    return [Mark(ord(letter), at) for letter, at in zip(text, ats, strict=True)]


def seen(last: str, again: str) -> int | None:
    """How many of `again` were seen, by either way of finding out."""
    seam = Seam(marks(last))
    for count, mark in enumerate(marks(again), 1):
        if seam.feed(mark):
            return count
    return seam.overlap()


def test_what_was_seen_ends_where_all_of_it_is_found() -> None:
    assert seen("cde", "abcdefg") == 5


def test_buffer_that_begins_anew_has_no_seam() -> None:
    assert seen("abcdef", "uvwxyz") is None


def test_buffer_that_lost_its_begin_overlaps() -> None:
    assert seen("abcdefgh", "efghij") == 4


def test_first_line_may_have_been_cut_with_the_ring() -> None:
    assert seen("abcdefgh", "?efghij") == 5


def test_buffer_with_nothing_new_was_seen_whole() -> None:
    assert seen("abcd", "bcd") == 3


def test_two_lines_alike_prove_no_overlap() -> None:
    assert seen("abcdxy", "xyefgh") is None


def test_of_repetitions_the_first_that_fits_ends_it() -> None:
    """It is better to show a line twice than to hide one."""
    assert seen("aa", "aaaa") == 2


def test_times_tell_repetitions_apart() -> None:
    seam = Seam(marks("xx", 5.0, 7.0))
    again = marks("xxxx", 0.3, 5.3, 7.3, 11.3)

    assert [seam.feed(mark) for mark in again[:3]] == [False, False, True]


def test_all_times_may_be_off_by_the_same_amount() -> None:
    seam = Seam(marks("abc", 1.0, 2.0, 3.0))

    found = [seam.feed(mark) for mark in marks("abc", 1.7, 2.7, 3.7)]

    assert found == [False, False, True]


LETTERS = st.text(alphabet="ab", max_size=30)


@given(LETTERS, LETTERS, st.text(alphabet="ab", min_size=1, max_size=30))
def test_nothing_new_is_ever_hidden(before: str, new: str, last: str) -> None:
    """All that was seen stands somewhere in what is taken for seen."""
    again = before + last + new
    count = seen(last, again)

    assert count is not None
    assert count <= len(before + last)
    assert again[:count].endswith(last)


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=60), st.data())
def test_lines_that_differ_are_sewn_exactly(
    lines: Sequence[int], data: st.DataObject
) -> None:
    end = data.draw(st.integers(min_value=1, max_value=len(lines)))
    start = data.draw(st.integers(min_value=0, max_value=end - 1))
    seam = Seam([Mark(line) for line in lines[start:end]])

    found = [seam.feed(Mark(line)) for line in lines]

    assert found.index(True) == end - 1
