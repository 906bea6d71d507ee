from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from msgspec.structs import replace

from tests.estate import failing, make_fleet, make_silence
from tests.judged import NOW, btrfs_alert, false_proxy, scheduler_alert
from tests.screens.silencing import (
    FALSE_POSITIVE,
    REAL,
    UNSURE,
    draft,
    field,
)
from tests.screens.stage import on_stage
from tui.model.alert import JudgedAlert
from tui.model.command import ExpireSilence, Outcome
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet
from tui.model.silence import Matcher
from tui.screens.fleet import FleetScreen
from tui.screens.matcher_input import MatcherInput
from tui.screens.silence import SilenceScreen


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


async def test_ends_are_those_of_the_operators_own_zone_which_is_named() -> None:
    zone = timezone(timedelta(hours=5, minutes=45), "+0545")
    async with on_stage((200, 60), zone=zone) as stage:
        await stage.press(*FALSE_POSITIVE, "left")
        assert "[Mon 08:00]" in stage.text
        assert re.search(r"until  2026-11-23 08:00 +\+0545", stage.text)
        await stage.press("ctrl+s")
        assert draft(stage).draft.ends_at == datetime(2026, 11, 23, 2, 15, tzinfo=UTC)


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


async def test_a_failure_keeps_the_form_and_says_why() -> None:
    async with on_stage((200, 60)) as stage:
        fault = Fault(FaultKind.FORBIDDEN, "403 from Alertmanager", "proxy says no")
        stage.backend.outcome = Outcome(fault=fault)
        await stage.press(*FALSE_POSITIVE, "ctrl+s")
        assert isinstance(stage.app.screen, SilenceScreen)
        assert "not created: 403 from Alertmanager: proxy says no" in stage.text


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
            "KubeProxyDown silenced until 2027-11-21 02:13 UTC. Its id is 5529e263"
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
        assert "Leaving loses what was typed." in stage.text
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
        assert stage.backend.submitted == [ExpireSilence("prod", "s1", make_silence())]


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


def with_proxy(stage_alert: JudgedAlert) -> Fleet:
    """The fleet with another alert in agentic."""
    fleet = make_fleet()
    agentic = replace(fleet.clusters[2], alerts=(stage_alert,))
    return replace(fleet, clusters=(*fleet.clusters[:2], agentic))


WAITING = replace(
    false_proxy("agentic", 1),
    judgement=scheduler_alert().judgement,
    is_waiting=True,
)


async def test_what_turns_out_to_be_false_gets_its_comment_while_the_form_is_open() -> (
    None
):
    async with on_stage((200, 60), with_proxy(WAITING)) as stage:
        await stage.press(*FALSE_POSITIVE)
        assert "[4h]" in stage.text
        await stage.publish(with_proxy(false_proxy("agentic", 1)))
        await stage.press("ctrl+s")
        assert draft(stage).draft.comment.startswith("False positive: ")
        assert draft(stage).draft.ends_at - NOW == timedelta(hours=8760)


async def test_nobody_finds_himself_with_a_year_where_he_read_four_hours() -> None:
    unsure = replace(WAITING, is_waiting=False)
    async with on_stage((200, 60), with_proxy(unsure)) as stage:
        await stage.press(*FALSE_POSITIVE)
        await stage.publish(with_proxy(false_proxy("agentic", 1)))
        assert "[4h]" in stage.text
        assert "comment: say why" in stage.text


async def test_what_turns_real_loses_the_comment_that_said_it_was_false() -> None:
    real = replace(false_proxy("agentic", 1), judgement=btrfs_alert().judgement)
    async with on_stage((200, 60), with_proxy(false_proxy("agentic", 1))) as stage:
        await stage.press(*FALSE_POSITIVE)
        await stage.publish(with_proxy(real))
        assert "False positive" not in stage.text
        assert "[4h]" in stage.text
        await stage.press("ctrl+s")
        assert stage.backend.submitted == []


async def test_what_a_person_wrote_stays_whatever_the_verdict_becomes() -> None:
    async with on_stage((200, 60), with_proxy(WAITING)) as stage:
        await stage.press(*FALSE_POSITIVE, *"mine")
        await stage.publish(with_proxy(false_proxy("agentic", 1)))
        assert "comment  mine" in stage.text
        assert "[4h]" in stage.text


async def test_silencing_what_shows_that_alerts_arrive_needs_a_second_yes() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("2", "G", "s", *"move", "ctrl+s")
        assert stage.backend.submitted == []
        assert "hides Watchdog, which shows that alerts arrive" in stage.text
        assert "This silences what shows that alerts arrive" in stage.text
        await stage.press("y")
        assert draft(stage).draft.comment == "move"


async def test_a_long_comment_stands_whole_below_its_field_where_there_is_room() -> (
    None
):
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE)
        await stage.until("2026-11-21 02:13 UTC)")
        await stage.press("up", "up", "up", "up", "down", "down")
        assert "Cilium replaces kube-proxy" in stage.text
    async with on_stage((80, 24)) as stage:
        await stage.press(*FALSE_POSITIVE)
        assert "2026-11-21 02:13 UTC)" not in stage.text
