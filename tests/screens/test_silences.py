from __future__ import annotations

import getpass
import os
from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from tests.estate import ALERTMANAGER, make_fleet, make_silence
from tests.judged import NOW, ago, btrfs_alert
from tests.screens.stage import SIZES, Stage, on_stage
from tui.model.alertmanager import Alertmanager
from tui.model.command import Bulk, ExpireSilence, Outcome, PutSilence
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet
from tui.model.memory import Looked, SilenceMemory
from tui.model.silence import Matcher, Silence, SilenceState
from tui.screens.silence import SilenceScreen

NODE = Matcher("node", "talos-wk-2")


def make(name: str, state: SilenceState = SilenceState.ACTIVE) -> Silence:
    return Silence(
        *(name, state, (NODE,), ago(days=2), NOW + timedelta(days=2), ago(days=2)),
        *("ann", f"because of {name}"),
    )


def fleet_of(*more: Silence) -> Fleet:
    known = (make_silence(), *more)
    manager = Alertmanager(ALERTMANAGER, ("prod", "monit", "agentic"), known)
    return replace(make_fleet(), silences=known, alertmanagers=(manager,))


def hiding_real() -> Fleet:
    fleet = fleet_of(make("s2"))
    alert = btrfs_alert()
    quiet = replace(alert, alert=replace(alert.alert, silenced_by=("s2",)))
    others = (fleet.clusters[0].alerts or ())[1:]
    prod = replace(fleet.clusters[0], alerts=(quiet, *others))
    return replace(fleet, clusters=(prod, *fleet.clusters[1:]))


OVER = make("old", SilenceState.EXPIRED)


def put(stage: Stage) -> PutSilence:
    """The one command that was submitted."""
    (command,) = stage.backend.submitted
    assert isinstance(command, PutSilence)
    return command


def toast(stage: Stage) -> str:
    (found,) = stage.app._notifications
    return found.message


async def test_all_that_is_active_is_listed_with_what_it_hides() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("S")
        assert "⊘ active" in stage.text
        assert 'alertname="KubeProxyDown" cluster=' in stage.text
        assert "1 alert" in stage.text
        assert "ops" in stage.text
        assert "[1 active 1]" in stage.text


async def test_all_views_and_the_comment_are_there_on_a_small_screen() -> None:
    async with on_stage((80, 24), fleet_of(make("s2"), OVER)) as stage:
        await stage.press("S")
        views = "[1 active 2] 2 pending 0  3 expired 1  4 REAL 0  5 24h 1  6 idle 1"
        assert views in stage.text
        assert "ann: because of s2" in stage.text
        assert stage.text.splitlines()[-1].startswith(" + extend   x end   e edit")


async def test_a_key_chooses_the_view() -> None:
    async with on_stage((120, 36), fleet_of(make("s2"), OVER)) as stage:
        await stage.press("S", "3")
        assert "because of old" in stage.text
        assert "because of s2" not in stage.text
        await stage.press("6")
        assert "because of s2" in stage.text
        await stage.press("left", "left")
        assert "no silence hides anything that is real" in stage.text


async def test_where_no_silence_is_no_key_is_offered_that_needs_one() -> None:
    async with on_stage((120, 36), fleet_of(make("s2"))) as stage:
        await stage.press("S", "2")
        assert "no silence is pending, to begin later" in stage.text
        foot = stage.text.splitlines()[-1]
        assert "n new" in foot
        assert "extend" not in foot
        await stage.press("e", "x", "plus", "c")
        assert "no silence is pending, to begin later" in stage.text
        await stage.press("1")
        assert "+ extend   x end   e edit" in stage.text.splitlines()[-1]


async def test_what_hides_something_real_is_loud_and_first() -> None:
    async with on_stage((120, 36), hiding_real()) as stage:
        await stage.press("S")
        assert "worst first" in stage.text.splitlines()[2]
        assert "✖ 1 REAL" in stage.text
        assert stage.text.index("because of s2") < stage.text.index("False positive")


async def test_enter_unfolds_what_it_hides_and_folds_it_again() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("S", "enter")
        assert (
            "· false      KubeProxyDown prod  Cilium replaces kube-proxy" in stage.text
        )
        assert "id      s1" in stage.text
        await stage.press("enter")
        assert "id      s1" not in stage.text


async def test_since_when_a_silence_hides_nothing_is_remembered() -> None:
    fleet = fleet_of(replace(make("s2"), starts_at=ago(days=30)))
    async with on_stage((120, 36), fleet) as stage:
        looked = {ALERTMANAGER: Looked(ago(days=20), 1)}
        stage.backend.memory.hid = SilenceMemory({"s2": ago(days=8)}, looked)
        await stage.press("S")
        assert "nothing for 8d" in stage.text


@pytest.mark.parametrize("size", SIZES)
async def test_a_past_that_cannot_be_read_is_said(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        stage.backend.memory.unread = "/x: another program holds it"
        await stage.press("S")
        await stage.until("▲ which hide nothing is not known: the history could not")
        stage.backend.memory.unread = ""
        stage.backend.memory.stamp += 1
        stage.app.show_now()
        await stage.settle()
        assert "could not be read" not in stage.text


async def test_ending_tells_what_comes_back_and_needs_a_yes() -> None:
    async with on_stage((80, 24), fleet_of()) as stage:
        await stage.press("S", "x")
        assert "1 alert will notify again at once:" in stage.text
        assert "· false      KubeProxyDown in prod" in stage.text
        await stage.press("enter")
        assert stage.backend.submitted == []
        await stage.press("x", "y")
        assert stage.backend.submitted == [ExpireSilence("prod", "s1", make_silence())]
        assert toast(stage) == "1 silence ended."


async def test_an_end_that_brings_nothing_back_is_told_as_such() -> None:
    async with on_stage((80, 24), fleet_of(make("s2"))) as stage:
        await stage.press("S", "j", "x")
        assert "No alert notifies because of it." in stage.text


async def test_the_marked_ones_are_ended_together_after_one_question() -> None:
    async with on_stage((120, 36), fleet_of(make("s2"), make("s3"))) as stage:
        parts = (Outcome("s1"), Outcome("s2"))
        stage.backend.outcome = Outcome(parts=parts)
        await stage.press("S", "space", "space", "x")
        assert "End 2 silences?" in stage.text
        await stage.press("y")
        (command,) = stage.backend.submitted
        assert isinstance(command, Bulk)
        assert {each.id for each in command.commands} == {"s1", "s2"}  # type: ignore[union-attr]
        assert toast(stage) == "2 silences ended."


async def test_of_many_that_were_to_change_those_that_did_not_are_told() -> None:
    async with on_stage((120, 36), fleet_of(make("s2"))) as stage:
        bad = Outcome(fault=Fault(FaultKind.FORBIDDEN, "403"))
        stage.backend.outcome = Outcome(fault=bad.fault, parts=(Outcome("s1"), bad))
        await stage.press("S", "asterisk", "x", "y")
        assert toast(stage).startswith("1 silence ended. 1: not ended: 403.")


async def test_a_silence_is_extended_by_what_is_chosen_under_its_id() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("S", "plus")
        assert "until 05:13, then 09:13 UTC" in stage.text
        await stage.press("right")
        assert "until 05:13, then 2026-11-22 05:13 UTC" in stage.text
        await stage.press("ctrl+s")
        command = put(stage)
        assert command.draft.id == "s1"
        assert (command.draft.ends_at - NOW).total_seconds() == 27 * 3600
        assert toast(stage) == "1 silence extended."


async def test_a_length_of_ones_own_is_typed_and_a_bad_one_does_nothing() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("S", "plus", *"9x", "ctrl+s")
        assert stage.backend.submitted == []
        assert "9x is neither" in stage.text
        await stage.press("backspace", "h", "ctrl+s")
        assert (put(stage).draft.ends_at - NOW).total_seconds() == 12 * 3600


async def test_extending_what_hides_something_real_needs_a_yes_that_names_it() -> None:
    async with on_stage((120, 36), hiding_real()) as stage:
        await stage.press("S", "plus", "ctrl+s")
        assert "This silences what is REAL" in stage.text
        assert "BTRFSCorruptionDetected in prod" in stage.text
        assert stage.backend.submitted == []
        await stage.press("y")
        assert put(stage).draft.id == "s2"


async def test_an_edit_keeps_the_id_and_all_that_is_not_touched() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("S", "e")
        assert "edit KubeProxyDown" in stage.text
        assert "its id stays s1" in stage.text
        await stage.press("ctrl+s")
        old, new = make_silence(), put(stage).draft
        assert (new.id, new.ends_at, new.comment) == ("s1", old.ends_at, old.comment)
        assert (new.matchers, new.starts_at) == (old.matchers, old.starts_at)


async def test_an_edit_of_what_changed_meanwhile_is_shown_and_goes_on_from_it() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("S", "e")
        stage.app.screen.query_one("#comment", Input).value = "typed here"
        old = make_silence()
        theirs = replace(
            old,
            ends_at=old.ends_at + timedelta(hours=9),
            comment="theirs",
            created_by="bob",
        )
        fault = Fault(FaultKind.CONFLICT, "it was changed meanwhile: is by bob")
        stage.backend.outcome = Outcome(fault=fault, found=theirs)
        await stage.press("ctrl+s")
        assert put(stage).seen == old
        assert "not changed: it was changed meanwhile: is by bob" in stage.text
        stage.backend.submitted.clear()
        await stage.press("ctrl+s")
        again = put(stage)
        assert again.seen == theirs
        draft = again.draft
        assert (draft.comment, draft.created_by) == ("typed here", "bob")
        assert draft.ends_at == theirs.ends_at


async def test_an_edit_of_what_ended_meanwhile_says_that_it_is_made_anew() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("S", "e")
        over = replace(make_silence(), state=SilenceState.EXPIRED, ends_at=NOW)
        fault = Fault(FaultKind.CONFLICT, "it ended meanwhile")
        stage.backend.outcome = Outcome(fault=fault, found=over)
        await stage.press("ctrl+s")
        assert "not changed: it ended meanwhile" in stage.text
        stage.app.screen.query_one("#comment", Input).value = "once more"
        await stage.settle()
        assert "s1 has ended: a new one is made" in stage.text


async def test_an_extension_carries_what_was_seen_and_stays_in_the_calendar() -> None:
    far = replace(make("far"), ends_at=NOW.replace(year=9998))
    async with on_stage((120, 36), fleet_of(far)) as stage:
        await stage.press("S", "asterisk", "plus", "8", "y")
        assert "9998 is the last year" in stage.text
        await stage.press("backspace", "h", "ctrl+s", "y")
        (command,) = stage.backend.submitted
        assert isinstance(command, Bulk)
        seen = {each.seen for each in command.commands if isinstance(each, PutSilence)}
        assert seen == {far, make_silence()}


async def test_an_edit_of_the_matchers_says_that_the_id_changes() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("S", "e", "up", "up", "up", "up", "space")
        assert "other matchers: it gets a new id, and s1 ends" in stage.text


async def test_what_is_over_is_made_again_in_the_form() -> None:
    async with on_stage((120, 36), fleet_of(OVER)) as stage:
        await stage.press("S", "3", "R")
        assert isinstance(stage.app.screen, SilenceScreen)
        # It would hide what is real by now.
        await stage.press("ctrl+s", "y")
        draft = put(stage).draft
        assert (draft.id, draft.matchers) == ("", (NODE,))
        assert draft.ends_at - NOW == timedelta(days=4)


async def test_several_that_are_over_are_made_again_after_one_question() -> None:
    other = make("older", SilenceState.EXPIRED)
    async with on_stage((120, 36), fleet_of(OVER, other)) as stage:
        await stage.press("S", "3", "asterisk", "R", "ctrl+s")
        # What is over hides nothing by now; made again it would.
        assert stage.backend.submitted == []
        assert "These silence what is REAL" in stage.text
        assert "BTRFSCorruptionDetected in prod" in stage.text
        await stage.press("y")
        (command,) = stage.backend.submitted
        assert isinstance(command, Bulk)
        assert len(command.commands) == 2


async def test_what_is_over_can_neither_be_ended_nor_extended() -> None:
    async with on_stage((120, 36), fleet_of(OVER)) as stage:
        await stage.press("S", "3", "x", "plus", "e")
        assert stage.backend.submitted == []
        assert not isinstance(stage.app.screen, SilenceScreen)


async def test_the_list_says_when_it_is_not_known() -> None:
    manager = Alertmanager(ALERTMANAGER, ("prod",), None)
    fleet = replace(make_fleet(), silences=(), alertmanagers=(manager,))
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("S")
        assert "not known yet: not every Alertmanager has answered" in stage.text


async def test_a_command_that_fails_is_told_why() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        stage.backend.outcome = Outcome(fault=Fault(FaultKind.FORBIDDEN, "403"))
        await stage.press("S", "x", "y")
        assert toast(stage).startswith("1: not ended: 403.")


async def test_a_comment_of_several_lines_is_shown_harmless_and_kept_as_it_was() -> (
    None
):
    odd = replace(make("s2"), comment="one\ntwo \x1b[31mred [bold]")
    fleet = replace(fleet_of(odd), silences=(odd,))
    manager = replace(fleet.alertmanagers[0], silences=(odd,))
    async with on_stage((120, 36), replace(fleet, alertmanagers=(manager,))) as stage:
        await stage.press("S", "e")
        assert "\x1b" not in stage.text
        assert "one two" in stage.text
        await stage.press("left", "ctrl+s", "y")
        assert put(stage).draft.comment == odd.comment


async def test_an_endless_comment_that_is_not_touched_is_kept_whole() -> None:
    long = replace(make_silence(), comment="word " * 200_000)
    fleet = fleet_of()
    manager = replace(fleet.alertmanagers[0], silences=(long,))
    fleet = replace(fleet, silences=(long,), alertmanagers=(manager,))
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("S", "e", "ctrl+s")
        assert put(stage).draft.comment == long.comment


async def test_a_matcher_that_no_field_takes_is_never_sent_cut() -> None:
    endless = Matcher("node", "talos-wk-2|" * 100_000, is_regex=True)
    long = replace(make_silence(), matchers=(endless,))
    fleet = fleet_of()
    manager = replace(fleet.alertmanagers[0], silences=(long,))
    fleet = replace(fleet, silences=(long,), alertmanagers=(manager,))
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("S", "e", "ctrl+s")
        assert stage.backend.submitted == []
        assert "than 16,384 characters" in stage.text


async def test_a_long_comment_can_be_read_whole() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    long = replace(make_silence(), comment=words)
    manager = Alertmanager(ALERTMANAGER, ("prod",), (long,))
    fleet = replace(make_fleet(), silences=(long,), alertmanagers=(manager,))
    async with on_stage((80, 24), fleet) as stage:
        await stage.press("S")
        assert "word59" not in stage.text
        await stage.press("enter")
        await stage.until("word59")
        assert "comment word0 word1" in stage.text


async def test_who_has_no_name_on_this_machine_silences_by_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 54321")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.delenv("USER", raising=False)
    monkeypatch.delenv("LOGNAME", raising=False)
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("ctrl+n")
        assert isinstance(stage.app.screen, SilenceScreen)
        assert stage.app.screen.start.author == str(os.getuid())
