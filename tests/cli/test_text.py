from __future__ import annotations

from msgspec.structs import replace

from tests.estate import failing, make_fleet
from tests.hidden import hidden_fleet
from tests.judged import NOW
from tui.cli.text import Page, summary
from tui.model.alert import Verdict
from tui.model.alertmanager import Alertmanager, Disagreement, Peer
from tui.model.fault import ADVICE, Fault, FaultKind
from tui.model.fleet import Cluster, Fleet, SourceKind
from tui.present import nodes, targets
from tui.present.glyphs import UNICODE
from tui.present.units import count

FLEET = make_fleet()


def lines(fleet: Fleet = FLEET, page: Page | None = None) -> list[str]:
    return list(summary(fleet, NOW, page or Page()))


def test_every_line_fits_80_columns() -> None:
    assert [line for line in lines() if len(line) > 80] == []


def test_the_cluster_in_trouble_comes_first() -> None:
    names = tuple(f"{cluster.name}  " for cluster in FLEET.clusters)
    heads = [line for line in lines() if line.startswith(names)]
    trouble = ["REAL TROUBLE" in line for line in heads]
    assert trouble == sorted(trouble, reverse=True)


def test_what_is_real_and_hidden_is_told_before_all_else() -> None:
    _, _, head, *told = lines(hidden_fleet())
    assert head == "real, and hidden from everybody"
    text = " ".join(" ".join(told[:5]).split())
    assert text.startswith("HIDDEN KubeProxyDown prod (real for 12s): Cilium agent")
    assert "was false when ops silenced it, 3h left: False positive" in text


def test_a_history_that_could_not_be_read_is_told_before_what_it_would_tell() -> None:
    why = "/state/history.sqlite3: another program holds it: wait, or end that one"
    _, _, *told = summary(FLEET, NOW, Page(), why)
    text = " ".join(" ".join(told).split())
    words = "history could not be read, so what turned real under a silence may be"
    assert text.startswith(f"{words} missing: {why}")
    assert "could not be read, so" not in " ".join(lines())


def test_nothing_is_said_of_hidden_ones_when_there_are_none() -> None:
    assert "hidden" not in " ".join(lines())


def test_all_alerts_are_told_with_their_reason() -> None:
    text = " ".join(" ".join(lines()).split())
    for cluster in FLEET.clusters:
        for alert in cluster.alerts or ():
            assert alert.alert.name in text
            assert " ".join(alert.judgement.reason.split()) in text


def test_a_failing_source_is_told_with_advice() -> None:
    cluster = FLEET.clusters[0]
    source = failing(cluster.sources[0], FaultKind.TLS, "its certificate is too old")
    fleet = Fleet((replace(cluster, sources=(source,)),))
    text = " ".join(" ".join(lines(fleet)).split())
    assert "its certificate is too old" in text
    assert ADVICE[FaultKind.TLS] in text


def test_a_silent_peer_and_one_that_tells_otherwise_are_named() -> None:
    fault = Fault(FaultKind.UNREACHABLE, "refused the connection")
    apart = Disagreement(FLEET.silences[0], ("http://a",), ("http://b",))
    peers = (Peer("http://a"), Peer("http://b"), Peer("http://c", fault))
    manager = Alertmanager("http://a", ("prod",), FLEET.silences, peers, (apart,))
    text = " ".join(" ".join(lines(replace(FLEET, alertmanagers=(manager,)))).split())
    assert "peer of Alertmanager, http://c: refused the connection" in text
    assert f"silence {FLEET.silences[0].id} is not known to http://b" in text


def test_alerts_about_which_peers_disagree_are_named_with_the_peer() -> None:
    cluster = FLEET.clusters[0]
    alerts = tuple(
        replace(each, alert=replace(each.alert, lacking=("http://b",)))
        for each in cluster.alerts or ()
    )
    fleet = Fleet((replace(cluster, alerts=alerts),))
    text = " ".join(" ".join(lines(fleet)).split())
    assert f"peer http://b does not tell so: {alerts[0].alert.name}" in text


def test_nothing_known_is_said_as_unknown_and_not_as_zero() -> None:
    text = "\n".join(lines(Fleet((Cluster("dark"),))))
    assert "targets unknown" in text
    assert "alerts unknown" in text
    assert "0/0" not in text


def test_colours_are_only_added_where_they_are_shown() -> None:
    assert not any("\x1b" in line for line in lines())
    assert any("\x1b[31m" in line for line in lines(page=Page(is_coloured=True)))


def test_text_from_outside_cannot_move_the_cursor() -> None:
    alert = (FLEET.clusters[0].alerts or ())[0]
    evil = replace(alert.judgement, reason="\x1b[2J\rgone\nnext", verdict=Verdict.REAL)
    hostile = (replace(alert, judgement=evil),)
    text = lines(Fleet((replace(FLEET.clusters[0], alerts=hostile),)))
    assert not any("\x1b" in line or "\r" in line or "\n" in line for line in text)


def test_a_cluster_of_which_only_kubernetes_is_read_is_not_called_quiet() -> None:
    cluster = FLEET.clusters[1]
    kinds = {SourceKind.KUBERNETES}
    sources = tuple(each for each in cluster.sources if each.key.kind in kinds)
    fresh = tuple(replace(each, observed_at=NOW, fault=None) for each in sources)
    dark = replace(cluster, sources=fresh, targets=None, alerts=None, findings=())
    text = "\n".join(lines(Fleet((dark,))))
    assert "no Prometheus is read, no Alertmanager is read" in text
    assert "NOT FULLY JUDGED" in text
    assert "quiet" not in text


def test_a_failing_source_is_told_in_the_words_of_who_failed() -> None:
    cluster = FLEET.clusters[0]
    source = failing(cluster.sources[0], FaultKind.CONFIG, "cannot use the context 'p'")
    assert source.fault is not None
    fault = replace(source.fault, detail="executable getoken failed: exit code 3")
    only = replace(cluster, sources=(replace(source, fault=fault),))
    text = " ".join(" ".join(lines(Fleet((only,)))).split())
    assert "cannot use the context 'p': executable getoken failed: exit code 3." in text


def test_targets_and_nodes_are_counted_as_the_screen_counts_them() -> None:
    told = " ".join(lines(page=Page(width=400)))
    for cluster in FLEET.clusters:
        if cluster.targets is not None:
            counted, *rest = targets.heading(cluster, NOW, UNICODE)
            up = counted.text.replace(" up", " targets up")
            assert ", ".join([up, *(span.text.strip() for span in rest)]) in told
        if cluster.nodes:
            (well,) = nodes.heading(cluster, NOW, UNICODE)
            number, _ = well.text.split("/")
            assert f", {number}/{count(len(cluster.nodes), 'node')} well" in told


def test_a_node_of_a_cluster_without_kubernetes_is_not_counted_as_ill() -> None:
    first = FLEET.clusters[0]
    alone = tuple(replace(each, kube=None, kernel=()) for each in first.nodes[:1])
    told = " ".join(lines(Fleet((replace(first, nodes=alone),))))
    assert "1/1 node well" in told


def test_an_alert_is_told_from_others_of_its_name() -> None:
    cluster = FLEET.clusters[0]
    first = (cluster.alerts or ())[0]
    labels = {"alertname": "Full", "job": "node", "node": "wk-1", "instance": "i:1"}
    alert = replace(first, alert=replace(first.alert, labels=labels))
    fleet = Fleet((replace(cluster, alerts=(alert,)),))
    text = " ".join(" ".join(lines(fleet)).split())
    assert "Full node wk-1 i:1 (" in text
