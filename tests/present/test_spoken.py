from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.estate import ALERTMANAGER, failing, make_fleet, make_source, make_target
from tests.judged import (
    NOW,
    ago,
    btrfs_alert,
    carrick_alert,
    false_proxy,
    make_alert,
    scheduler_alert,
)
from tests.remembered import TURNED
from tui.model.alert import Evidence, JudgedAlert, Judgement, Verdict
from tui.model.event import Event, Turn
from tui.model.fault import FaultKind
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Cluster, Fleet, SourceKind
from tui.model.silence import Matcher, Silence, SilenceState
from tui.model.target import Health
from tui.present.spoken import Spoken, Thing, spoken

ESC = "\x1b"
SEEN = "seen 2026-11-21 02:13:47Z by taloscope"


def said_of(
    thing: Thing,
    cluster: str = "prod",
    fleet: Fleet | None = None,
    later: timedelta = timedelta(0),
) -> Spoken:
    shown = make_fleet() if fleet is None else fleet
    return spoken([(cluster, thing)], shown, NOW + later)


def with_alerts(*known: JudgedAlert, cluster: Cluster | None = None) -> Fleet:
    prod = Cluster("prod") if cluster is None else cluster
    return Fleet((replace(prod, alerts=known),))


def judged(*evidence: Evidence, verdict: Verdict = Verdict.REAL) -> JudgedAlert:
    judgement = Judgement(verdict, "the node is gone", evidence)
    return make_alert(
        "KubeletDown", "prod", judgement, ago(minutes=12), node="talos-wk-2"
    )


def supporting(number: int = 0, seconds: float = 8) -> Evidence:
    claim = f"node talos-wk-2 NotReady {number}"
    return Evidence(
        claim, Verdict.REAL, "kubernetes prod", observed_at=ago(seconds=seconds)
    )


def test_a_real_alert_is_told_with_its_evidence_and_its_age() -> None:
    against = Evidence("apid answers", Verdict.FALSE_POSITIVE, "talos prod")
    alert = judged(supporting(), against)
    told = said_of(alert, fleet=with_alerts(alert))
    assert told.name == "KubeletDown prod"
    assert told.lines == (
        "REAL  KubeletDown prod talos-wk-2 · critical · for 12m",
        "  why: the node is gone",
        "  supports: node talos-wk-2 NotReady 0 (kubernetes prod, 8s ago)",
        "  contradicts: apid answers (talos prod, no age known)",
        SEEN,
    )
    assert told.text == "\n".join(told.lines)


def test_a_sentence_and_its_cluster_are_kept_apart() -> None:
    found = Finding(FindingKind.NODE_UNREACHABLE, Verdict.REAL, "a", "a is down", "no")
    assert said_of(found).name == "a is down, prod"


def test_what_turned_real_is_told_since_then() -> None:
    turned = replace(btrfs_alert(), turned_at=NOW - timedelta(seconds=6))
    assert "for 6s" in said_of(turned).lines[0]


def test_the_way_out_is_told_when_it_is_one_line() -> None:
    assert (
        "  next: kubectl -n apps delete pod homeassistant-0"
        in said_of(btrfs_alert()).lines
    )
    assert (
        "  next: a fix of 2 lines, which taloscope shows"
        in said_of(false_proxy("prod", 5)).lines
    )


def test_a_false_alert_is_not_told_as_a_real_one() -> None:
    alert = false_proxy("prod", 5)
    head, *rest = said_of(alert, fleet=with_alerts(alert)).lines
    assert head == "false  KubeProxyDown prod · critical · for 6w"
    said = "  supports: Cilium is set to replace kube-proxy (true)"
    assert rest[1] == f"{said} (kubernetes prod, 4s ago)"


def test_what_could_not_be_read_is_told_as_that() -> None:
    alert = scheduler_alert()
    lines = said_of(alert, fleet=with_alerts(alert)).lines
    assert lines[0].startswith("UNSURE  KubeSchedulerDown prod")
    assert (
        "  could not tell: the leader lease could not be read (forbidden)"
        " (kubernetes prod, no age known)" in lines
    )


def test_what_speaks_against_is_not_crowded_out() -> None:
    against = Evidence("apid answers", Verdict.FALSE_POSITIVE, "talos prod")
    alert = judged(*(supporting(n) for n in range(9)), against)
    lines = said_of(alert, fleet=with_alerts(alert)).lines
    assert len(lines) <= 8
    told = [line for line in lines if line.startswith("  contradicts: apid answers")]
    assert len(told) == 1
    assert told[0].endswith(" and 7 more")


def test_evidence_grows_old_in_the_text() -> None:
    alert = judged(supporting(seconds=300))
    told = said_of(alert, fleet=with_alerts(alert), later=timedelta(minutes=2))
    assert "(kubernetes prod, 7m ago)" in told.lines[2]
    assert told.lines[-1] == "seen 2026-11-21 02:15:47Z by taloscope"


def test_an_alert_of_a_server_that_fails_is_told_as_stale() -> None:
    source = make_source(SourceKind.ALERTMANAGER, ALERTMANAGER, "alerts")
    lost = failing(source, FaultKind.UNREACHABLE, "connection refused")
    alert = judged(supporting())
    prod = Cluster("prod", sources=(lost,))
    lines = said_of(alert, fleet=with_alerts(alert, cluster=prod)).lines
    assert (
        "  STALE: Alertmanager alerts: connection refused (last answer 4m ago)" in lines
    )


def test_an_alert_that_has_ended_is_told_as_that() -> None:
    head = said_of(judged(), fleet=with_alerts()).lines[0]
    assert head.endswith("no longer firing, began 2026-11-21 02:01:47Z")


def test_who_silenced_it_is_told() -> None:
    alert = scheduler_alert(silenced_by=("s1",))
    silence = Silence(
        "s1",
        SilenceState.ACTIVE,
        (Matcher("alertname", "KubeSchedulerDown"),),
        ago(hours=1),
        NOW + timedelta(hours=1),
        ago(hours=1),
        "anna",
        "known\nsince May",
    )
    known = replace(with_alerts(alert), silences=(silence,))
    lines = said_of(alert, fleet=known).lines
    assert "  silenced: until 03:13 by anna: known since May" in lines
    assert (
        "  silenced: by whom is not known"
        in said_of(alert, fleet=with_alerts(alert)).lines
    )


def test_hostile_text_neither_steers_a_terminal_nor_adds_lines() -> None:
    judgement = Judgement(Verdict.REAL, f"gone{ESC}]52;c;eA==\a\r\n\u202eREAL")
    name = f"Bad{ESC}[2J\nseen by nobody"
    alert = make_alert(name, "prod", judgement, ago(minutes=1), node="a\tb" * 300)
    told = said_of(alert, fleet=with_alerts(alert))
    assert len(told.lines) == 3
    assert all(line.isprintable() for line in (*told.lines, told.name))
    assert max(map(len, told.lines)) <= 242
    assert told.lines[-1] == SEEN


def test_secrets_are_left_out() -> None:
    judgement = Judgement(Verdict.REAL, "GET http://ops:hunter2@nas:9100/x failed")
    alert = make_alert("Gone", "prod", judgement, ago(minutes=1))
    told = said_of(alert, fleet=with_alerts(alert)).text
    assert "http://***@nas:9100/x" in told
    assert "hunter2" not in told


def test_a_target_is_told_with_its_error_and_what_comes_next() -> None:
    row = make_target(
        "proxmox", "carrick:9221", health=Health.DOWN, error="connection refused"
    )
    prod = Cluster("prod", targets=(row,))
    lines = said_of(row, fleet=Fleet((prod,))).lines
    assert lines[:3] == (
        "down  proxmox carrick:9221 prod · expected",
        "  prometheus: connection refused (scraped 7s ago)",
        "  url: http://carrick:9221/metrics",
    )
    assert lines[3].startswith("  next: ")


def test_a_target_that_nobody_lists_is_not_told_as_down() -> None:
    row = make_target("proxmox", "carrick:9221", health=Health.ABSENT)
    lines = said_of(row, fleet=Fleet((Cluster("prod", targets=(row,)),))).lines
    assert lines[0].startswith("absent  proxmox carrick:9221 prod")
    assert lines[1] == "  prometheus: does not list it (never read)"


def test_every_node_and_finding_of_an_estate_has_its_few_lines() -> None:
    fleet = make_fleet()
    for cluster in fleet.clusters:
        things: tuple[Thing, ...] = (*cluster.nodes, *cluster.findings)
        for thing in things:
            told = said_of(thing, cluster.name, fleet)
            assert 3 <= len(told.lines) <= 8
            assert told.name.endswith(cluster.name)
            assert "no longer" not in told.text


def test_a_node_is_told_as_talos_and_as_kubernetes_see_it() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    node = next(each for each in prod.nodes if each.name == "talos-wk-2")
    text = said_of(node, prod.name, fleet).text
    assert "  talos: " in text
    assert "  kubernetes: Ready (read 4s ago)" in text
    assert "  kernel: btrfs sdb: " in text
    gone = said_of(node, "prod", Fleet((Cluster("prod"),)))
    assert "no longer listed" in gone.lines[0]


def test_whether_an_alert_still_fires_may_not_be_known() -> None:
    unread = Fleet((Cluster("prod"),))
    assert "not known whether it fires" in said_of(judged(), fleet=unread).lines[0]
    assert "  now: not known whether it fires" in said_of(TURNED, fleet=unread).lines


def test_what_happened_is_told_with_its_time_and_with_what_is_now() -> None:
    told = said_of(TURNED, fleet=with_alerts())
    head, why, *_, now, seen = told.lines
    assert head == "2026-11-21 02:13:35Z  KubeProxyDown prod: false → ✖ REAL"
    assert why.startswith("  Cilium agent on talos-wk-1")
    assert (now, seen) == ("  now: no longer firing", SEEN)
    down = Finding(FindingKind.NODE_UNREACHABLE, Verdict.REAL, "wk-1", "wk-1 is down")
    event = Event(ago(minutes=2), Turn.ENDED, down, "prod", 180.0)
    assert said_of(event).lines == (
        "2026-11-21 02:11:47Z  prod wk-1 is down ended: after 3m",
        SEEN,
    )


def test_several_alerts_are_told_one_behind_the_other() -> None:
    both = [("prod", btrfs_alert()), ("monit", carrick_alert())]
    told = spoken(both, make_fleet(), NOW)
    assert told.name == "2 alerts"
    heads = [line for line in told.lines if line.startswith("REAL")]
    assert len(heads) == 2
    assert told.lines[-1] == SEEN


def test_of_an_endless_line_nothing_beside_the_cut_is_told() -> None:
    secrets = "token=a1 " * 450 + "password='a long one with spaces in it'" * 100_000
    said = said_of(judged(Evidence(secrets, Verdict.REAL, "x")))
    assert all(len(line) <= 242 for line in said.lines)
    assert "long one" not in said.text
