from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.estate import ALERTMANAGER, make_fleet, make_silence
from tests.judged import NOW, ago, btrfs_alert, false_proxy
from tui.model.alert import JudgedAlert
from tui.model.alertmanager import Alertmanager, Disagreement, Peer
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet
from tui.model.memory import Looked, SilenceMemory
from tui.model.silence import Matcher, Silence, SilenceState
from tui.present import silences
from tui.present.glyphs import UNICODE
from tui.present.kept import View, choices, kept, of_view
from widgets.values import Line, Tone

LATER = NOW + timedelta(days=3)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def make(name: str, state: SilenceState = SilenceState.ACTIVE) -> Silence:
    return replace(make_silence(), id=name, state=state, ends_at=LATER)


def fleet_of(
    *known: Silence,
    alerts: tuple[JudgedAlert, ...] = (),
    disagreements: tuple[Disagreement, ...] = (),
) -> Fleet:
    fleet = make_fleet()
    prod = replace(fleet.clusters[0], alerts=alerts)
    manager = Alertmanager(ALERTMANAGER, ("prod",), known, disagreements=disagreements)
    return replace(
        fleet,
        clusters=(prod, *fleet.clusters[1:]),
        silences=known,
        alertmanagers=(manager,),
    )


def under(alert: JudgedAlert, *ids: str) -> JudgedAlert:
    return replace(alert, alert=replace(alert.alert, silenced_by=ids))


def ids(fleet: Fleet, memory: SilenceMemory | None = None) -> list[str]:
    return [each.silence.id for each in kept(fleet, memory or SilenceMemory(), NOW)]


def test_what_hides_something_real_is_first_and_what_is_over_last() -> None:
    soon = replace(make("soon"), ends_at=NOW + timedelta(hours=2))
    differs = Disagreement(make("differs"), ("a",), ("b",))
    fleet = fleet_of(
        make("over", SilenceState.EXPIRED),
        make("waits", SilenceState.PENDING),
        make("plain"),
        soon,
        make("differs"),
        make("real"),
        alerts=(under(btrfs_alert(), "real"), under(false_proxy("prod", 4), "plain")),
        disagreements=(differs,),
    )
    assert ids(fleet) == ["real", "differs", "soon", "plain", "waits", "over"]


def test_what_hid_nothing_for_a_week_is_told_with_the_time() -> None:
    idle = replace(make("idle"), starts_at=ago(days=30))
    memory = SilenceMemory(
        {"idle": ago(days=9)}, {ALERTMANAGER: Looked(ago(days=20), 1)}
    )
    (found,) = kept(fleet_of(idle), memory, NOW)
    rows = silences.SilenceRows(UNICODE)
    (row,) = rows.rows((found,), frozenset(), NOW, is_wide=True)
    assert row.cells[3].text == "nothing for 9d"
    assert row.cells[3].tone is Tone.WARNING


def test_that_it_hides_nothing_is_given_no_age_when_nobody_looked() -> None:
    (found,) = kept(fleet_of(make("new")), SilenceMemory(), NOW)
    (row,) = silences.SilenceRows(UNICODE).rows(
        (found,), frozenset(), NOW, is_wide=True
    )
    assert row.cells[3].text == "nothing"


def test_each_view_counts_its_silences_and_real_is_loud() -> None:
    fleet = fleet_of(
        make("real"),
        make("over", SilenceState.EXPIRED),
        alerts=(under(btrfs_alert(), "real"),),
    )
    found = kept(fleet, SilenceMemory(), NOW)
    words = [text(line) for line in choices(found, NOW, is_wide=False)]
    assert words == [
        *("1 active 1", "2 pending 0", "3 expired 1"),
        *("4 REAL 1", "5 24h 0", "6 idle 0"),
    ]
    assert choices(found, NOW, is_wide=False)[3][1].tone is Tone.CRITICAL
    assert [each.silence.id for each in of_view(View.REAL, found, NOW)] == ["real"]


def test_a_row_is_made_again_only_when_it_says_something_else() -> None:
    found = kept(fleet_of(make("a")), SilenceMemory(), NOW)
    rows = silences.SilenceRows(UNICODE)
    first = rows.rows(found, frozenset(), NOW, is_wide=True)
    later = NOW + timedelta(seconds=1)
    assert rows.rows(found, frozenset(), later, is_wide=True)[0] is first[0]
    much_later = NOW + timedelta(minutes=2)
    assert rows.rows(found, frozenset(), much_later, is_wide=True)[0] is not first[0]


def test_peers_that_disagree_or_are_silent_are_named() -> None:
    fault = Fault(FaultKind.UNREACHABLE, "connection refused")
    fleet = fleet_of(
        make("a"),
        disagreements=(Disagreement(make("a"), ("http://a",), ("http://b",)),),
    )
    peers = (Peer("http://a"), Peer("http://c", fault))
    manager = replace(fleet.alertmanagers[0], peers=peers)
    (found,) = kept(fleet, SilenceMemory(), NOW)
    (row,) = silences.SilenceRows(UNICODE).rows(
        (found,), frozenset(), NOW, is_wide=True
    )
    assert "peers disagree: not so on http://b" in text(row.details[0])
    fleet = replace(fleet, alertmanagers=(manager,))
    (line,) = silences.blindness(fleet, NOW, UNICODE)
    assert "peer http://c does not answer" in text(line)


def test_alerts_about_which_peers_disagree_are_counted_for_each_peer() -> None:
    names = ("A", "A", "B\x1b", "C", "D")
    alerts = tuple(
        replace(
            btrfs_alert(),
            alert=replace(
                btrfs_alert().alert, labels={"alertname": name}, lacking=("http://b",)
            ),
        )
        for name in names
    )
    fleet = fleet_of(make("a"))
    fleet = replace(fleet, unassigned_alerts=alerts)
    (line,) = silences.blindness(fleet, NOW, UNICODE)
    assert "peers disagree about 5 alerts, not so on http://b: A, B" in text(line)
    assert "C and 1 more" in text(line)
    assert "\x1b" not in text(line)


def test_what_comes_back_is_named_worst_first_or_said_to_be_nothing() -> None:
    back = (btrfs_alert(), false_proxy("prod", 4))
    lines = [text(line) for line in silences.back_lines(back, UNICODE)]
    assert lines == [
        "2 alerts will notify again at once:",
        "✖ REAL       BTRFSCorruptionDetected in prod",
        "· false      KubeProxyDown in prod",
    ]
    (line,) = silences.back_lines((), UNICODE)
    assert text(line) == "No alert notifies because of it."


def test_a_silence_knows_the_cluster_of_the_alertmanager_that_has_it() -> None:
    other = replace(make("x"), matchers=(Matcher("cluster", "monit"),))
    (found,) = kept(fleet_of(other), SilenceMemory(), NOW)
    assert found.cluster == "prod"
    lone = replace(fleet_of(), silences=(other,), alertmanagers=())
    (found,) = kept(lone, SilenceMemory(), NOW)
    assert found.cluster == "monit"
