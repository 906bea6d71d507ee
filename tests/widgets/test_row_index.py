from __future__ import annotations

from widgets.row_index import LazyIndex, RowIndex
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


class Letters:
    """A row a letter; it remembers which were made."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.made: list[str] = []

    def __len__(self) -> int:
        return len(self.letters)

    def key(self, place: int) -> str:
        return self.letters[place]

    def row(self, place: int) -> Row:
        self.made.append(self.letters[place])
        return Row(self.letters[place], ())

    def place(self, key: str) -> int | None:
        found = self.letters.find(key)
        return None if found < 0 else found


def test_rows_that_are_made_when_looked_at_are_followed_without_making_them() -> None:
    old, new = Letters("abcd"), Letters("xyacd")
    assert LazyIndex(old).follow(1, LazyIndex(new)) == 3
    assert rows("abc").follow(1, LazyIndex(Letters("zzb"))) == 2
    assert old.made == new.made == []


def test_a_row_is_made_once() -> None:
    letters = Letters("ab")
    index = LazyIndex(letters)
    assert index.row(1) is index.row(1)
    assert letters.made == ["b"]
    assert [row.key for row in index.rows] == ["a", "b"]


def test_each_of_them_is_one_line() -> None:
    index = LazyIndex(Letters("abc"))
    assert index.line_count == len(index) == 3
    assert (index.start(2), index.end(2), index.at_line(1)) == (2, 3, (1, 0))
