from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.judged import NOW, ago, btrfs_alert, false_proxy, make_alert, scheduler_alert
from tui.model.alert import JudgedAlert, Judgement, Verdict
from tui.model.command import Outcome
from tui.model.event import Event, Turn
from tui.model.fault import Fault, FaultKind
from tui.model.metric import Rule, Ruler
from tui.model.silence import Matcher, SilenceDraft, SilenceState
from tui.present import silence, silence_effect, silence_start
from tui.present.glyphs import UNICODE
from tui.silencing.preview import Preview, preview
from tui.silencing.reach import Reach
from widgets.values import Line, Tone

CLUSTER = (Matcher("cluster", "prod"),)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def found(*matchers: Matcher, at_hand: tuple[JudgedAlert, ...] = ()) -> Preview:
    return preview(Reach.of(make_fleet(), "prod"), matchers, at_hand)


def test_the_comment_is_known_only_where_all_are_false() -> None:
    false = false_proxy("prod", 4)
    assert silence.comment_for((false,)).startswith("False positive: Cilium replaces")
    assert silence.comment_for((btrfs_alert(),)) == ""
    assert silence.comment_for((false, btrfs_alert())) == ""
    assert silence.comment_for(()) == ""


def test_reasons_that_differ_are_all_in_the_comment() -> None:
    comment = silence.comment_for((false_proxy("prod", 4), false_proxy("agentic", 1)))
    assert "4/4 agents ready; " in comment
    assert "1/1 agents ready" in comment


@pytest.mark.parametrize(
    ("typed", "place"),
    [("4h", 1), ("8760h", 5), ("for good", 5), (" Monday  08:00", 4), ("5h", -1)],
)
def test_the_usual_lengths_are_known_however_they_are_written(
    typed: str, place: int
) -> None:
    assert silence.preset_place(typed) == place


def test_a_length_that_was_typed_stays_as_it_was_typed() -> None:
    assert silence.length_text(NOW + timedelta(hours=90), NOW, "90h") == "90h"
    assert silence.length_text(None, NOW, "4hx") == "4hx"
    assert silence.length_text(NOW + timedelta(minutes=90), NOW, "04:00") == "1h30m"


def test_what_became_of_it_names_the_id_and_what_it_replaces() -> None:
    draft = SilenceDraft(CLUSTER, NOW, NOW + timedelta(hours=4), "me", "why")
    assert silence.done(draft, Outcome("n1"), NOW) == (
        'cluster="prod" silenced until 06:13 UTC. Its id is n1'
    )
    old = replace(draft, id="s1")
    assert silence.done(old, Outcome("s1"), NOW).endswith("The id stays s1")
    assert silence.done(old, Outcome("n1"), NOW).endswith("n1, in place of s1")


def test_not_done_and_not_known_are_two_answers() -> None:
    fault = Fault(FaultKind.TIMEOUT, "no answer")
    assert silence.not_done(Outcome(fault=fault), "ended").startswith("not ended: no")
    unknown = silence.not_done(Outcome(fault=fault, is_unknown=True), "ended")
    assert unknown.startswith("UNKNOWN whether it was ended")
    assert silence.not_done(Outcome("s1"), "ended") == ""
    twice = Fault(FaultKind.BAD_QUERY, "refused the request: bad", "bad")
    assert silence.not_done(Outcome(fault=twice), "ended").count("bad") == 1


def test_many_real_alerts_of_one_name_are_one_name_with_a_number() -> None:
    judged = Judgement(Verdict.REAL, "")
    alerts = [
        make_alert(f"A{n % 12}", "prod", judged, ago(hours=1), instance=f"{n}")
        for n in range(24)
    ]
    names = silence.real_names(alerts)
    assert names[0] == "A0 in prod, 2 of them"
    assert names[-1] == "and 4 other names"
    assert len(names) == 9


def test_hiding_a_real_alert_is_the_first_thing_said_and_names_it() -> None:
    lines = silence_effect.warnings(found(*CLUSTER), NOW, UNICODE)
    assert lines[0][0].tone is Tone.CRITICAL
    assert "BTRFSCorruptionDetected in prod" in lines[0][0].text


def test_what_is_covered_is_listed_real_ones_first() -> None:
    rows = silence_effect.EffectRows(found(*CLUSTER), {}, NOW, UNICODE)
    signs = [rows.row(place).cells[0].text for place in range(len(rows))]
    assert signs == ["✖ REAL", "? UNSURE", "· false"]


def test_the_row_of_each_of_thousands_is_found_by_its_key() -> None:
    judged = Judgement(Verdict.FALSE_POSITIVE, "so")
    calm = [
        make_alert("Calm", "prod", judged, ago(hours=1), instance=f"{n}")
        for n in range(1_000)
    ]
    reach = Reach([*calm, btrfs_alert()])
    rows = silence_effect.EffectRows(preview(reach, CLUSTER), {}, NOW, UNICODE)
    assert len(rows) == 1_001
    assert rows.row(0).cells[0].text == "✖ REAL"
    assert all(rows.place(rows.key(place)) == place for place in range(len(rows)))
    assert rows.row(1_000).key == rows.key(1_000)


def test_a_change_says_what_becomes_of_the_id() -> None:
    old = make_silence()
    start = silence_start.edit(old, "prod")
    assert start.ends_at == old.ends_at
    assert start.author == "ops"
    assert [each.matcher for each in start.suggestions] == list(old.matchers)


def test_a_silence_that_is_over_is_made_again_for_as_long_as_it_was() -> None:
    start = silence_start.again(make_silence(), "prod", "me")
    assert start.span == "4h"
    assert start.author == "me"
    assert start.editing is None


def test_labels_that_marked_alerts_share_are_offered_too() -> None:
    alerts = (false_proxy("prod", 4), false_proxy("agentic", 1))
    start = silence_start.for_alerts(make_fleet(), alerts, "me")
    on = {each.matcher.name for each in start.suggestions if each.is_on}
    off = {each.matcher.name for each in start.suggestions if not each.is_on}
    assert on == {"alertname"}
    assert off == {"severity", "prometheus"}


def test_alerts_that_are_not_all_false_are_silenced_for_the_usual_time() -> None:
    alerts = (false_proxy("prod", 4), scheduler_alert())
    start = silence_start.for_alerts(make_fleet(), alerts, "me")
    assert (start.span, start.comment) == ("4h", "")


def test_what_was_ended_by_hand_is_made_again_for_as_long_as_it_was_meant() -> None:
    stood = make_silence()
    over = replace(stood, state=SilenceState.EXPIRED, ends_at=NOW, updated_at=NOW)
    assert silence_start.again(over, "prod", "me").span == "4h", "the usual"
    long = replace(stood, ends_at=stood.starts_at + timedelta(days=7))
    events = (
        Event(stood.starts_at, Turn.BEGAN, stood),
        Event(ago(minutes=9), Turn.CHANGED, long),
        Event(ago(minutes=8), Turn.BEGAN, replace(long, id="another")),
        Event(NOW, Turn.ENDED, long),
    )
    meant = silence_start.as_it_stood(over, events)
    assert silence_start.again(meant, "prod", "me").span == "7d"
    assert silence_start.as_it_stood(over, ()) is over


def rule_row(state: str) -> str:
    labels = {"severity": "critical"}
    parts: Any = ("f", "g", 0, "Late", "up == 0", state, "ok", "", 60.0, labels, {}, ())
    reach = Reach((), (), (Ruler("http://p", ("prod",), (Rule(*parts),)),))
    found = preview(reach, (Matcher("pod", "x"),))
    (row,) = (silence_effect.EffectRows(found, {}, NOW, UNICODE).row(0),)
    return row.cells[-1].text


def test_a_rule_that_fires_is_not_said_to_be_calm() -> None:
    assert rule_row("firing").startswith("others of it fire; ")
    assert rule_row("pending").startswith("others of it wait; ")
    assert rule_row("inactive").startswith("calm now; ")
