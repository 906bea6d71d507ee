from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talosapi.seam import MOST_ITEMS, Mark, Place, Seam, Trail


def marks(text: str, *times: float) -> list[Mark]:
    """One mark a letter."""
    ats = times or (None,) * len(text)
    return [Mark(ord(letter), at) for letter, at in zip(text, ats, strict=True)]


def seam_of(seen: Sequence[Mark], again: Sequence[Mark], *, is_whole: bool) -> Seam:
    trail = Trail()
    trail.extend(seen)
    seam = Seam(trail, is_whole=is_whole)
    seam.again.extend(again)
    return seam


def found(seen: str, again: str, *, is_whole: bool = True) -> int | Place:
    return seam_of(marks(seen), marks(again), is_whole=is_whole).find()


def test_what_was_seen_ends_where_all_of_it_stands() -> None:
    assert found("abcde", "abcdefg") == 5


def test_what_is_sent_again_may_begin_before_what_was_asked_for() -> None:
    assert found("cde", "abcdefg", is_whole=False) == 5


def test_buffer_that_lost_its_begin_goes_on_where_we_were() -> None:
    assert found("abcdefgh", "efghij") == 4


def test_buffer_that_begins_anew_is_known_at_once_to_have_no_seam() -> None:
    assert found("abcdef", "uv") is Place.BEHIND


def test_one_item_alone_is_not_enough_to_say_so() -> None:
    """It may be what is left of the first line of a ring of bytes."""
    assert found("abcdef", "u") is Place.BEFORE


def test_part_of_what_was_seen_leaves_the_rest_to_come() -> None:
    assert found("abcdef", "bc") is Place.INSIDE
    assert found("cdef", "abcd", is_whole=False) is Place.INSIDE


def test_what_was_not_asked_for_may_go_on_for_long() -> None:
    assert found("cdef", "ab", is_whole=False) is Place.BEFORE


def test_first_line_may_have_been_cut_with_the_ring() -> None:
    assert found("abcdefgh", "?efghij") == 5


def test_line_before_all_that_was_seen_is_new_if_we_saw_all() -> None:
    assert found("c", "bcd") is Place.BEHIND


def test_buffer_with_nothing_new_was_seen_whole() -> None:
    assert found("abcdef", "cdef") == 4


def test_two_lines_alike_prove_no_overlap() -> None:
    assert found("abcdxy", "xyefgh") is Place.BEHIND


def test_their_times_may_prove_it() -> None:
    seen = marks("abcdxy", *range(6))
    for shift, place in ((0.9, 2), (60.0, Place.BEHIND)):
        again = marks("xye", 4 + shift, 5 + shift, 7 + shift)
        assert seam_of(seen, again, is_whole=True).find() == place


def test_when_no_more_is_sent_the_end_of_what_was_seen_will_do() -> None:
    seam = seam_of(marks("cdefgh"), marks("efghij"), is_whole=False)

    assert seam.find() is Place.BEFORE
    assert seam.settle() == 4


def test_one_line_alone_proves_nothing() -> None:
    """It is shown again, behind the marker of a gap."""
    again = marks("ye", 5.5, 7.0)
    seen = marks("abcdxy", *range(6))
    assert seam_of(seen, again, is_whole=True).find() is Place.BEHIND


def test_when_no_more_is_sent_a_part_of_what_was_seen_will_not() -> None:
    assert seam_of(marks("abcdef"), marks("abc"), is_whole=True).settle() == 0


def test_of_repetitions_the_first_that_fits_ends_it() -> None:
    """It is better to show a line twice than to hide one."""
    assert found("aa", "aaaa") == 2
    assert found("aa", "aaaa", is_whole=False) == 2


def test_times_tell_repetitions_apart() -> None:
    seen = marks("xx", 5.0, 7.0)
    again = marks("xxxx", 0.3, 5.3, 7.3, 11.3)

    assert seam_of(seen, again, is_whole=False).find() == 3


def test_the_same_words_at_other_intervals_are_of_another_boot() -> None:
    seen = marks("abcde", 0.0, 0.0, 1.2, 1.9, 2.0)
    again = marks("abcde", 50.0, 50.0, 51.3, 51.9, 52.0)

    assert seam_of(seen, again[:2], is_whole=True).find() is Place.INSIDE
    assert seam_of(seen, again, is_whole=True).find() is Place.BEHIND


def test_of_an_endless_buffer_no_more_is_awaited() -> None:
    again = [Mark(1)] * MOST_ITEMS
    assert seam_of(marks("a"), again, is_whole=False).find() is Place.BEHIND


def test_trail_keeps_as_much_as_a_node_does_and_not_much_more() -> None:
    trail = Trail()
    for _ in range(5):
        trail.extend([Mark(1)] * MOST_ITEMS)
    assert MOST_ITEMS <= len(trail) <= 2 * MOST_ITEMS


LETTERS = st.text(alphabet="ab", max_size=30)


@given(LETTERS, LETTERS, st.text(alphabet="ab", min_size=1, max_size=30))
def test_nothing_new_is_ever_hidden(before: str, new: str, last: str) -> None:
    """All that was seen stands somewhere in what is taken for seen."""
    again = before + last + new
    count = found(last, again, is_whole=False)

    assert isinstance(count, int)
    assert count <= len(before + last)
    assert again[:count].endswith(last)


@pytest.mark.parametrize("seed", range(300))
def test_of_a_ring_no_line_is_lost_unmarked_and_none_doubled(seed: int) -> None:
    """A ring that goes on while we are away, with lines alike but for their times.

    What is sent again is cut short at times, and taken in pieces. Where a ring has kept
    but one line of ours, it may be another: it is shown behind the mark.
    """
    random = Random(seed)
    ring = random.choice([4, 10, 40])
    lines = [(random.choice("aaab"), index + random.random()) for index in range(200)]
    trail, shown, written, gaps = Trail(), list[int](), ring, set[int]()
    while written < len(lines):
        written = min(len(lines), written + random.randrange(1, 25))
        oldest = max(0, written - ring)
        shift = random.random()
        sent = [Mark(ord(key), at + shift) for key, at in lines[oldest:written]]
        if not trail:
            trail.extend(sent)
            shown += range(oldest, written)
            continue
        seam = Seam(trail, is_whole=True)
        place: int | Place = Place.BEFORE
        while sent and place in {Place.BEFORE, Place.INSIDE}:
            size = random.randrange(1, 9)
            seam.again.extend(sent[:size])
            del sent[:size]
            place = seam.find()
        if random.random() < 0.2 and place in {Place.BEFORE, Place.INSIDE}:
            continue  # the connection is lost again
        count = place if isinstance(place, int) else seam.settle()
        if not count:
            gaps.add(oldest)
        seam.again.extend(sent)
        trail = seam.again
        shown += range(oldest + count, written)

    doubled = [a for a, b in pairwise(shown) if b == a]
    assert set(doubled) <= gaps
    assert shown == sorted(shown)
    missing = [b for a, b in pairwise(shown) if b > a + 1]
    assert set(missing) <= gaps
