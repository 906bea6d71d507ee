"""A table of very many rows makes those that are looked at, and no others."""

from __future__ import annotations

from tests.widgets.screen import Stage, screen_lines, screen_text
from widgets.row_table import RowTable
from widgets.values import Cell, Column, Row

COUNT = 20_000


class Numbers:
    """Rows that begin at a number; it remembers which were made."""

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.made: set[int] = set()

    def __len__(self) -> int:
        return COUNT

    def key(self, place: int) -> str:
        return str(self.first + place)

    def row(self, place: int) -> Row:
        self.made.add(place)
        return Row(self.key(place), (Cell(f"row {self.key(place)}"),))

    def place(self, key: str) -> int | None:
        place = int(key) - self.first
        return place if 0 <= place < COUNT else None


async def test_only_what_is_in_view_is_made() -> None:
    table, numbers = RowTable((Column("name", 12),)), Numbers()
    app = Stage(table)
    async with app.run_test(size=(20, 10)) as pilot:
        table.show_lazily(numbers)
        await pilot.pause()
        assert "row 0 " in screen_lines(app)[1]
        assert table.in_view == range(9)
        await pilot.press("G")
        assert "row 19999" in screen_text(app)
        assert table.in_view == range(COUNT - 9, COUNT)
        assert numbers.made == {*range(9), *range(COUNT - 9, COUNT)}


async def test_the_cursor_stays_on_its_row_when_others_come_before() -> None:
    table = RowTable((Column("name", 12),))
    app = Stage(table)
    async with app.run_test(size=(20, 10)) as pilot:
        table.show_lazily(Numbers(100))
        await pilot.pause()
        await pilot.press("j", "j")
        later = Numbers(0)
        table.show_lazily(later)
        await pilot.pause()
        assert table.cursor_key == "102"
        assert "row 102" in screen_text(app)
        assert len(later.made) < 30
        assert table.move_to("5")
        assert table.cursor_key == "5"


async def test_a_table_goes_from_few_rows_to_many_and_back() -> None:
    table = RowTable((Column("name", 12),))
    table.rows = (Row("7", (Cell("seven"),)), Row("9", (Cell("nine"),)))
    app = Stage(table)
    async with app.run_test(size=(20, 10)) as pilot:
        table.focus()
        await pilot.press("j")
        table.show_lazily(Numbers())
        await pilot.pause()
        assert table.cursor_key == "9"
        table.rows = (Row("9", (Cell("nine"),)),)
        await pilot.pause()
        assert screen_lines(app)[1].endswith("nine")
