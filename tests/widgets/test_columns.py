from __future__ import annotations

from widgets.columns import column_widths
from widgets.values import Column


def test_a_column_without_weight_keeps_its_width() -> None:
    assert column_widths((Column("a", 5), Column("b", 3)), 40) == (5, 3)


def test_the_room_left_over_is_shared_by_weight() -> None:
    columns = (Column("a", 5, weight=1), Column("b", 5, weight=3))
    assert column_widths(columns, 31) == (10, 20)


def test_all_of_the_room_is_given_away() -> None:
    columns = tuple(Column(name, 3, weight=1) for name in "abc")
    assert sum(column_widths(columns, 25)) == 23


def test_what_a_column_may_not_take_goes_to_the_others() -> None:
    columns = (Column("a", 5, weight=1, max_width=7), Column("b", 5, weight=1))
    assert column_widths(columns, 31) == (7, 23)


def test_a_narrow_table_drops_the_least_important_column_first() -> None:
    columns = (Column("a", 10), Column("b", 10, drop=1), Column("c", 10, drop=2))
    assert column_widths(columns, 25) == (10, 10, 0)
    assert column_widths(columns, 15) == (10, 0, 0)


def test_columns_that_always_stay_are_cut_on_the_right() -> None:
    assert column_widths((Column("a", 10), Column("b", 10)), 15) == (10, 4)


def test_no_room_is_no_columns() -> None:
    assert column_widths((Column("a", 10, weight=1),), 0) == (0,)
