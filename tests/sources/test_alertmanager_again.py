"""Alerts that are sent again stay what they are; who has gone quiet is seen so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from tests.sources.replay import body, raw, recordings
from tests.triage.cases import alert
from tui.model.alert import Alert, AlertState
from tui.sources.alertmanager_again import Listed, again
from tui.sources.alertmanager_wire import LIST, AlertsReader

START = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
MANY = 2_000


def sent(about: Alert, seconds: float) -> Alert:
    """The alert as it is listed once it was sent at that second; another object."""
    at = START + timedelta(seconds=seconds)
    labels = dict(about.labels)
    ends_at = at + timedelta(minutes=4)
    return replace(about, labels=labels, updated_at=at, ends_at=ends_at)


def many(seconds: float, number: int = MANY) -> tuple[Alert, ...]:
    return tuple(
        sent(replace(alert("AppBroken", pod=f"p-{n}"), fingerprint=f"f-{n}"), seconds)
        for n in range(number)
    )


def read(*lists: Sequence[Alert]) -> tuple[Alert, ...]:
    """The last of several lists that come one after the other."""
    listed = Listed()
    for each in lists:
        listed = again(listed, each)
    return listed.alerts


def test_what_nothing_is_new_of_is_the_same_object() -> None:
    first = many(0, 3)
    found = read(first, many(0, 3))
    assert all(one is other for one, other in zip(first, found, strict=True))


def test_thousands_that_were_only_sent_again_are_the_same_objects() -> None:
    first = many(0)
    found = read(first, many(30))
    assert all(one is other for one, other in zip(first, found, strict=True))


def test_their_times_follow_within_a_minute_all_at_once() -> None:
    found = read(many(0), many(30), many(59), many(61))
    assert {each.updated_at for each in found} == {START + timedelta(seconds=61)}
    found = read(many(0), many(61), many(90))
    assert {each.updated_at for each in found} == {START + timedelta(seconds=61)}


def test_of_few_alerts_every_time_is_the_newest() -> None:
    (found,) = read(many(0, 1), many(10, 1))
    assert found.updated_at == START + timedelta(seconds=10)


def test_an_alert_with_other_times_has_the_labels_that_it_had() -> None:
    (first,) = many(0, 1)
    (found,) = read((first,), many(10, 1))
    assert found.labels is first.labels


def test_the_watchdog_always_has_its_newest_time() -> None:
    watchdog = alert("Watchdog")
    first, second = (*many(0), sent(watchdog, 0)), (*many(30), sent(watchdog, 30))
    assert read(first, second)[-1].updated_at == START + timedelta(seconds=30)


def test_an_alert_that_looked_quiet_and_was_sent_again_is_no_longer_quiet() -> None:
    first = (*many(0), sent(alert("Lone"), -150))
    second = (*many(30), sent(alert("Lone"), 30))
    assert read(first, second)[-1].updated_at == START + timedelta(seconds=30)


def test_times_that_went_back_are_taken_as_they_are() -> None:
    found = read(many(30), many(0))
    assert {each.updated_at for each in found} == {START}


@pytest.mark.parametrize(
    "news",
    [
        {"state": AlertState.SUPPRESSED, "silenced_by": ("id",)},
        {"inhibited_by": ("f",)},
        {"annotations": {"summary": "now 8"}},
        {"labels": {"alertname": "AppBroken", "pod": "other"}},
        {"starts_at": START},
        {"receivers": ("pager",)},
        {"generator_url": "http://p/graph?g0.expr=up"},
    ],
)
def test_whatever_else_is_new_is_seen_at_once(news: dict[str, object]) -> None:
    listed = many(30)
    changed = replace(listed[7], **news)
    found = read(many(0), (*listed[:7], changed, *listed[8:]))
    assert found[7] is changed
    assert found[8].updated_at == START


def recorded() -> list[msgspec.Raw]:
    """A real list of several alerts."""
    (longest,) = sorted(
        (each.values[0] for each in recordings("/api/v2/alerts")),
        key=lambda each: len(raw(each)),
    )[-1:]
    return LIST.decode(body(longest))


def sent_later(one: msgspec.Raw) -> msgspec.Raw:
    said = msgspec.json.decode(one)
    return msgspec.Raw(
        msgspec.json.encode({**said, "updatedAt": "2126-01-01T00:00:00Z"})
    )


def test_what_stands_in_the_list_as_it_did_is_the_same_object() -> None:
    listed = recorded()
    reader = AlertsReader()
    first = reader.alerts(listed)
    assert len(first) == len(listed) > 1
    second = reader.alerts([sent_later(listed[0]), *listed[1:]])
    (new,) = (new for old, new in zip(first, second, strict=True) if new is not old)
    assert new.updated_at
    assert new.updated_at.year > 2100
    assert reader.alerts(listed) == first


def test_an_alert_that_is_listed_twice_is_one() -> None:
    listed = recorded()
    found = AlertsReader().alerts([*listed, sent_later(listed[0]), listed[1]])
    assert len(found) == len(listed)
    assert sum(each.updated_at.year > 2100 for each in found if each.updated_at) == 1
