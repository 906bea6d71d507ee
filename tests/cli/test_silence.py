from __future__ import annotations

import io
import json
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.estate import make_silence
from tests.judged import btrfs_alert
from tui.cli import silence_add, silence_common, silence_expire, silence_list
from tui.clock import SystemClock
from tui.config import ClusterConfig, Config, Endpoint, Silences, SilenceTemplate
from tui.engine.plan import Served
from tui.model.alertmanager import Peer, Told
from tui.model.command import Bulk, ExpireSilence, Outcome
from tui.model.fault import Fault, FaultKind
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


def listed(
    heard: silence_list.Heard,
    monkeypatch: pytest.MonkeyPatch,
    *,
    quiet: bool = False,
    output: str = "text",
) -> None:
    """Print what an Alertmanager told."""

    async def told(*_: object) -> list[silence_list.Heard]:
        return [heard]

    monkeypatch.setattr(silence_list, "_all_heard", told)
    asked = Namespace(
        matchers=[],
        expiring="",
        state=[],
        output=output,
        quiet=quiet,
        cluster="",
        alertmanager="",
    )
    cluster = ClusterConfig("prod", {}, alertmanager=heard.served.endpoint)
    silence_list.run(asked, Config(Path("c.toml"), (cluster,)), SystemClock())


def test_alerts_about_which_peers_disagree_are_listed_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served = Served(SourceKind.ALERTMANAGER, Endpoint(("http://am",)), ())
    apart = {"http://b": (btrfs_alert().alert,)}
    told = (Told(Peer("http://am"), (make_silence(),)),)
    heard = silence_list.Heard(served, told, apart=apart)
    listed(heard, monkeypatch)
    name = btrfs_alert().alert.name
    assert f"DISAGREE   http://b does not tell so: {name}" in capsys.readouterr().out
    listed(heard, monkeypatch, output="json")
    (manager,) = json.loads(capsys.readouterr().out)["alertmanagers"]
    lacking = {"http://b": [btrfs_alert().alert.fingerprint]}
    assert manager["alerts_lacking"] == lacking


def test_an_id_that_would_steer_the_terminal_is_printed_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = Endpoint(("http://am",))
    served = Served(SourceKind.ALERTMANAGER, endpoint, ())
    odd = replace(make_silence(), id="a\x1b[31m\nb")
    heard = silence_list.Heard(served, (Told(Peer("http://am"), (odd,)),))
    listed(heard, monkeypatch, quiet=True)
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


@pytest.mark.parametrize(("is_agreed", "ended"), [(True, 2), (False, 1)])
def test_ending_what_was_changed_meanwhile_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    is_agreed: bool,
    ended: int,
) -> None:
    now = replace(make_silence(), comment="other")
    fault = Fault(FaultKind.CONFLICT, "it was changed meanwhile: \x1b[31mred")
    outcome = Outcome(
        fault=fault, parts=(Outcome("s0"), Outcome(fault=fault, found=now))
    )
    commands = [ExpireSilence("prod", each) for each in ("s0", "s1")]
    sent: list[object] = []

    def submitted(_: object, command: object) -> Outcome:
        sent.append(command)
        return Outcome(parts=(Outcome("s1"),))

    monkeypatch.setattr(silence_expire, "submitted", submitted)
    monkeypatch.setattr(silence_expire, "confirmed", lambda _: is_agreed)
    asked = Namespace(yes=False)
    found = silence_expire._anew(asked, None, commands, outcome)  # type: ignore[arg-type]
    assert sum(part.fault is None for part in found.parts) == ended
    assert sent == ([Bulk((ExpireSilence("prod", "s1", now),))] if is_agreed else [])
    assert (found.fault is None) is is_agreed
    said = capsys.readouterr().err
    assert "s1: it was changed meanwhile" in said
    assert "\x1b" not in said
