from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual.events import Paste
from textual.widgets import Input

from tests.estate import make_fleet, make_silence
from tests.judged import NOW, false_proxy
from tests.screens.silencing import (
    FALSE_POSITIVE,
    REAL,
    TO_SPARE,
    draft,
    field,
    fleet_with,
    ruler,
    two_alertmanagers,
)
from tests.screens.stage import on_stage
from tui.config import Silences, SilenceTemplate
from tui.model.silence import Matcher
from tui.present.completion import lenient
from tui.screens.fleet import FleetScreen
from tui.screens.matcher_input import MatcherInput
from tui.screens.silence import SilenceScreen


async def test_what_it_would_silence_follows_the_typing() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE)
        assert "silences 1 alert" in stage.text
        field(stage, 1).value = 'cluster=~".*"'
        await stage.settle()
        assert "silences 2 alerts" in stage.text
        assert "broader than what is at hand: 1 more (KubeProxyDown)" in stage.text
        field(stage, 1).value = "cluster=nowhere"
        await stage.settle()
        assert "matches nothing that fires or waits now" in stage.text
        assert "misses 1 alert it was made for: KubeProxyDown" in stage.text


async def test_what_waits_and_what_could_match_is_told_after_what_fires() -> None:
    fleet = fleet_with(rulers=(ruler(),))
    async with on_stage((200, 60), fleet) as stage:
        await stage.press(*FALSE_POSITIVE)
        field(stage, 0).value = 'alertname=~"KubeProxy.*"'
        field(stage, 1).value = ""
        await stage.settle()
        text = stage.text
        assert "1 pending, 1 rule" in text
        order = [text.index(each) for each in ("… waits", "KubeProxyCalm")]
        assert order == sorted(order)
        assert "w-9, fires in 10m unless it passes" in text
        assert "calm now; would be silenced" in text


async def test_space_turns_a_matcher_off_and_signs_turn_its_operator() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, *TO_SPARE, "up", "up", "up")
        assert stage.app.screen.focused is field(stage, 1)
        await stage.press("space")
        assert '[ ] cluster="agentic"' in stage.text
        await stage.press("space", "exclamation_mark")
        assert '[x] cluster!="agentic"' in stage.text
        await stage.press("tilde")
        assert '[x] cluster!~"agentic"' in stage.text
        await stage.press("exclamation_mark", "ctrl+s")
        wanted = Matcher("cluster", "agentic", is_regex=True)
        assert wanted in draft(stage).draft.matchers


async def test_labels_and_values_are_completed_from_what_is_known_now() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE, *TO_SPARE, *"ins")
        assert "instance" in stage.text
        await stage.press("tab")
        assert "instance=" in stage.text
        assert "vault.example:8200" in stage.text
        await stage.press(*"va", "enter")
        assert 'instance="vault.example:8200"' in stage.text
        assert field(stage, 4).offered.candidates == ()


async def test_how_many_alerts_have_a_value_is_said_beside_it() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE, *TO_SPARE, *"cluster=")
        offered = field(stage, 4).offered.candidates
        counts = {each.text: each.count for each in offered}
        # Of those that the other matchers let pass: KubeProxyDown.
        assert counts == {"agentic": 1, "prod": 1, "monit": 0, "lab": 0}


async def test_arrows_move_the_choice_and_escape_closes_it_alone() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE, *TO_SPARE, *"cluster=", "down", "enter")
        assert field(stage, 4).value == 'cluster="prod"'
        await stage.press(*TO_SPARE[:1])
        await stage.press("end", "backspace", "backspace")
        assert field(stage, 3).offered.candidates
        await stage.press("escape")
        assert isinstance(stage.app.screen, SilenceScreen)
        assert not field(stage, 3).offered.candidates


async def test_an_alternative_of_an_expression_is_completed_too() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE, *TO_SPARE, *"cluster=~pr", "tab", *"|mo")
        await stage.press("tab")
        assert field(stage, 4).value == 'cluster=~"prod|monit"'


async def test_several_pasted_matchers_get_a_field_each() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE, *TO_SPARE)
        spare = field(stage, 4)
        spare.post_message(MatcherInput.Pasted(spare, '{job="a", node=~"b|c"}'))
        await stage.settle()
        assert '[x] job="a"' in stage.text
        assert '[x] node=~"b|c"' in stage.text


async def test_matchers_that_are_pasted_a_line_each_get_a_field_each() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE, *TO_SPARE)
        field(stage, 4).post_message(Paste('job="a"\n  node=~"b|c"\n'))
        await stage.settle()
        assert '[x] job="a"' in stage.text
        assert '[x] node=~"b|c"' in stage.text


async def test_a_value_of_several_lines_that_is_pasted_is_one_matcher() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE, *TO_SPARE)
        field(stage, 4).post_message(Paste('text="one\ntwo=x"'))
        await stage.settle()
        assert '[x] text="one\\u{a}two=x"' in stage.text


async def test_marked_alerts_get_the_smallest_cover_and_what_else_it_hides() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("G", "space", "3", "space", "s")
        assert "silence 2 alerts" in stage.text
        assert '[x] alertname="KubeProxyDown"' in stage.text
        assert "silences 2 alerts" in stage.text
        assert "broader" not in stage.text
        await stage.press("ctrl+s")
        assert draft(stage).draft.comment.startswith("False positive: ")
        assert isinstance(stage.app.screen, FleetScreen)
        assert "marked" not in stage.text


async def test_marks_stay_when_the_form_is_left() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("G", "space", "3", "space", "s", "escape")
        assert stage.text.count("◆ 1 marked") == 2


async def test_marked_alerts_of_another_alertmanager_are_named_and_left_out() -> None:
    fleet = make_fleet()
    elsewhere = replace(false_proxy("agentic", 1), endpoint="http://10.20.0.40:9093")
    agentic = replace(fleet.clusters[2], alerts=(elsewhere,))
    clusters = (*fleet.clusters[:2], agentic)
    async with on_stage((200, 60), replace(fleet, clusters=clusters)) as stage:
        await stage.press("G", "space", "3", "space", "s")
        assert "not for 1 marked alert of another Alertmanager (KubeProxyDown)" in (
            stage.text
        )


async def test_the_same_silence_is_offered_to_be_changed_instead() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("G", "s")
        assert "the same one is there, until 05:13 by ops: ctrl+o" in stage.text
        await stage.press("ctrl+o")
        command = draft(stage)
        assert command.draft.id == "s1"
        assert command.seen == make_silence()
        assert command.draft.comment == make_silence().comment
        assert command.draft.ends_at - NOW == timedelta(hours=8760)


async def test_without_the_same_silence_there_is_no_key_for_it() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "ctrl+o")
        assert stage.backend.submitted == []
        assert "ctrl+o" not in stage.text


async def test_a_template_fills_the_form() -> None:
    matchers = (Matcher("alertname", "Node.*", is_regex=True),)
    template = SilenceTemplate("reboot", matchers, "30m", "a node reboots")
    silences = Silences("oncall", (template,))
    async with on_stage((120, 36), silences=silences) as stage:
        await stage.press(*REAL, "ctrl+t")
        assert 'alertname=~"Node.*"' in stage.text
        await stage.press("enter", "ctrl+s")
        command = draft(stage)
        assert command.draft.matchers == matchers
        assert command.draft.ends_at - NOW == timedelta(minutes=30)
        assert (command.draft.comment, command.draft.created_by) == (
            "a node reboots",
            "oncall",
        )


async def test_without_templates_it_is_said_where_they_are_written() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press(*REAL, "ctrl+t")
        (toast,) = stage.app._notifications
        assert "[silences.templates.NAME]" in toast.message


async def test_from_nothing_the_form_opens_empty_and_asks_where() -> None:
    fleet = fleet_with(alertmanagers=two_alertmanagers())
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("S", "n")
        assert "new silence" in stage.text
        assert "[prod, monit]" in stage.text
        await stage.press(*'job="x"', "enter")
        await stage.press("down", "down", "down", "down", *"why")
        await stage.press("down", "down", "right")
        assert " for agentic ┓" in stage.text
        await stage.press("ctrl+s")
        assert draft(stage).cluster == "agentic"
        assert draft(stage).draft.matchers == (Matcher("job", "x"),)


async def test_an_alert_is_silenced_where_it_is_listed_not_where_its_label_says() -> (
    None
):
    fleet = fleet_with(alertmanagers=two_alertmanagers())
    stray = replace(fleet.clusters[0].alerts[0], endpoint="http://10.20.0.40:9093")  # type: ignore[index]
    prod = replace(fleet.clusters[0], alerts=(stray,))
    fleet = replace(fleet, clusters=(prod, *fleet.clusters[1:]))
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("s", *"why", "ctrl+s", "y")
        assert draft(stage).cluster == "agentic"


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("=x", Matcher("job", "x")),
        ("x", Matcher("job", "x")),
        ("==x", Matcher("job", "=x")),
        ("!=x", Matcher("job", "x", is_equal=False)),
        ("=~x", Matcher("job", "x", is_regex=True)),
        ("~x", Matcher("job", "x", is_regex=True)),
        ("!~x", Matcher("job", "x", is_regex=True, is_equal=False)),
    ],
)
async def test_an_operator_typed_after_a_taken_label_is_that_operator(
    typed: str, wanted: Matcher
) -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("ctrl+n", "j", "o", "tab")
        assert field(stage, 0).value == "job="
        await stage.press(*typed)
        assert lenient(field(stage, 0).value) == wanted


@pytest.mark.parametrize(("comment", "expected"), [("why", "presets"), ("", "comment")])
async def test_a_template_leaves_the_keyboard_in_the_form(
    comment: str, expected: str
) -> None:
    matchers = (Matcher("alertname", "Node.*", is_regex=True),)
    template = SilenceTemplate("reboot", matchers, "30m", comment)
    silences = Silences("oncall", (template,))
    async with on_stage((120, 36), silences=silences) as stage:
        await stage.press("ctrl+n", "a", "ctrl+t", "enter")
        focused = stage.app.screen.focused
        assert focused is not None
        assert focused.id == expected


async def test_the_same_silence_is_extended_without_a_comment_or_an_author() -> None:
    known = make_silence()
    fleet = replace(make_fleet(), silences=(known,))
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("ctrl+n")
        stage.app.screen.query_one("#author", Input).value = ""
        text = ",".join(map(str, known.matchers))
        stage.app.screen.query_one(MatcherInput).post_message(
            MatcherInput.Pasted(stage.app.screen.query_one(MatcherInput), text)
        )
        await stage.settle()
        assert [row.value for row in stage.app.screen.query(MatcherInput)][-1] == ""
        assert len(stage.app.screen.query(MatcherInput)) == len(known.matchers) + 1
        stage.app.screen.query_one("#duration", Input).value = "9x"
        await stage.press("ctrl+o")
        assert "9x" in stage.text
        assert stage.backend.submitted == []
        stage.app.screen.query_one("#duration", Input).value = "2d"
        await stage.press("ctrl+o")
        command = draft(stage)
        assert command.seen == known
        assert command.draft.ends_at == NOW + timedelta(days=2)
        assert command.draft.comment == known.comment
