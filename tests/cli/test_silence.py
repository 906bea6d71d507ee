from __future__ import annotations

import io
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from tests.estate import make_silence
from tui.cli import silence_common, silence_list
from tui.clock import SystemClock
from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.plan import Served
from tui.model.alertmanager import Peer, Told
from tui.model.fleet import SourceKind


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
