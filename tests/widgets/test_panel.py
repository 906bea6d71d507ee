from __future__ import annotations

from textual.geometry import Region

from tests.widgets.screen import Stage, screen_lines, style_of
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.status_line import StatusLine
from widgets.values import ASCII, Cell, Column, Row, Span, Tone

TITLE = (Span("alerts"),)
RIGHT = (Span("3s", Tone.QUIET),)


def panel(classes: str | None = None) -> Panel:
    table = RowTable((Column("a", 5),), show_header=False)
    table.rows = (Row("x", (Cell("row"),)),)
    made = Panel(classes=classes)
    made.show_title(TITLE, RIGHT)
    made.compose_add_child(table)
    return made


async def test_a_panel_has_its_title_and_its_age_in_the_upper_edge() -> None:
    app = Stage(panel())
    async with app.run_test(size=(24, 4)):
        assert [line[:24] for line in screen_lines(app)] == [
            "┏ alerts ━━━━━━━━━━ 3s ┓",
            "┃▌row                  ┃",
            "┃                      ┃",
            "┗━━━━━━━━━━━━━━━━━━━━━━┛",
        ]


async def test_the_frame_is_light_without_the_keyboard() -> None:
    app = Stage(panel())
    async with app.run_test(size=(24, 4)) as pilot:
        app.screen.set_focus(None)
        await pilot.pause()
        assert screen_lines(app)[0] == "┌ alerts ────────── 3s ┐"


async def test_the_frame_around_the_keyboard_has_the_colour_of_the_focus() -> None:
    one, other = panel(), panel()
    app = Stage(one, other)
    async with app.run_test(size=(24, 8)) as pilot:
        for _ in range(3):
            await pilot.press("tab")
            heavy = style_of(app, "┏")
            assert heavy == one.get_component_rich_style("panel--focused")
            assert style_of(app, "┃") == style_of(app, "━━━") == heavy
            assert style_of(app, "│") == one.get_component_rich_style("panel--frame")


async def test_a_flat_panel_has_only_its_upper_edge() -> None:
    app = Stage(panel("-flat"))
    async with app.run_test(size=(24, 4)):
        assert screen_lines(app)[:2] == ["━ alerts ━━━━━━━━━━ 3s ━", "▌row"]


async def test_a_folded_panel_is_one_line() -> None:
    upper = panel()
    upper.is_folded = True
    app = Stage(upper, panel("-flat"))
    async with app.run_test(size=(24, 8)) as pilot:
        assert upper.is_folded
        assert screen_lines(app)[2] == "▌row"
        upper.is_folded = False
        await pilot.pause()
        assert screen_lines(app)[1].startswith("│ row")


async def test_the_frame_can_be_in_a_tone() -> None:
    made = panel()
    made.show_title(TITLE, RIGHT, Tone.CRITICAL)
    app = Stage(made)
    async with app.run_test(size=(24, 4)):
        assert style_of(app, "━━━") == made.tone_style(Tone.CRITICAL)


async def test_another_age_sends_one_line_to_the_terminal() -> None:
    made = panel()
    app = Stage(made)
    async with app.run_test(size=(24, 4)) as pilot:
        made.show_title(TITLE, (Span("4s", Tone.QUIET),))
        assert made._repaint_regions == {Region(0, 0, 24, 1)}
        await pilot.pause()
        assert screen_lines(app)[0] == "┏ alerts ━━━━━━━━━━ 4s ┓"


async def test_a_gap_behind_the_last_word_of_a_title_is_not_drawn() -> None:
    made = panel()
    made.show_title((Span("alerts  "), Span("1 real  "), Span("  ")), RIGHT)
    app = Stage(made)
    async with app.run_test(size=(30, 4)):
        assert screen_lines(app)[0] == "┏ alerts  1 real ━━━━━━━━ 3s ┓"


async def test_a_long_title_is_cut_before_the_age() -> None:
    made = panel()
    made.show_title((Span("alerts of all the clusters"),), RIGHT)
    app = Stage(made)
    async with app.run_test(size=(24, 4)):
        assert screen_lines(app)[0] == "┏ alerts of all t…  3s ┓"


async def test_a_narrow_panel_keeps_its_title_before_its_age() -> None:
    app = Stage(panel())
    async with app.run_test(size=(13, 4)) as pilot:
        assert screen_lines(app)[0] == "┏ alerts ━━━┓"
        await pilot.resize_terminal(8, 4)
        await pilot.pause()
        assert len(screen_lines(app)[0]) == 8


async def test_an_ascii_panel_is_ascii() -> None:
    made = Panel(glyphs=ASCII)
    made.show_title(TITLE)
    app = Stage(made)
    async with app.run_test(size=(24, 4)):
        assert "".join(screen_lines(app)).isascii()


async def test_a_status_line_has_two_ends() -> None:
    line = StatusLine()
    line.show((Span("✖ 2 REAL", Tone.CRITICAL),), (Span("02:13:47 UTC"),))
    app = Stage(line)
    async with app.run_test(size=(30, 2)):
        assert screen_lines(app)[0] == "✖ 2 REAL          02:13:47 UTC"


async def test_a_narrow_status_line_cuts_its_left_end() -> None:
    line = StatusLine()
    line.show((Span("taloscope "), Span("✖ 2 REAL")), (Span("02:13:47"),))
    app = Stage(line)
    async with app.run_test(size=(20, 2)):
        assert screen_lines(app)[0] == "taloscope … 02:13:47"


async def test_a_count_is_never_cut_off_from_its_word() -> None:
    made = panel()
    made.show_title((*TITLE, Span("  ✖ 12 btrfs"), Span("  ✖ 17 scsi")))
    app = Stage(made)
    async with app.run_test(size=(40, 4)) as pilot:
        seen = set()
        for width in range(14, 36):
            await pilot.resize_terminal(width, 4)
            await pilot.pause()
            seen.add(screen_lines(app)[0].strip("┏━┓ "))
    assert "alerts  …" in seen
    stumps = ("✖", "✖…", "✖ …", "✖ 1…", "✖ 12…", "✖ 12 …", "✖ 17…", "✖ 17 …")
    assert not [title for title in seen if title.endswith(stumps)]


async def test_what_is_cut_off_between_two_words_is_seen_to_be() -> None:
    made = panel()
    made.show_title((Span("alerts of "), Span("all"), Span(" the"), Span(" clusters")))
    app = Stage(made)
    async with app.run_test(size=(30, 4)) as pilot:
        for width in range(14, 27):
            await pilot.resize_terminal(width, 4)
            await pilot.pause()
            assert "…" in screen_lines(app)[0], width
