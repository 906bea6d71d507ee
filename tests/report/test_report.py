"""A report says what was so, for how long, and what nobody knows."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.judged import NOW
from tests.report.moments import (
    BEGIN,
    CALM_FROM,
    END,
    SPAN,
    calm,
    ended,
    moments,
    subject,
    taped,
    turned,
)
from tui.model.alert import Verdict
from tui.model.event import Event, Turn
from tui.model.taped import Taped, TapedMemory, TapeNote
from tui.present import targets
from tui.present.glyphs import UNICODE
from tui.report.build import report
from tui.report.incident import last_incident
from tui.report.markdown import markdown
from tui.report.times import during
from tui.report.values import Case, Report, Stretch

REAL, FALSE = Verdict.REAL, Verdict.FALSE_POSITIVE
UNDECIDED = Verdict.UNDECIDED


def made(found: list, notes: tuple[TapeNote, ...] = ()) -> Report:  # type: ignore[type-arg]
    result = report(SPAN, found, notes, timedelta(seconds=10))
    assert result is not None
    return result


def btrfs(found: Report) -> Case:
    (case,) = (each for each in found.real if each.name == "BTRFSCorruptionDetected")
    return case


def test_the_parts_come_in_the_order_of_a_post_mortem() -> None:
    note = TapeNote(BEGIN + timedelta(minutes=1), "mark", "disk pulled", author="jo")
    text = markdown(made(moments(), (note,)))
    heads = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert heads == [
        "Summary",
        "Notes",
        "Timeline",
        "What was real, and why",
        "What it affected",
        "Kernel lines",
        "False positives",
        "Silences",
        "State at the end",
        "About this report",
    ]
    assert text.startswith("# Incident report: prod, monit, 20")
    assert "1. **02:09:47** (jo): disk pulled" in text


def test_every_table_has_as_many_cells_as_heads() -> None:
    rows = 0
    heads = 0
    for line in markdown(made(moments())).splitlines():
        if not line.startswith("| "):
            heads = 0
            continue
        cells = line.replace("\\|", "").count("|")
        heads = heads or cells
        rows += 1
        assert cells == heads, line
    assert rows > 20


def test_what_ended_says_when_and_what_goes_on_says_so() -> None:
    assert btrfs(made(moments())).until == CALM_FROM
    going_on = [taped(each.at, make_fleet()) for each in moments()]
    found = made(going_on)
    assert btrfs(found).until is None
    assert btrfs(found) in found.still_real
    assert "still so at the end" in markdown(found)


def test_that_nobody_could_tell_for_a_while_ends_nothing_real() -> None:
    last = BEGIN + timedelta(minutes=7)
    changes = [
        turned(REAL, UNDECIDED, BEGIN + timedelta(minutes=5)),
        turned(UNDECIDED, REAL, BEGIN + timedelta(minutes=6)),
        ended(last),
    ]
    found = [
        taped(each.at, each.fleet if each.at < last else calm(each.fleet), changes)
        for each in moments()
    ]
    case = btrfs(made(found))
    assert case.until == last
    assert case.since == subject().key.starts_at


def test_a_false_positive_comes_with_all_that_it_rests_on() -> None:
    found = made(moments())
    case = next(each for each in found.false if each.name == "KubeProxyDown")
    assert case.evidence
    text = markdown(found)
    assert all(piece.claim.split("|")[0][:20] in text for piece in case.evidence)


def test_a_silence_is_told_with_author_comment_and_what_it_hid() -> None:
    silence = make_silence()
    text = markdown(made(moments()))
    assert silence.created_by in text
    assert silence.comment in text
    (told,) = made(moments()).silences
    assert told.hid
    assert "| silences | 1, of which none hid anything real |" in text


def test_a_finding_that_grew_says_what_it_began_as() -> None:
    """So that its line of the timeline is found again."""
    fleet = make_fleet()
    finding = replace(fleet.clusters[0].findings[0], verdict=Verdict.REAL)
    clusters = (replace(fleet.clusters[0], findings=(finding,)), *fleet.clusters[1:])
    first = replace(finding, title="as it began", since=BEGIN - timedelta(hours=9))
    begun = Event(BEGIN, Turn.BEGAN, first, "prod")
    found = [
        replace(each, memory=TapedMemory(events=(begun,)))
        for each in moments(replace(fleet, clusters=clusters))
    ]
    (case,) = [each for each in made(found).real if each.began_as]
    assert case.since == first.since
    assert "- began as: as it began" in markdown(made(found))
    assert "began as" not in markdown(made(moments()))


def test_kernel_lines_and_what_they_hurt_are_told() -> None:
    found = made(moments())
    assert any(each.device == "sdb" for each in found.kernel)
    assert any("talos-wk-2" in each.node for each in found.lines)
    assert any(each.name == "talos-wk-2" for each in found.nodes)


def test_time_that_nobody_recorded_is_said_and_never_called_calm() -> None:
    some = [each for each in moments() if each.at < BEGIN + timedelta(minutes=3)]
    found = made(some)
    assert found.seen == (Stretch(BEGIN, some[-1].at),)
    text = markdown(found)
    assert "**nothing is known of** 02:11:37 to 02:18:47" in text
    assert "**the last moment that was recorded**" in text
    assert btrfs(found).until is None


def test_alerts_that_nobody_knows_at_the_end_are_not_over() -> None:
    found = moments()
    fleet = found[0].fleet
    blind = replace(
        fleet, clusters=tuple(replace(e, alerts=None) for e in fleet.clusters)
    )
    lost = [each if each.at < CALM_FROM else taped(each.at, blind) for each in found]
    result = made(lost)
    assert btrfs(result).until is None
    assert "| prod |" in markdown(result)
    assert result.end[0].real is None
    assert "not known" in markdown(result)


def test_a_time_without_a_moment_is_no_report() -> None:
    assert report(SPAN, [], ()) is None


def test_a_calm_time_says_that_nothing_turned_real() -> None:
    found = [taped(each.at, calm(each.fleet)) for each in moments()]
    text = markdown(made(found))
    assert text.startswith("# Report, ")
    assert "**Nothing turned real.**" in text


def test_the_timeline_leaves_out_what_was_never_real_and_counts_it() -> None:
    at = BEGIN + timedelta(minutes=1)
    changes = [turned(FALSE, UNDECIDED, at), turned(UNDECIDED, FALSE, END)]
    found = made([taped(each.at, calm(each.fleet), changes) for each in moments()])
    assert found.timeline == ()
    assert found.left_out == 2


def test_the_last_incident_goes_from_before_its_first_to_after_its_last_turn() -> None:
    first, last = NOW - timedelta(hours=5), NOW
    hour = NOW - timedelta(hours=1)
    notes = (
        TapeNote(NOW - timedelta(hours=3), "real", "another one"),
        TapeNote(hour, "real", "began"),
        TapeNote(hour + timedelta(minutes=10), "real", "more"),
        TapeNote(hour + timedelta(minutes=20), "better", "over"),
    )
    assert last_incident(notes, first, last) == Stretch(
        hour - timedelta(minutes=2), hour + timedelta(minutes=25)
    )


def test_without_an_incident_it_is_the_last_hour_of_the_record() -> None:
    first = NOW - timedelta(hours=5)
    hour = Stretch(NOW - timedelta(hours=1), NOW)
    assert last_incident((), first, NOW) == hour
    assert last_incident((), NOW - timedelta(minutes=5), NOW).length < hour.length


def test_an_alert_that_was_only_just_asked_of_was_not_undecided() -> None:
    found = moments()
    first = found[0]
    clusters = tuple(
        replace(
            each,
            alerts=tuple(
                replace(
                    one,
                    judgement=replace(one.judgement, verdict=UNDECIDED),
                    is_waiting=True,
                )
                for one in each.alerts or ()
            ),
        )
        for each in first.fleet.clusters
    )
    fleet = replace(first.fleet, clusters=clusters)
    result = made([taped(first.at, fleet), *found[1:]])
    told = [(each.cluster, each.name) for each in result.unsure]
    assert told == [(each.cluster, each.name) for each in made(found).unsure]


def test_a_history_that_could_not_be_read_is_said_with_when_and_why() -> None:
    found = moments()
    why = "/x/history.sqlite3: another program holds it"
    memory = TapedMemory(trouble=why, unread=why)
    found[6:9] = [replace(each, memory=memory) for each in found[6:9]]
    result = made(found)
    assert result.unread == ((why, Stretch(found[6].at, found[8].at)),)
    (row,) = [x for x in markdown(result).splitlines() if x.startswith("| history")]
    assert "could not be read** 02:09:47 to 02:10:07: /x/history" in row
    assert "turns of alerts may be missing" in row
    assert "| history" not in markdown(made(moments()))


def test_what_two_runs_saw_at_nearly_the_same_time_is_told_once() -> None:
    fleet = make_fleet()
    finding = fleet.clusters[0].findings[0]
    events = [
        Event(BEGIN + timedelta(seconds=60 + late), Turn.BEGAN, finding, "prod")
        for late in (0.0, 0.4)
    ]
    found = [
        replace(each, memory=TapedMemory(events=(events[number % 2],)))
        for number, each in enumerate(moments())
    ]
    told = [each for each in made(found).timeline if each.about == finding.title]
    assert len(told) == 1


def test_what_nobody_could_judge_now_and_then_was_so_at_times() -> None:
    """An alert that a slow server leaves unproven twice was not so all the time."""
    fleet = make_fleet()
    (first, *others) = fleet.clusters
    (alert, *more) = first.alerts or ()
    doubt = replace(
        alert, judgement=replace(alert.judgement, verdict=Verdict.UNDECIDED)
    )
    false = replace(
        alert, judgement=replace(alert.judgement, verdict=Verdict.FALSE_POSITIVE)
    )
    told = []
    for seconds, judged in enumerate((doubt, false, doubt)):
        cluster = replace(first, alerts=(judged, *more))
        at = BEGIN + timedelta(seconds=seconds)
        told.append(Taped(at, replace(fleet, clusters=(cluster, *others))))
    found = report(SPAN, told, ())
    assert found is not None
    case = next(each for each in found.unsure if each.name == alert.alert.name)
    assert during(found, case).startswith("at times, from")


def test_the_end_counts_targets_and_nodes_as_the_screen_does() -> None:
    fleet = make_fleet()
    result = report(SPAN, [taped(BEGIN, fleet)], ())
    assert result is not None
    by_name = {each.name: each for each in result.end}
    for cluster in fleet.clusters:
        spans = targets.heading(cluster, BEGIN, UNICODE)
        words = ", ".join(span.text.strip() for span in spans)
        assert by_name[cluster.name].targets == words
    bare = replace(fleet.clusters[0], nodes=())
    result = report(SPAN, [taped(BEGIN, replace(fleet, clusters=(bare,)))], ())
    assert result is not None
    assert "0" not in result.end[0].nodes
