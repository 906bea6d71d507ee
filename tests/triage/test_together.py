"""An alert that is about several clusters is judged by all of them."""

from __future__ import annotations

from msgspec.structs import replace

from tests.triage.cases import BOOK, alert, case
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.reading import Reading
from tui.model.target import InventoryTarget
from tui.triage.rules import kube_proxy

ABOUT = alert("KubeProxyDown", cluster="monit")
WELL = case(ABOUT, cluster="monit")
OTHER = case(ABOUT, cluster="prod")
SICK = case(ABOUT, {kube_proxy.AGENTS: ()}, cluster="prod")
FAULT = Fault(FaultKind.UNREACHABLE, "connection refused")
BLIND = replace(
    OTHER, answers={q: Reading(fault=FAULT, attempts=1) for q in OTHER.answers}
)


def test_it_is_false_only_when_every_one_of_them_proves_it() -> None:
    found = BOOK.judge_together([WELL, OTHER])
    assert found.verdict is Verdict.FALSE_POSITIVE
    assert found.reason.endswith("; so in all of monit, prod")
    sources = {piece.source for piece in found.evidence}
    assert sources == {
        f"{server} {cluster}"
        for server in ("kubernetes", "prometheus")
        for cluster in ("monit", "prod")
    }


def test_one_that_refutes_it_makes_it_real() -> None:
    found = BOOK.judge_together([WELL, SICK])
    assert found.verdict is Verdict.REAL
    assert found.reason.startswith("prod: no Cilium agent on talos-cp-1")


def test_one_that_cannot_tell_leaves_it_undecided() -> None:
    found = BOOK.judge_together([WELL, BLIND])
    assert found.verdict is Verdict.UNDECIDED
    assert "connection refused" in found.reason


def test_what_one_of_them_expects_wins() -> None:
    line = InventoryTarget("kube-proxy", None, expected=True)
    found = BOOK.judge_together([WELL, replace(OTHER, inventory=(line,))])
    assert found.verdict is Verdict.REAL
    assert "inventory prod" in {piece.source for piece in found.evidence}


def test_one_cluster_alone_is_judged_as_ever() -> None:
    assert BOOK.judge_together([WELL]) == BOOK.judge(WELL)
