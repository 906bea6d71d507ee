"""Peers that disagree about alerts: told once it lasts, and never by who is silent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import httpx
from msgspec.structs import replace

from tests.judged import NOW, ago
from tests.sources.replay import raw, recorded
from tests.triage.cases import alert
from tui.config import Endpoint
from tui.model.alert import Alert, AlertState
from tui.sources.alertmanager import AlertmanagerSource
from tui.sources.alertmanager_again import Listed, again
from tui.sources.alertmanager_apart import GRACE, Joined, joined

OLD = replace(alert("AppBroken"), fingerprint="old", starts_at=ago(hours=1))
ONE, TWO = "http://one", "http://two"
QUIET = replace(OLD, state=AlertState.SUPPRESSED, silenced_by=("s1",))


def lacking(
    *looks: tuple[datetime, Mapping[str, Sequence[Alert]]],
) -> list[tuple[str, ...]]:
    """What the alerts of the last look say of the peers."""
    found = Joined()
    for now, told in looks:
        found = joined(found, list(told.items()), now)
    return [each.lacking for each in found.alerts]


def later(**by: float) -> datetime:
    return NOW + timedelta(**by)


def test_an_alert_that_a_peer_lacks_names_it_once_that_lasts() -> None:
    both = NOW, {ONE: [OLD], TWO: [OLD]}
    first = later(seconds=15), {ONE: [OLD], TWO: []}
    assert lacking(both, first) == [()]
    still = later(seconds=16) + GRACE, {ONE: [OLD], TWO: []}
    assert lacking(both, first, still) == [(TWO,)]
    again_both = later(seconds=20) + GRACE, {ONE: [OLD], TWO: [OLD]}
    assert lacking(both, first, still, again_both) == [()]
    anew = later(seconds=30) + GRACE, {ONE: [OLD], TWO: []}
    assert lacking(both, first, still, again_both, anew) == [()]


def test_who_looks_for_the_first_time_goes_by_the_age_of_the_alert() -> None:
    fresh = replace(OLD, starts_at=ago(seconds=30), fingerprint="new")
    looks = NOW, {ONE: [OLD, fresh], TWO: []}
    assert lacking(looks) == [(), (TWO,)]


def test_an_alert_that_only_one_peer_keeps_quiet_is_a_disagreement_too() -> None:
    assert lacking((NOW, {ONE: [QUIET], TWO: [OLD]})) == [(ONE,)]
    other = replace(QUIET, silenced_by=("s2",))
    assert lacking((NOW, {ONE: [QUIET], TWO: [other]})) == [()]


def test_a_clock_that_was_put_back_is_no_disagreement() -> None:
    first = later(hours=9), {ONE: [OLD], TWO: [OLD]}
    back = NOW, {ONE: [OLD], TWO: []}
    assert lacking(first, back) == [()]
    assert lacking(first, back, (later(minutes=3), back[1])) == [(TWO,)]


def test_one_peer_alone_disagrees_with_nobody() -> None:
    assert lacking((NOW, {ONE: [OLD]})) == [()]


def test_that_peers_disagree_by_now_is_news() -> None:
    told = replace(OLD, lacking=(TWO,))
    listed = again(again(Listed(), [OLD]), [told])
    assert listed.alerts == (told,)


async def test_a_source_tells_it_of_peers_that_answer() -> None:
    record = raw(recorded("alertmanager/alerts-all.json"))

    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.host:
            case "three":
                raise httpx.ConnectError("refused")
            case "two":
                return httpx.Response(200, content=json.dumps(record[1:]).encode())
        return httpx.Response(200, content=json.dumps(record).encode())

    source = AlertmanagerSource(
        Endpoint((ONE, TWO, "http://three")),
        5.0,
        transport=httpx.MockTransport(answer),
        now=lambda: NOW,
    )
    first = record[0]["fingerprint"]
    told = {each.fingerprint: each.lacking for each in await source.alerts()}
    assert told.pop(first) == (TWO,)
    assert set(told.values()) == {()}
