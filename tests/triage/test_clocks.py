"""Servers whose clock is off: told once, and nothing is proven by their times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.triage.cases import BOOK, SEEN, alert, case, down, lease
from tui.model.alert import Verdict
from tui.model.fleet import SourceKind
from tui.model.question_beyond import AlertsListed
from tui.model.server_clock import OurClock, ours
from tui.model.target import Health
from tui.triage.clocks import ServerTime, of_hosts, of_servers
from tui.triage.expectation_beyond import is_scraped
from tui.triage.leading import leader
from tui.triage.rules.control_plane import SCHEDULER

HOUR = timedelta(hours=1)


def server(ahead: float, where: str = "http://am:9093") -> ServerTime:
    kind = SourceKind.ALERTMANAGER
    return ServerTime(kind, where, "prod", ahead, is_live=True, where=where)


def test_a_server_that_is_off_beside_one_that_is_not_is_real() -> None:
    (found,) = of_servers([server(3600.0), server(0.0, "b")], (), None, "prod")
    assert found.verdict is Verdict.REAL
    assert found.title == "the clock of alertmanager http://am:9093 is 60 min ahead"
    assert "1 of the 1 other clocks agree on another time" in found.detail
    assert "NTP" in found.detail


def test_of_two_clocks_alone_nobody_can_tell_which_is_wrong() -> None:
    (found,) = of_servers([server(-3600.0)], (), None, "prod")
    assert found.verdict is Verdict.UNDECIDED
    assert "Or this machine's is 60 min ahead" in found.detail


def test_time_servers_of_nodes_are_witnesses() -> None:
    (found,) = of_servers([server(-3600.0)], (0.0,), None, "prod")
    assert found.verdict is Verdict.REAL


def test_a_server_that_does_not_answer_now_is_not_called_wrong_for_certain() -> None:
    gone = replace(server(3600.0), is_live=False)
    (found,) = of_servers([gone, server(0.0, "b")], (), None, "prod")
    assert found.verdict is Verdict.UNDECIDED


def test_where_our_clock_is_wrong_only_who_differs_from_the_others_is_told_of() -> None:
    ours = OurClock(3600.0, 2)
    servers = [server(3600.0), server(3601.0, "b"), server(0.0, "c")]
    (found,) = of_servers(servers, (), ours, "prod")
    assert found.subject.endswith(" c")
    assert found.title.endswith("60 min behind")


INGRESS = (
    server(3600.0, "https://gate/prometheus"),
    replace(server(3601.0, "https://gate:8443/loki"), kind=SourceKind.LOKI),
    server(3600.0, "https://gate/alertmanager"),
)


def clocks(servers: Sequence[ServerTime]) -> list[float]:
    return [each[0].ahead for each in of_hosts(servers)]


def test_all_that_is_behind_one_host_is_one_clock_and_one_finding() -> None:
    (found,) = of_servers(INGRESS, (), None, "prod")
    assert found.subject == "gate"
    assert found.title == ("the clock of gate (alertmanager, loki) is 60 min ahead")
    assert found.verdict is Verdict.UNDECIDED
    assert "no other clock tells" in found.detail


def test_many_servers_behind_one_host_are_no_majority_against_our_clock() -> None:
    assert ours(clocks(INGRESS)) is None
    assert ours(clocks((*INGRESS, server(3599.0, "http://elsewhere")))) is not None


def test_one_clock_that_is_right_convicts_the_host_before_many() -> None:
    (found,) = of_servers((*INGRESS, server(0.0, "http://am")), (), None, "prod")
    assert found.verdict is Verdict.REAL
    assert "1 of the 1 other clocks agree" in found.detail


def test_where_servers_of_one_host_differ_there_are_two_clocks() -> None:
    right = server(0.0, "https://gate:9093")
    assert clocks((*INGRESS, right)) == [0.0, 3600.0]


def test_what_port_forwards_lead_to_is_not_one_host() -> None:
    pods = [server(3600.0, f"kube://monit/monitoring/{name}:80") for name in "ab"]
    assert len(clocks(pods)) == 2


def test_a_server_of_another_cluster_is_told_of_there() -> None:
    assert of_servers([server(3600.0)], (), None, "monit") == ()


@pytest.mark.parametrize("off", [HOUR, -HOUR])
@pytest.mark.parametrize("shown", [timedelta(), HOUR, -HOUR])
def test_a_lease_clears_nothing_beside_a_clock_that_is_off(
    off: timedelta, shown: timedelta
) -> None:
    question, told = leader(SCHEDULER), lease(SCHEDULER)
    assert told.renewed_at is not None
    dated = replace(told, renewed_at=told.renewed_at + shown)
    known = case(alert("KubeSchedulerDown"), {question: (dated,)})
    found = BOOK.judge(replace(known, ahead={question: off}))
    is_dead_by_both = (shown, off) == (-HOUR, HOUR)
    wanted = Verdict.REAL if is_dead_by_both else Verdict.UNDECIDED
    assert found.verdict is wanted


def test_that_a_clock_is_off_is_told_as_why_an_alert_is_undecided() -> None:
    known = case(alert("KubeSchedulerDown"))
    found = BOOK.judge(replace(known, ahead={leader(SCHEDULER): HOUR}))
    assert "the clock of kubernetes prod is 60 min ahead" in found.reason


def test_what_no_clock_decides_is_judged_beside_one_that_is_off() -> None:
    known = case(alert("KubeProxyDown"))
    ahead = dict.fromkeys(known.answers, timedelta(seconds=40))
    assert BOOK.judge(replace(known, ahead=ahead)).verdict is Verdict.FALSE_POSITIVE


def test_a_watchdog_from_the_future_is_no_sign_of_life() -> None:
    late = replace(alert("Watchdog"), updated_at=SEEN + HOUR)
    assert BOOK.judge(case(late)).verdict is Verdict.UNDECIDED
    now = replace(case(alert("Watchdog")), ahead={AlertsListed(): HOUR})
    assert BOOK.judge(now).verdict is Verdict.UNDECIDED


def test_a_scrape_from_the_future_is_not_a_scrape_of_now() -> None:
    row = down("kubelet", Health.UP)
    assert is_scraped(row, SEEN)
    assert not is_scraped(row, SEEN - HOUR)
