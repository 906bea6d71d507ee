from __future__ import annotations

import io
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from tests.estate import make_silence
from tui.cli import silence_add, silence_common, silence_list
from tui.clock import SystemClock
from tui.config import ClusterConfig, Config, Endpoint, Silences, SilenceTemplate
from tui.engine.plan import Served
from tui.model.alertmanager import Peer, Told
from tui.model.fleet import SourceKind
from tui.silencing.grammar import WordingError


class Terminal(io.StringIO):
    """Something that is typed into."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "agreed"), [("y\n", True), ("YES\n", True), ("\n", False), ("", False)]
)
def test_only_a_yes_is_a_yes(
    monkeypatch: pytest.MonkeyPatch, typed: str, *, agreed: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert silence_common.confirmed("Hide it?") is agreed


def test_without_a_terminal_nobody_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert not silence_common.confirmed("Hide it?")


def test_an_id_that_would_steer_the_terminal_is_printed_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = Endpoint(("http://am",))
    served = Served(SourceKind.ALERTMANAGER, endpoint, ())
    odd = replace(make_silence(), id="a\x1b[31m\nb")
    heard = silence_list.Heard(served, (Told(Peer("http://am"), (odd,)),))

    async def told(*_: object) -> list[silence_list.Heard]:
        return [heard]

    monkeypatch.setattr(silence_list, "_all_heard", told)
    asked = Namespace(
        matchers=[],
        expiring="",
        state=[],
        output="text",
        quiet=True,
        cluster="",
        alertmanager="",
    )
    cluster = ClusterConfig("prod", {}, alertmanager=endpoint)
    silence_list.run(asked, Config(Path("c.toml"), (cluster,)), SystemClock())
    assert capsys.readouterr().out == "a [31m b\n"


def test_a_template_whose_end_is_past_is_named(tmp_path: Path) -> None:
    cluster = ClusterConfig("prod", {}, alertmanager=Endpoint(("http://am",)))
    old = SilenceTemplate("move", (), "2020-01-01 08:00", "the move")
    config = Config(Path("c.toml"), (cluster,), silences=Silences(templates=(old,)))
    asked = Namespace(
        template="move",
        duration="",
        until="",
        author="",
        comment="",
        matchers=["a=b"],
        cluster="",
        alertmanager="",
        extend=False,
    )
    environ = {"XDG_STATE_HOME": str(tmp_path), "USER": "ada"}
    with pytest.raises(WordingError, match="the template move: that is already over"):
        silence_add.run(asked, config, environ, SystemClock())
