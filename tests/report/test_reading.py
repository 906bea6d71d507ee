"""A report can be read: each thing is told once, and of which cluster it is."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.report.moments import BEGIN, SPAN, moments, subject, taped
from tests.report.test_report import btrfs, made
from tui.model.alert import Evidence, Verdict
from tui.model.change import Change, Silenced
from tui.model.event import Event, Turn
from tui.model.fleet import Fleet
from tui.model.silence import SilenceNote
from tui.model.taped import TapedMemory
from tui.model.trace import Certainty, Stage, Step, Trace
from tui.report.gather import Gathered
from tui.report.markdown import markdown
from tui.report.values import Report

AT = BEGIN + timedelta(minutes=1)


def silenced(covered_after: timedelta) -> list[str]:
    """What the timeline says when a silence covers an alert so long after."""
    silence = replace(make_silence(), id="new", starts_at=AT)
    note = SilenceNote("new", silence.created_by, silence.comment)
    change = Change(subject(), AT + covered_after, Silenced(note))
    memory = TapedMemory((change,), (Event(AT, Turn.BEGAN, silence),))
    found = made([replace(each, memory=memory) for each in moments()])
    return [each.what for each in found.timeline]


def test_a_silence_that_covers_an_alert_as_soon_as_it_is_made_is_one_line() -> None:
    (line,) = silenced(timedelta(seconds=1))
    assert "silenced" in line


def test_one_that_covers_an_alert_later_is_told_when_it_is_made_too() -> None:
    made_then, covered = silenced(timedelta(minutes=1))
    assert "silence made" in made_then
    assert "silenced" in covered


def test_what_is_still_real_is_named_with_its_begin_and_not_explained_again() -> None:
    found = made([taped(each.at, make_fleet()) for each in moments()])
    end = markdown(found).partition("Still real:")[2]
    (line,) = [x for x in end.splitlines() if "BTRFSCorruptionDetected" in x]
    assert btrfs(found).why not in line
    assert "(prod), since " in line


def test_an_alert_of_several_clusters_is_told_apart() -> None:
    false = {(e.name, e.cluster) for e in made(moments()).false}
    several = [cluster for name, cluster in false if name == "KubeProxyDown"]
    summary = markdown(made(moments())).partition("## Notes")[0]
    assert several
    assert all(f"KubeProxyDown ({each})" in summary for each in several)


def leading(certainty: Certainty) -> Trace:
    """A disk with all that lies on it."""
    steps = (
        Step(Stage.VOLUME, certainty, ("pvc-1",), ()),
        Step(Stage.CLAIM, certainty, ("home/data",), ()),
        Step(Stage.POD, certainty, ("home/pod-0",), ()),
    )
    return Trace("talos-wk-2", "sdb", AT, steps, aliases=("session1",))


def test_a_way_that_is_less_sure_later_is_told_with_both() -> None:
    """Else a row says proven of what the evidence of an alert says maybe."""
    proven, maybe = leading(Certainty.PROVEN), leading(Certainty.MAYBE)
    assert sureness(proven, proven) == "proven"
    assert sureness(proven, maybe) == "proven, but maybe when it was last looked at"
    assert sureness(maybe, proven) == "proven"


def sureness(first: Trace, last: Trace) -> str:
    """What is told of a trace that turns into another."""
    before, after = moments(traced(first)), moments(traced(last))
    (row,) = made([*before[:20], *after[20:]]).volumes
    return row.worth


def test_a_disk_and_its_session_that_lead_to_one_volume_are_one_row() -> None:
    disk = leading(Certainty.PROVEN)
    session = replace(disk, device="session1", aliases=("sdb",))
    unknown = Step(Stage.VOLUME, Certainty.UNKNOWN, (), ())
    lost = replace(disk, device="sdc", steps=(unknown,), aliases=("sdb",))
    assert volumes(disk, session) == ["sdb, session1"]
    assert volumes(lost, replace(lost, device="sdd")) == ["sdc", "sdd"]


def volumes(*traces: Trace) -> list[str]:
    """The disks of each row."""
    return [each.device for each in made(moments(traced(*traces))).volumes]


def traced(*traces: Trace) -> Fleet:
    """An estate in trouble with these in its first cluster."""
    fleet = make_fleet()
    cluster = replace(fleet.clusters[0], traces=traces)
    return replace(fleet, clusters=(cluster, *fleet.clusters[1:]))


def test_evidence_that_is_left_out_is_counted() -> None:
    found = made(moments())
    piece = Evidence("it is so", Verdict.REAL, "kubernetes prod")
    case = replace(btrfs(found), evidence=(piece,) * 9)
    text = markdown(replace(found, real=(case,)))
    assert text.count("- evidence: it is so") == 6
    assert "- evidence: and 3 pieces more" in text


def test_what_could_not_be_judged_all_the_time_is_not_called_at_times() -> None:
    found = made(moments())
    case = replace(btrfs(found), name="Doubt")

    def said(*at_times: bool) -> str:
        unsure = tuple(replace(case, is_at_times=each) for each in at_times)
        return _summary(replace(found, unsure=unsure))

    assert "2 more could not be judged at times." in said(True, True)
    assert "2 more could not be judged, 1 of them at times." in said(True, False)
    assert "1 more could not be judged. " not in said(True)
    assert "1 more could not be judged." in said(False)


def test_nothing_is_held_of_moments_that_are_long_past() -> None:
    """Two days of them were a hundred megabytes of log lines."""
    gathered = Gathered(SPAN, timedelta(seconds=20))
    sizes = []
    for each in moments():
        log = each.logs["prod"]
        logs = {"prod": replace(log, entries=tuple(map(replace, log.entries)))}
        gathered.add(replace(each, logs=logs))
        sizes.append(len(gathered._known) + len(gathered._before))
    assert max(sizes) == max(sizes[:3])


def _summary(report: Report) -> str:
    return markdown(report).partition("## ")[2].partition("|")[0]
