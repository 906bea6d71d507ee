from __future__ import annotations

from widgets.row_index import RowIndex
from widgets.values import Row, Span


def rows(keys: str, details: int = 0) -> RowIndex:
    return RowIndex([Row(key, (), details=((Span("why"),),) * details) for key in keys])


def test_details_take_lines_of_their_own() -> None:
    index = rows("ab", details=2)
    assert index.line_count == 6
    assert index.at_line(3) == (1, 0)
    assert index.at_line(5) == (1, 2)


def test_a_row_is_followed_by_its_key() -> None:
    assert rows("abc").follow(1, rows("xyabc")) == 3


def test_the_next_row_stands_in_for_one_that_is_gone() -> None:
    assert rows("abcd").follow(1, rows("acd")) == 1


def test_after_the_last_row_the_one_before_stands_in() -> None:
    assert rows("abc").follow(2, rows("xab")) == 2


def test_when_all_rows_are_new_the_first_one_stands_in() -> None:
    assert rows("abc").follow(2, rows("xyz")) == 0
    assert RowIndex().follow(0, rows("xyz")) == 0
