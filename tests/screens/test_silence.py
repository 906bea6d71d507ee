from __future__ import annotations

from textual.widgets import Checkbox, Input

from tests.judged import NOW
from tests.screens.stage import Stage, on_stage
from tui.model.command import ExpireSilence, Outcome, PutSilence
from tui.model.fault import Fault, FaultKind
from tui.model.silence import Matcher
from tui.screens.silence import SilenceScreen

FALSE_POSITIVE = ("3", "s")
REAL = ("s",)


def draft(stage: Stage) -> PutSilence:
    """The one command that was submitted."""
    (command,) = stage.backend.submitted
    assert isinstance(command, PutSilence)
    return command


async def test_a_false_positive_is_silenced_with_three_keys() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("3", "s", "ctrl+s")
        command = draft(stage)
        assert command.cluster == "agentic"
        assert Matcher("alertname", "KubeProxyDown") in command.draft.matchers
        assert Matcher("cluster", "agentic") in command.draft.matchers
        assert command.draft.comment.startswith("False positive: Cilium replaces")
        assert (command.draft.ends_at - NOW).total_seconds() == 4 * 3600
        assert not isinstance(stage.app.screen, SilenceScreen)


async def test_noisy_labels_are_listed_but_off() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE)
        names = {each.name for each in stage.app.screen.query(Checkbox)}
        assert names
        assert 'severity="critical"' in stage.text
        await stage.press("ctrl+s")
        assert "severity" not in {m.name for m in draft(stage).draft.matchers}


async def test_silencing_what_is_real_needs_a_second_yes_that_names_it() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*REAL, *"known", "ctrl+s")
        assert stage.backend.submitted == []
        assert "This silences what is REAL" in stage.text
        assert "BTRFSCorruptionDetected in prod" in stage.text
        await stage.press("enter")
        assert stage.backend.submitted == []
        await stage.press("ctrl+s", "y")
        assert draft(stage).draft.comment == "known"


async def test_a_comment_is_required() -> None:
    async with on_stage() as stage:
        await stage.press(*REAL, "ctrl+s")
        assert stage.backend.submitted == []
        assert stage.text.count("comment: say why") == 1


async def test_a_bad_duration_is_said_in_words_and_keeps_the_form() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "end", *"x", "ctrl+s")
        assert stage.backend.submitted == []
        assert "4hx is neither a duration" in stage.text


async def test_up_and_down_go_through_the_usual_durations() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "down")
        assert "[12h]" in stage.text
        assert "until 14:13 UTC" in stage.text


async def test_what_it_would_silence_follows_the_typing() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE)
        assert "silences 1 alert" in stage.text
        field = stage.app.screen.query(Input).filter("MatcherRow Input")[1]
        field.value = 'cluster=~".*"'
        await stage.settle()
        assert "silences 2 alerts" in stage.text
        assert "broader than this alert: 1 more" in stage.text
        field.value = "cluster=nowhere"
        await stage.settle()
        assert "matches nothing that fires now" in stage.text


async def test_a_failure_keeps_the_form_and_says_why() -> None:
    async with on_stage((200, 60)) as stage:
        fault = Fault(FaultKind.FORBIDDEN, "403 from Alertmanager", "proxy says no")
        stage.backend.outcome = Outcome(fault=fault)
        await stage.press(*FALSE_POSITIVE, "ctrl+s")
        assert isinstance(stage.app.screen, SilenceScreen)
        assert "not created: 403 from Alertmanager (proxy says no)" in stage.text


async def test_escape_leaves_at_once_when_nothing_was_typed() -> None:
    async with on_stage() as stage:
        await stage.press(*FALSE_POSITIVE, "escape")
        assert not isinstance(stage.app.screen, SilenceScreen)


async def test_escape_asks_when_something_was_typed() -> None:
    async with on_stage() as stage:
        await stage.press(*REAL, "x", "escape")
        assert "Leave the form?" in stage.text
        assert "esc leave   enter stay" in stage.text
        await stage.press("enter")
        assert isinstance(stage.app.screen, SilenceScreen)


async def test_a_second_escape_leaves() -> None:
    async with on_stage() as stage:
        await stage.press(*REAL, "x", "escape", "escape")
        assert not isinstance(stage.app.screen, SilenceScreen)
        assert "Leave the form?" not in stage.text


async def test_the_presets_are_all_in_view_with_the_end_below() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*FALSE_POSITIVE)
        assert "1h [4h] 12h  1d  1w  8760h = 1y" in stage.text
        assert "until 06:13 UTC" in stage.text
        assert "(4h)" not in stage.text


async def test_one_more_matcher_can_be_added_and_another_is_offered() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE)
        before = len(stage.app.screen.query("MatcherRow"))
        spare = stage.app.screen.query("MatcherRow Input").last(Input)
        spare.value = "severity=critical"
        await stage.settle()
        assert len(stage.app.screen.query("MatcherRow")) == before + 1
        await stage.press("ctrl+s")
        assert Matcher("severity", "critical") in draft(stage).draft.matchers


async def test_what_was_silenced_is_named_with_its_end() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "ctrl+s")
        (toast,) = stage.app._notifications
        assert toast.message == "KubeProxyDown silenced until 06:13 UTC."


async def test_a_silence_is_ended_after_a_yes() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("G", "enter", "x", "y")
        assert stage.backend.submitted == [ExpireSilence("prod", "s1")]


async def test_the_form_is_whole_on_a_small_screen() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE)
        for words in ("alertname=", "[4h]", "comment", "author", "silences 1 alert"):
            assert words in stage.text


async def test_all_silences_are_listed_with_what_they_hide() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("S")
        assert "⊘ silent" in stage.text
        assert 'alertname="KubeProxyDown" cluster="prod"' in stage.text
        assert "hides KubeProxyDown prod" in stage.text
        assert "ops" in stage.text


async def test_a_silence_is_ended_from_the_list_after_a_yes() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("S", "x", "enter")
        assert stage.backend.submitted == []
        await stage.press("x", "y")
        assert stage.backend.submitted == [ExpireSilence("prod", "s1")]


async def test_a_silence_is_extended_by_four_hours_under_its_id() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("S", "e")
        assert "KubeProxyDown stays silenced until 09:13 UTC." in stage.text
        await stage.press("y")
        command = draft(stage)
        assert command.draft.id == "s1"
        assert (command.draft.ends_at - NOW).total_seconds() == 7 * 3600


async def test_a_command_that_fails_is_told_why() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.outcome = Outcome(fault=Fault(FaultKind.FORBIDDEN, "403"))
        await stage.press("S", "x", "y")
        (toast,) = stage.app._notifications
        assert toast.message.startswith("Not done: 403.")
