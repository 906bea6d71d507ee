from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.geometry import Region
from textual.pilot import Pilot

from tests.widgets.screen import Stage, screen_lines, screen_text, style_of
from widgets.row_table import RowTable
from widgets.values import (
    ASCII,
    UNICODE,
    Align,
    Cell,
    Column,
    Cut,
    Glyphs,
    Row,
    Span,
    Tone,
)

COLUMNS = (Column("name", 12, weight=1), Column("age", 4, align=Align.RIGHT))


def row(key: str, age: str = "3s", details: int = 0) -> Row:
    lines = ((Span(f"why {key}"),),) * details
    return Row(key, (Cell(key), Cell(age)), details=lines)


def rows(keys: Iterable[object], details: int = 0) -> tuple[Row, ...]:
    return tuple(row(str(key), details=details) for key in keys)


class TableStage(Stage):
    """Keeps what the table says."""

    def __init__(self, table: RowTable) -> None:
        super().__init__(table)
        self.table = table
        self.highlighted: list[str | None] = []
        self.selected: list[str] = []

    @on(RowTable.RowHighlighted)
    def keep_highlighted(self, message: RowTable.RowHighlighted) -> None:
        self.highlighted.append(message.key)

    @on(RowTable.RowSelected)
    def keep_selected(self, message: RowTable.RowSelected) -> None:
        self.selected.append(message.key)


def stage(
    keys: Iterable[object], details: int = 0, glyphs: Glyphs = UNICODE
) -> TableStage:
    table = RowTable(COLUMNS, glyphs=glyphs)
    table.rows = rows(keys, details)
    return TableStage(table)


async def replace(pilot: Pilot[None], table: RowTable, new: tuple[Row, ...]) -> None:
    table.rows = new
    await pilot.pause()


async def test_names_stand_left_and_numbers_right() -> None:
    app = stage(["cp-1"])
    async with app.run_test(size=(24, 4)):
        assert screen_lines(app)[:2] == [
            " name               age",
            "▌cp-1                3s",
        ]


async def test_details_are_drawn_below_their_row_in_the_column_asked_for() -> None:
    table = RowTable((Column("state", 6), Column("name", 8)), detail_column=1)
    table.rows = (
        Row("a", (Cell("REAL"), Cell("Btrfs")), details=((Span("w-2 sdb"),),)),
    )
    app = TableStage(table)
    async with app.run_test(size=(24, 4)):
        assert screen_lines(app)[1:3] == ["▌REAL   Btrfs", "▌       w-2 sdb"]


async def test_a_long_cell_is_cut_where_its_column_says() -> None:
    table = RowTable((Column("end", 8), Column("middle", 8, cut=Cut.MIDDLE)))
    table.rows = (Row("a", (Cell("abcdefghijkl"), Cell("abcdefghijkl"))),)
    app = TableStage(table)
    async with app.run_test(size=(24, 4)):
        assert screen_lines(app)[1] == "▌abcdefg… abcd…jkl"


async def test_a_long_cell_runs_on_over_empty_ones_and_no_further() -> None:
    widths = 8, 3, 4
    table = RowTable(tuple(Column("", width) for width in widths))
    table.rows = (
        Row("both", (Cell("abcdefghijklmnop"), Cell(), Cell())),
        Row("one", (Cell("abcdefghijklmnop"), Cell(), Cell("2m"))),
        Row("none", (Cell("abcdefghijklmnop"), Cell("x"), Cell())),
        Row("fits", (Cell("abcdefgh"), Cell(), Cell("2m"))),
        Row("few", (Cell("abcdefghij"),)),
    )
    app = TableStage(table)
    async with app.run_test(size=(24, 8)):
        assert screen_lines(app)[1:6] == [
            "▌abcdefghijklmnop",
            " abcdefghijk… 2m",
            " abcdefg… x",
            " abcdefgh     2m",
            " abcdefghij",
        ]


async def test_keys_move_the_cursor_and_open_its_row() -> None:
    app = stage(range(30))
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.press("j", "down", "k", "enter")
        assert app.selected == ["1"]
        await pilot.press("G")
        assert app.table.cursor_key == "29"
        await pilot.press("pageup")
        assert app.table.cursor_key == "20"
        await pilot.press("g", "pagedown")
        assert app.table.cursor_key == "9"
        assert app.highlighted == ["0", "1", "2", "1", "29", "20", "0", "9"]


async def test_the_cursor_stops_at_both_ends() -> None:
    app = stage(range(3))
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.press("k", "k")
        assert app.table.cursor_key == "0"
        await pilot.press("j", "j", "j", "j")
        assert app.table.cursor_key == "2"


async def test_new_rows_keep_the_cursor_on_its_key() -> None:
    app = stage("abc")
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.press("j")
        await replace(pilot, app.table, rows("xyabc"))
        assert app.table.cursor_key == "b"
        assert screen_lines(app)[4].startswith("▌b")


async def test_until_it_is_moved_the_cursor_stays_on_the_first_row() -> None:
    app = stage("abc")
    async with app.run_test(size=(30, 11)) as pilot:
        await replace(pilot, app.table, rows("xabc"))
        assert app.table.cursor_key == "x"
        assert app.highlighted == ["a", "x"]


async def test_rows_that_come_above_do_not_move_what_is_read() -> None:
    app = stage(range(100), details=1)
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.press(*"j" * 20)
        before = screen_text(app)
        await replace(pilot, app.table, rows(range(-7, 100), details=1))
        after = screen_text(app)
        assert before.replace("┃", "│") == after.replace("┃", "│")


async def test_a_row_that_is_gone_leaves_the_cursor_with_its_neighbour() -> None:
    app = stage("abc")
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.press("j")
        await replace(pilot, app.table, rows("ac"))
        assert app.table.cursor_key == "c"
        await replace(pilot, app.table, ())
        assert app.table.cursor_key is None
        assert app.highlighted[-1] is None


async def test_an_empty_table_says_what_that_means() -> None:
    app = stage("")
    app.table.empty = (Span("no alerts", Tone.QUIET),)
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.press("j", "k", "G", "g", "pageup", "pagedown", "enter")
        assert screen_lines(app)[1] == " no alerts"
        assert app.selected == []


async def test_a_click_moves_the_cursor_and_a_double_click_opens() -> None:
    app = stage(range(30), details=1)
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.click(RowTable, offset=(5, 4))
        assert app.table.cursor_key == "1"
        await pilot.click(RowTable, offset=(5, 5), times=2)
        assert app.selected == ["2"]


async def test_a_click_on_the_header_or_below_the_rows_does_nothing() -> None:
    app = stage(range(3))
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.click(RowTable, offset=(5, 0))
        await pilot.click(RowTable, offset=(5, 9))
        assert app.highlighted == ["0"]


async def test_a_click_on_the_scroll_bar_shows_that_part() -> None:
    app = stage(range(100))
    async with app.run_test(size=(30, 11)) as pilot:
        await pilot.click(RowTable, offset=(29, 10))
        assert screen_lines(app)[10].startswith(" 99")


async def test_move_to_shows_the_row_with_a_key() -> None:
    app = stage(range(100))
    async with app.run_test(size=(30, 11)) as pilot:
        assert app.table.move_to("77")
        await pilot.pause()
        assert "▌77" in screen_text(app)
        assert not app.table.move_to("nobody")


async def test_a_smaller_window_still_shows_the_cursor() -> None:
    app = stage(range(100))
    async with app.run_test(size=(30, 20)) as pilot:
        await pilot.press(*"j" * 15)
        await pilot.resize_terminal(30, 6)
        await pilot.pause()
        assert "▌15" in screen_text(app)


async def test_what_comes_from_outside_is_never_markup() -> None:
    table = RowTable((Column("[bold]name", 40),))
    nasty = "[/nope] \x1b[31mred 漢字 e\u0301 \u202eabc"
    table.rows = (Row("a", (Cell(nasty),), details=((Span(nasty),),)),)
    app = TableStage(table)
    async with app.run_test(size=(44, 5)):
        shown = "[/nope] �red 漢字 e\u0301 �abc"
        assert screen_lines(app)[:3] == [" [bold]name", f"▌{shown}", f"▌{shown}"]


async def test_ascii_glyphs_make_an_ascii_screen() -> None:
    app = stage(["a" * 40, *range(30)], glyphs=ASCII)
    async with app.run_test(size=(30, 11)):
        assert screen_text(app).isascii()


async def test_a_cell_without_a_tone_takes_that_of_its_row() -> None:
    table = RowTable((Column("a", 6), Column("b", 6)))
    cells = (Cell("row"), Cell("own", Tone.GOOD))
    table.rows = (Row("first", ()), Row("x", cells, tone=Tone.CRITICAL))
    app = TableStage(table)
    async with app.run_test(size=(30, 5)):
        assert style_of(app, "row") == table.tone_style(Tone.CRITICAL)
        assert style_of(app, "own") == table.tone_style(Tone.GOOD)


async def test_a_dim_row_is_drawn_faintly() -> None:
    table = RowTable(COLUMNS)
    table.rows = (row("first"), Row("x", (Cell("stale"),), dim=True))
    app = TableStage(table)
    async with app.run_test(size=(30, 5)):
        plain, faint = style_of(app, "first"), style_of(app, "stale")
        assert faint.dim or faint.color != plain.color


async def test_a_repaint_of_the_same_rows_draws_nothing_afresh() -> None:
    app = stage(range(1000))
    async with app.run_test(size=(80, 40)) as pilot:
        built = app.table.strips_built
        await replace(pilot, app.table, rows(range(1000)))
        assert app.table.strips_built == built


async def test_a_move_of_the_cursor_draws_two_rows_afresh() -> None:
    app = stage(range(1000))
    async with app.run_test(size=(80, 40)) as pilot:
        built = app.table.strips_built
        await pilot.press("j")
        await pilot.pause()
        assert app.table.strips_built == built + 2


async def test_a_new_order_of_20000_rows_draws_one_screen_of_them() -> None:
    app = stage(range(20_000))
    async with app.run_test(size=(80, 40)) as pilot:
        built = app.table.strips_built
        await replace(pilot, app.table, rows(reversed(range(20_000))))
        assert app.table.strips_built - built <= 40


async def test_other_columns_draw_the_table_afresh() -> None:
    app = stage(["cp-1"])
    async with app.run_test(size=(30, 5)) as pilot:
        app.table.columns = (Column("node", 20),)
        await pilot.pause()
        assert screen_lines(app)[:2] == [" node", "▌cp-1"]


async def test_the_same_rows_send_nothing_to_the_terminal() -> None:
    app = stage(range(100))
    async with app.run_test(size=(30, 11)) as pilot:
        app.table._exchange_repaint_regions()
        await replace(pilot, app.table, rows(range(100)))
        app.table.rows = rows(range(100))
        assert not app.table._repaint_regions


async def test_a_move_of_the_cursor_sends_two_lines() -> None:
    app = stage(range(100))
    async with app.run_test(size=(30, 11)):
        app.table.action_move(1)
        assert app.table._repaint_regions == {Region(0, 1, 30, 2)}


async def test_a_shrinking_table_never_cuts_the_row_at_its_top() -> None:
    app = stage("abcdef", details=2)
    async with app.run_test(size=(30, 14)) as pilot:
        await pilot.press("j", "j")
        await pilot.resize_terminal(30, 9)
        await pilot.pause()
        lines = screen_lines(app)
        assert lines[1].split()[0] in "abc"
        assert any(line.lstrip("▌ ").startswith("c ") for line in lines)


async def test_a_row_taller_than_the_table_shows_its_first_line() -> None:
    app = stage("abc", details=5)
    async with app.run_test(size=(30, 14)) as pilot:
        await pilot.press("j")
        await pilot.resize_terminal(30, 4)
        await pilot.pause()
        assert screen_lines(app)[1].lstrip("▌ ").startswith("b ")
