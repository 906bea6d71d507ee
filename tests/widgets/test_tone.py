from __future__ import annotations

import pytest

from tests.widgets.screen import Stage, style_of
from widgets.status_line import StatusLine
from widgets.values import Span, Tone


def speaker() -> StatusLine:
    line = StatusLine()
    line.show(tuple(Span(f"{tone} ", tone) for tone in Tone))
    return line


class Themed(Stage):
    """An app whose style sheet has its own idea of a tone."""

    CSS = "Toned > .tone--good { color: rgb(1,2,3); }"


async def test_states_have_colours_of_their_own() -> None:
    app = Stage(speaker())
    states = set(Tone) - {Tone.ACCENT}
    async with app.run_test(size=(80, 2)):
        colours = {style_of(app, f"{tone} ").color for tone in states}
        assert len(colours) == len(states)


async def test_the_theme_changes_the_colours_of_a_running_app() -> None:
    app = Stage(speaker())
    async with app.run_test(size=(80, 2)) as pilot:
        dark = style_of(app, "critical")
        app.theme = "textual-light"
        await pilot.pause()
        assert style_of(app, "critical") != dark


async def test_a_style_sheet_can_change_a_tone_for_all_widgets() -> None:
    app = Themed(speaker())
    async with app.run_test(size=(80, 2)):
        colour = style_of(app, "good").color
        assert colour is not None
        assert colour.triplet == (1, 2, 3)


async def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Stage(speaker())
    async with app.run_test(size=(80, 2)):
        colours = [style_of(app, f"{tone} ").color for tone in Tone]
        triplets = [colour.triplet for colour in colours if colour and colour.triplet]
        assert len(triplets) == len(Tone)
        assert all(len(set(triplet)) == 1 for triplet in triplets)
