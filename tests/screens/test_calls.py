"""How the app has its terminal call."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.hidden import hidden_fleet
from tests.screens.stage import on_stage
from tui.model.attention import ALERT, Real, Wishes

CALL = Real((ALERT, "X"), ALERT, "prod", "X", "because")


class Sent:
    """What the terminal is sent beside the picture."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sequences: list[str] = []
        self.bells = 0
        monkeypatch.delenv("TMUX", raising=False)
        monkeypatch.delenv("STY", raising=False)
        monkeypatch.delenv("VTE_VERSION", raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setattr(
            "tui.app.write", lambda _, text: self.sequences.append(text)
        )
        monkeypatch.setattr("tui.app.TaloscopeApp.bell", self._ring)

    def _write(self, _: object, sequence: str) -> None:
        self.sequences.append(sequence)

    def _ring(self, *_: object) -> None:
        self.bells += 1


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    return Sent(monkeypatch)


async def test_a_call_rings_and_notifies(sent: Sent) -> None:
    async with on_stage() as stage:
        stage.backend.calls.call(CALL)
        await stage.settle()
    assert sent.bells == 1
    assert "\x1b]9;taloscope: prod: X: because\x07" in sent.sequences


async def test_a_call_comes_while_the_screen_is_held_too(sent: Sent) -> None:
    async with on_stage() as stage:
        await stage.press("p")
        stage.backend.calls.call(CALL)
        await stage.settle()
    assert sent.bells == 1


async def test_who_wants_neither_gets_neither(sent: Sent) -> None:
    async with on_stage() as stage:
        wishes = Wishes(bell=False, desktop=False)
        stage.app.config = replace(stage.app.config, attention=wishes)
        stage.backend.calls.call(CALL)
        await stage.settle()
    assert sent.bells == 0
    assert not [each for each in sent.sequences if "]9;" in each]


async def test_the_window_says_what_is_real_and_hidden(sent: Sent) -> None:
    async with on_stage() as stage:
        titles = len(sent.sequences)
        assert sent.sequences[-1].startswith("\x1b]2;taloscope: real in ")
        await stage.publish(stage.backend.fleet)
        assert len(sent.sequences) == titles, "nothing is new"
        await stage.publish(hidden_fleet())
    assert sent.sequences[-1].startswith("\x1b]2;taloscope: 1 real alert hidden; ")


async def test_a_command_that_fails_is_told_of_once(sent: Sent) -> None:
    async with on_stage(size=(120, 36)) as stage:
        stage.backend.calls.trouble = "on_real: no-such cannot be run"
        await stage.publish(hidden_fleet())
        await stage.publish(stage.backend.fleet)
        (toast,) = stage.app._notifications
        assert toast.message == "on_real: no-such cannot be run"
