from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.estate import ALERTMANAGER, failing, make_fleet, make_silence
from tests.judged import NOW, ago, btrfs_alert, false_proxy, scheduler_alert
from tests.screens.stage import Stage, on_stage
from tui.config import Silences, SilenceTemplate
from tui.model.alertmanager import Alertmanager
from tui.model.command import ExpireSilence, Outcome, PutSilence
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet
from tui.model.metric import Rule, RuleAlert, Ruler
from tui.model.silence import Matcher
from tui.screens.fleet import FleetScreen
from tui.screens.matcher_input import MatcherInput
from tui.screens.silence import SilenceScreen

FALSE_POSITIVE = ("3", "s")
REAL = ("s",)
UNSURE = ("G", "k", "s")
TO_SPARE = ("up", "up", "up")
"""From the usual durations to the empty matcher."""


def draft(stage: Stage) -> PutSilence:
    """The one command that was submitted."""
    (command,) = stage.backend.submitted
    assert isinstance(command, PutSilence)
    return command


def field(stage: Stage, place: int) -> MatcherInput:
    return list(stage.app.screen.query(MatcherInput))[place]


def fleet_with(**parts: object) -> Fleet:
    return replace(make_fleet(), **parts)  # type: ignore[arg-type]


def two_alertmanagers() -> tuple[Alertmanager, ...]:
    return (
        Alertmanager(ALERTMANAGER, ("prod", "monit"), (make_silence(),)),
        Alertmanager("http://10.20.0.40:9093", ("agentic",), ()),
    )


def ruler() -> Ruler:
    def rule(name: str, alerts: tuple[RuleAlert, ...] = ()) -> Rule:
        labels = {"severity": "critical"}
        return Rule(
            *("rules.yml", "kubernetes", 0, name, "up == 0", "inactive", "ok", ""),
            *(900.0, labels, {}, alerts),
        )

    waiting = RuleAlert(
        {"alertname": "KubeProxyLate", "node": "w-9"},
        {},
        "pending",
        ago(minutes=5),
        "1",
    )
    rules = (rule("KubeProxyLate", (waiting,)), rule("KubeProxyCalm"))
    return Ruler("http://10.10.0.30:9090", ("prod", "agentic"), rules, {}, frozenset())


async def test_a_false_positive_is_silenced_with_three_keys_for_a_year() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("3", "s", "ctrl+s")
        command = draft(stage)
        assert command.cluster == "agentic"
        assert Matcher("alertname", "KubeProxyDown") in command.draft.matchers
        assert Matcher("cluster", "agentic") in command.draft.matchers
        assert command.draft.ends_at - NOW == timedelta(hours=8760)
        assert isinstance(stage.app.screen, FleetScreen)


async def test_the_comment_of_a_false_positive_holds_the_evidence_and_its_time() -> (
    None
):
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "ctrl+s")
        comment = draft(stage).draft.comment
        assert comment.startswith("False positive: Cilium replaces kube-proxy, 1/1")
        assert "no kube-proxy pod exists" in comment
        assert "2026-11-21 02:13 UTC" in comment


async def test_what_is_not_false_gets_four_hours_and_no_comment() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*UNSURE, *"looking", "ctrl+s")
        assert draft(stage).draft.ends_at - NOW == timedelta(hours=4)
        assert draft(stage).draft.comment == "looking"


async def test_noisy_labels_are_listed_but_off() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE)
        assert '[ ] severity="critical"' in stage.text
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


async def test_what_turns_real_while_the_question_stands_is_asked_about_too() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*REAL, *"known")
        for each in stage.app.screen.query(MatcherInput):
            each.value = ""
        field(stage, 0).value = 'alertname=~"BTRFS.*|KubeProxyDown"'
        await stage.settle()
        await stage.press("ctrl+s")
        assert "KubeProxyDown in prod" not in stage.text
        fleet = make_fleet()
        worse = replace(false_proxy("prod", 4), judgement=btrfs_alert().judgement)
        prod = replace(fleet.clusters[0], alerts=(btrfs_alert(), worse))
        await stage.publish(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
        await stage.press("y")
        assert stage.backend.submitted == []
        assert "KubeProxyDown in prod" in stage.text
        await stage.press("y")
        assert draft(stage).draft.comment == "known"


async def test_a_silence_is_not_made_blindly_without_a_yes() -> None:
    fleet = make_fleet()
    agentic = fleet.clusters[2]
    sources = tuple(
        failing(each, FaultKind.UNREACHABLE, "connection refused")
        if each.key.feed == "alerts"
        else each
        for each in agentic.sources
    )
    clusters = (*fleet.clusters[:2], replace(agentic, sources=sources))
    async with on_stage((200, 60), replace(fleet, clusters=clusters)) as stage:
        await stage.press(*FALSE_POSITIVE)
        assert "Alertmanager refused" in stage.text
        await stage.press("ctrl+s")
        assert "Silence blindly?" in stage.text
        assert stage.backend.submitted == []
        await stage.press("y")
        assert draft(stage).cluster == "agentic"


async def test_a_comment_is_required_and_found() -> None:
    async with on_stage() as stage:
        await stage.press(*REAL, "up", "ctrl+s")
        assert stage.backend.submitted == []
        assert stage.text.count("comment: say why") == 1
        await stage.press(*"ok")
        assert "comment: say why" not in stage.text


async def test_a_bad_duration_is_said_in_words_and_keeps_the_form() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "up", "up", *"4hx", "ctrl+s")
        assert stage.backend.submitted == []
        assert "4hx is neither a duration" in stage.text


async def test_left_and_right_go_through_the_usual_durations() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "left", "left", "left")
        assert "[1d]" in stage.text
        assert "until  2026-11-22 02:13" in stage.text
        await stage.press("right", "right")
        assert "[Mon 08:00]" in stage.text
        assert "until  2026-11-23 08:00" in stage.text
        assert "2d5h46m" in stage.text


async def test_a_digit_over_the_usual_durations_begins_another_one() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, *"36h")
        assert "until  2026-11-22 14:13" in stage.text
        await stage.press("ctrl+s")
        assert draft(stage).draft.ends_at - NOW == timedelta(hours=36)


async def test_an_end_gives_the_duration_and_leads_while_time_passes() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "up", *"2026-11-21 05:13")
        await stage.press("tab")
        assert "for      2h59m" in stage.text
        await stage.clock.advance(3600)
        await stage.press("ctrl+s", "y")
        ends_at = draft(stage).draft.ends_at
        assert ends_at == datetime(2026, 11, 21, 5, 13, tzinfo=UTC)


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
        assert "in Alertmanager of agentic" in stage.text
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


async def test_a_failure_keeps_the_form_and_says_why() -> None:
    async with on_stage((200, 60)) as stage:
        fault = Fault(FaultKind.FORBIDDEN, "403 from Alertmanager", "proxy says no")
        stage.backend.outcome = Outcome(fault=fault)
        await stage.press(*FALSE_POSITIVE, "ctrl+s")
        assert isinstance(stage.app.screen, SilenceScreen)
        assert "not created: 403 from Alertmanager (proxy says no)" in stage.text


async def test_that_nobody_knows_whether_it_was_made_is_said_loudly() -> None:
    async with on_stage((200, 60)) as stage:
        fault = Fault(FaultKind.TIMEOUT, "no answer within 5 s")
        stage.backend.outcome = Outcome(fault=fault, is_unknown=True)
        await stage.press(*FALSE_POSITIVE, "ctrl+s")
        assert "UNKNOWN whether it was created: no answer within 5 s" in stage.text
        assert isinstance(stage.app.screen, SilenceScreen)


async def test_what_was_silenced_is_named_with_its_end_and_its_id() -> None:
    async with on_stage((200, 60)) as stage:
        stage.backend.outcome = Outcome("5529e263", warnings=("not in the log",))
        await stage.press(*FALSE_POSITIVE, "ctrl+s")
        done, warning = stage.app._notifications
        assert done.message == (
            "KubeProxyDown silenced until 2027-11-21 02:13 UTC. Its id is 5529e263."
        )
        assert warning.message == "not in the log"


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


async def test_a_silence_is_ended_after_a_yes() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("G", "enter", "x", "y")
        assert stage.backend.submitted == [ExpireSilence("prod", "s1")]


async def test_the_form_is_whole_on_a_small_screen() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE)
        for words in (
            *("alertname=", "[for good]", "comment", "author", "silences 1 alert"),
            *("^s create", "Mon 08:00", "until  2027-11-21 02:13"),
        ):
            assert words in stage.text


async def test_a_long_list_of_matchers_leaves_room_for_the_effect() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(*REAL)
        assert "comment: say why" in stage.text
        assert "hides 1 REAL alert: BTRFSCorruptionDetected in prod" in stage.text
        assert "✖ REAL   BTRFSCorruption" in stage.text


async def test_the_form_lives_through_new_snapshots_while_one_types() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*UNSURE, *"so")
        fleet = make_fleet()
        prod = replace(fleet.clusters[0], alerts=(scheduler_alert(),))
        await stage.publish(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
        await stage.press(*" it is")
        assert "comment  so it is" in stage.text
