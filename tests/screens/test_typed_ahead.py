"""Keys that come together: each goes to what the one before it led to."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App
from textual.widgets import Input

from tests.screens.stage import Stage, on_stage
from tui.screens.matcher_input import MatcherInput
from tui.screens.silence import SilenceScreen


def burst(app: App[None], keys: tuple[str, ...]) -> None:
    """Give the app all of them at once, as a terminal does on a slow line."""
    names = {"/": "slash", "~": "tilde", "=": "equals_sign", '"': "quotation_mark"}
    for key in keys:
        character = key if len(key) == 1 else None
        app.post_message(events.Key(names.get(key, key), character))


async def type_ahead(stage: Stage, *keys: str) -> None:
    burst(stage.app, keys)
    await stage.settle()


async def test_what_is_looked_for_is_typed_with_the_key_that_asks_for_it() -> None:
    async with on_stage((200, 60)) as stage:
        await type_ahead(stage, *"/Proxy")
        assert stage.app.screen.query_one("#search", Input).value == "Proxy"


async def test_a_form_gets_what_is_typed_with_the_key_that_opens_it() -> None:
    async with on_stage((200, 60)) as stage:
        await type_ahead(stage, "ctrl+n", *"alertname=X", "tab", *"b=c")
        assert isinstance(stage.app.screen, SilenceScreen)
        fields = [each.value for each in stage.app.screen.query(MatcherInput)]
        assert fields == ['alertname="X"', "b=c", ""]


@pytest.mark.parametrize("times", [1, 30])
async def test_keys_move_as_often_as_they_are_pressed(times: int) -> None:
    async with on_stage((200, 60)) as stage:
        await type_ahead(stage, "S", *["escape", "S"] * times)
        names = [type(each).__name__ for each in stage.app.screen_stack]
        assert names == ["FleetScreen", "SilencesScreen"]
