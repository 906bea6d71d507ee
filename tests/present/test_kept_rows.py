"""Rows are made again only when they would say another thing."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.estate import make_fleet
from tests.judged import NOW
from tui.model.alert import Verdict
from tui.model.finding import Finding, FindingKind
from tui.model.log import LogFinding
from tui.present.finding_rows import FindingRows
from tui.present.glyphs import UNICODE
from tui.present.nodes import NodeRows, heading

NODES = make_fleet().clusters[0].nodes
FOUND = Finding(FindingKind.KERNEL, Verdict.UNDECIDED, "wk-1", "disk", "sdb fails", NOW)
SECOND = timedelta(seconds=1)


def test_the_row_of_a_node_is_kept_while_the_node_and_its_age_are() -> None:
    error = LogFinding(
        "prod", "a", "btrfs", "error", "sdb", "it is broken", 3, NOW, NOW, "sdb"
    )
    sick = replace(NODES[0], kernel=(error,))
    well = replace(NODES[0], name="well", kernel=())
    rows = NodeRows(UNICODE)
    first = rows.rows((well, sick), NOW)
    again = rows.rows((well, sick), NOW)
    assert [one is other for one, other in zip(first, again, strict=True)] == [True] * 2
    later = rows.rows((well, sick), NOW + 5 * SECOND)
    assert later[0].cells[-1].text.endswith("5s")
    assert later[1] is first[1]
    back = rows.rows((well, sick), NOW)
    assert back == first


def test_a_node_that_is_heard_anew_has_another_row_and_another_sign() -> None:
    kube = NODES[0].kube
    assert kube is not None
    well = replace(NODES[0], kernel=(), kube=replace(kube, is_ready=True))
    dead = replace(well, kube=replace(kube, is_ready=False))
    rows = NodeRows(UNICODE)
    cluster = replace(make_fleet().clusters[0], nodes=(well,))
    told = []
    for node in (well, dead, well):
        shown = rows.rows((node,), NOW)
        line = heading(cluster, NOW, UNICODE, rows.signs)
        told.append((shown[0].cells[3].text, line[0].text))
    assert told == [
        ("Ready", "1/1 well"),
        ("NotReady", "0/1 well"),
        ("Ready", "1/1 well"),
    ]


def test_the_row_of_a_finding_is_kept_while_it_says_the_same() -> None:
    rows = FindingRows(UNICODE)
    first = rows.rows([FOUND], frozenset(), NOW)
    assert rows.rows([replace(FOUND)], frozenset(), NOW)[0] is first[0]
    assert rows.rows([FOUND], frozenset({"wk-1"}), NOW) != first
    assert rows.rows([FOUND], frozenset(), NOW + SECOND) != first
    assert rows.rows([replace(FOUND, fixes=("mkfs",))], frozenset(), NOW) == first
    worse = replace(FOUND, verdict=Verdict.REAL)
    assert rows.rows([worse], frozenset(), NOW) != first


def test_real_findings_come_first_and_none_is_dropped() -> None:
    real = replace(FOUND, verdict=Verdict.REAL, subject="wk-2")
    rows = FindingRows(UNICODE).rows([FOUND, real], frozenset(), NOW)
    assert [row.key.split()[2] for row in rows] == ["wk-2", "wk-1"]
