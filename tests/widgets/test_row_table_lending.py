"""Columns that lend what a row leaves free of them to the column beside."""

from __future__ import annotations

from tests.widgets.screen import Stage, screen_lines
from widgets.row_table import RowTable
from widgets.values import Cell, Column, Cut, Row, Span

LENDING = (
    Column("job", 10, cut=Cut.MIDDLE, lends=True),
    Column("state", 12, cut=Cut.MIDDLE),
)


def table(*rows: tuple[str, str, str], columns: tuple[Column, ...] = LENDING) -> Stage:
    made = RowTable(columns, show_header=False)
    made.rows = tuple(
        Row(job, (Cell(job), Cell(state, spans=(Span(more),) if more else ())))
        for job, state, more in rows
    )
    return Stage(made)


async def test_a_long_text_has_the_room_of_a_short_one_beside_it() -> None:
    app = table(
        ("node", "down", "  10.64.67.20"),
        ("kube-scheduler", "absent", ""),
        ("node-exporter", "down", "  10.64.67.201"),
        ("short", "up", ""),
    )
    async with app.run_test(size=(25, 5)):
        assert [line[1:].rstrip() for line in screen_lines(app)[:4]] == [
            "node  down  10.64.67.20",
            "kube-scheduler absent",
            "node-…rter down  10…201",
            "short      up",
        ]


async def test_columns_that_do_not_lend_stay_where_they_are() -> None:
    columns = (Column("job", 10), Column("state", 12))
    app = table(("node", "down", "  10.64.67.20"), columns=columns)
    async with app.run_test(size=(25, 2)):
        assert screen_lines(app)[0][1:].rstrip() == "node       down  10.64…"
