from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tests.estate import make_fleet
from tests.hidden import hidden_fleet
from tests.judged import NOW
from tui.cli.check_report import exit_code, report
from tui.model.alert import Verdict
from tui.model.fleet import Cluster, Fleet, SourceStatus
from tui.model.target import Health

FLEET = make_fleet()


def document(fleet: Fleet = FLEET) -> dict[str, Any]:
    written = json.dumps(report(fleet, NOW))
    found: dict[str, Any] = json.loads(written)
    return found


def only(cluster: Cluster) -> Fleet:
    return Fleet((cluster,))


def live(cluster: Cluster) -> Cluster:
    sources = tuple(
        replace(each, observed_at=NOW, fault=None, attempts=1)
        for each in cluster.sources
    )
    return replace(cluster, sources=sources, findings=(), alerts=())


def test_every_cluster_is_there_in_the_order_of_the_config() -> None:
    names = [cluster["name"] for cluster in document()["clusters"]]
    assert names == [cluster.name for cluster in FLEET.clusters]


def test_every_alert_is_there_with_its_verdict() -> None:
    found = document()
    written = [a for c in found["clusters"] for a in c["alerts"] or ()]
    known = [a for c in FLEET.clusters for a in c.alerts or ()]
    assert [a["fingerprint"] for a in written] == [a.alert.fingerprint for a in known]
    assert [a["verdict"] for a in written] == [a.verdict.value for a in known]


def test_a_real_alert_that_is_hidden_says_by_whom_and_counts_as_real() -> None:
    found = document(hidden_fleet())
    alert = found["clusters"][0]["alerts"][0]
    assert alert["concealed"]["surprise"] == "turned"
    assert alert["concealed"]["silences"][0]["created_by"] == "ops"
    assert document()["clusters"][0]["alerts"][0]["concealed"] is None
    prod = hidden_fleet().clusters[0]
    only_hidden = replace(live(prod), alerts=(prod.alerts or ())[:1])
    assert exit_code(only(only_hidden), NOW) == 1


def test_evidence_says_what_it_claims_who_said_so_and_when() -> None:
    pieces = [
        piece
        for cluster in document()["clusters"]
        for alert in cluster["alerts"] or ()
        for piece in alert["evidence"]
    ]
    assert pieces
    for piece in pieces:
        assert {"claim", "source", "observed_at", "supports"} <= set(piece)


def test_every_target_is_there_and_counted() -> None:
    for written, cluster in zip(document()["clusters"], FLEET.clusters, strict=True):
        if cluster.targets is None:
            assert written["targets"] is None
            continue
        assert len(written["targets"]["rows"]) == len(cluster.targets)
        up = sum(row.health is Health.UP for row in cluster.targets)
        assert written["targets"]["counts"]["up"] == up


def test_what_is_not_known_is_null_and_not_empty() -> None:
    written = document(only(Cluster("dark")))["clusters"][0]
    assert written["targets"] is None
    assert written["alerts"] is None
    assert written["trend"] is None


def test_a_node_that_was_never_asked_is_neither_reachable_nor_not() -> None:
    nodes = [
        (written, node)
        for cluster, known in zip(document()["clusters"], FLEET.clusters, strict=True)
        for written, node in zip(cluster["nodes"], known.nodes, strict=True)
    ]
    assert nodes
    for written, node in nodes:
        asked = node.talos.attempts > 0
        assert written["reachable"] == ((node.talos.fault is None) if asked else None)


def test_times_are_utc_in_rfc_3339() -> None:
    assert document()["generated_at"].endswith("Z")


def test_anything_real_gives_1() -> None:
    assert exit_code(FLEET, NOW) == 1


def test_a_silence_does_not_make_an_alert_untrue() -> None:
    real = next(
        alert
        for cluster in FLEET.clusters
        for alert in cluster.alerts or ()
        if alert.verdict is Verdict.REAL
    )
    silenced = replace(real, alert=replace(real.alert, silenced_by=("x",)))
    quiet = live(FLEET.clusters[0])
    assert exit_code(only(replace(quiet, alerts=(silenced,))), NOW) == 1


def test_a_real_alert_of_no_cluster_gives_1() -> None:
    real = (FLEET.clusters[0].alerts or ())[0]
    assert real.verdict is Verdict.REAL
    assert exit_code(Fleet((live(FLEET.clusters[0]),), (real,)), NOW) == 1


def test_a_source_that_is_not_live_gives_2() -> None:
    quiet = live(FLEET.clusters[0])
    old = quiet.sources[0]
    stale: SourceStatus = replace(old, observed_at=NOW - timedelta(hours=1))
    blind = replace(quiet, sources=(stale, *quiet.sources[1:]))
    assert exit_code(only(blind), NOW) == 2


def test_what_was_never_tried_gives_2() -> None:
    quiet = live(FLEET.clusters[0])
    never = tuple(replace(s, observed_at=None, attempts=0) for s in quiet.sources)
    assert exit_code(only(replace(quiet, sources=never)), NOW) == 2


def test_a_quiet_estate_that_is_fully_seen_gives_0() -> None:
    assert exit_code(only(live(FLEET.clusters[0])), NOW) == 0


def test_a_cluster_of_which_neither_targets_nor_alerts_are_read_gives_2() -> None:
    seen = live(FLEET.clusters[0])
    dark = replace(seen, targets=None, alerts=None)
    assert exit_code(only(dark), NOW) == 2
    assert document(only(dark))["clusters"][0]["standing"] == "unjudged"
    assert exit_code(only(replace(seen, alerts=None)), NOW) == 0
