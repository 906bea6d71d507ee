"""Our client against Debian's Alertmanager; amtool is the witness."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.real.conftest import binary
from tests.real.polling import eventually
from tui.clock import SystemClock
from tui.config import Endpoint
from tui.model.alert import AlertState
from tui.model.fault import FaultKind
from tui.model.labels import fingerprint
from tui.model.silence import Matcher, Silence, SilenceDraft, SilenceState
from tui.silencing.redraft import edited, extended
from tui.sources.alertmanager import AlertmanagerSource, ChangedError
from tui.sources.base import SourceError

pytestmark = pytest.mark.real


@pytest.fixture
async def source(alertmanager: str) -> AsyncIterator[AlertmanagerSource]:
    found = AlertmanagerSource(Endpoint((alertmanager,)), 5.0)
    yield found
    await found.aclose()


async def amtool(url: str, *arguments: str) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        binary("amtool"),
        f"--alertmanager.url={url}",
        "--output=json",
        *arguments,
        stdout=PIPE,
        stderr=PIPE,
    )
    async with asyncio.timeout(20):
        output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    found: list[dict[str, Any]] = json.loads(output)
    return found


def draft(name: str) -> SilenceDraft:
    start = SystemClock().now()
    return SilenceDraft(
        matchers=(Matcher("alertname", name), Matcher("job", "kube-.*|", True)),
        starts_at=start,
        ends_at=start + timedelta(hours=4),
        created_by="taloscope",
        comment="a test's own",
    )


async def test_alerts_arrive_from_prometheus(
    source: AlertmanagerSource, prometheus: str
) -> None:
    alerts = await eventually(
        source.alerts, lambda all_: any(a.name == "Watchdog" for a in all_)
    )
    watchdog = next(alert for alert in alerts if alert.name == "Watchdog")
    assert watchdog.fingerprint == fingerprint(watchdog.labels)
    assert watchdog.labels["cluster"] == "monit"
    assert watchdog.state is AlertState.ACTIVE
    assert watchdog.receivers == ("null",)


async def test_a_silence_is_created_extended_and_expired(
    source: AlertmanagerSource, alertmanager: str
) -> None:
    asked = draft("KubeProxyDown")
    created = (await source.put_silence(asked)).id
    (seen,) = await amtool(alertmanager, "silence", "query", "KubeProxyDown")
    assert seen["id"] == created
    assert seen["comment"] == "a test's own"

    (ours,) = [one for one in await source.silences() if one.id == created]
    assert ours.state is SilenceState.ACTIVE
    assert ours.matchers == asked.matchers

    longer = replace(
        asked,
        id=created,
        starts_at=ours.starts_at,
        ends_at=asked.ends_at + timedelta(days=1),
        matchers=tuple(reversed(asked.matchers)),
    )
    assert (await source.put_silence(longer)).id == created
    (seen,) = await amtool(alertmanager, "silence", "query", "KubeProxyDown")
    assert seen["id"] == created
    ends_at = datetime.fromisoformat(seen["endsAt"])
    assert abs(ends_at - longer.ends_at) < timedelta(seconds=1)

    await source.expire_silence(created)
    await source.expire_silence(created)
    assert await amtool(alertmanager, "silence", "query", "KubeProxyDown") == []
    (ours,) = [one for one in await source.silences() if one.id == created]
    assert ours.state is SilenceState.EXPIRED


async def test_a_silence_mutes_the_alert_it_matches(
    source: AlertmanagerSource, prometheus: str
) -> None:
    await eventually(
        source.alerts, lambda all_: any(a.name == "Watchdog" for a in all_)
    )
    watchdog = (Matcher("alertname", "Watchdog"),)
    put = await source.put_silence(replace(draft("Watchdog"), matchers=watchdog))
    created = put.id
    alerts = await eventually(
        source.alerts, lambda all_: any(a.silenced_by == (created,) for a in all_)
    )
    muted = next(alert for alert in alerts if alert.silenced_by)
    assert muted.state is AlertState.SUPPRESSED
    await source.expire_silence(created)


async def test_what_alertmanager_refuses_is_told_in_its_words(
    source: AlertmanagerSource,
) -> None:
    late = draft("X")
    with pytest.raises(SourceError, match="before end time") as caught:
        await source.put_silence(
            replace(late, ends_at=late.starts_at - timedelta(hours=1))
        )
    assert caught.value.fault.kind is FaultKind.BAD_QUERY
    with pytest.raises(SourceError):
        await source.expire_silence("11111111-2222-4333-8444-555555555555")


async def test_what_another_changed_is_not_ended_and_our_own_changes_are_ours(
    source: AlertmanagerSource, alertmanager: str
) -> None:
    async def known() -> Silence:
        return next(one for one in await source.silences() if one.id == created)

    created = (await source.put_silence(draft("Extended"))).id
    seen = await known()
    for hours in (1, 4):
        longer = extended(seen, timedelta(hours=hours), seen.starts_at)
        assert (await source.put_silence(longer, seen)).id == created
    assert (await known()).ends_at == seen.ends_at + timedelta(hours=4)
    seen = await known()
    other = AlertmanagerSource(Endpoint((alertmanager,)), 5.0)
    await other.put_silence(replace(edited(seen), comment="theirs"))
    await other.aclose()
    with pytest.raises(ChangedError, match='says "theirs"') as caught:
        await source.expire_silence(created, seen)
    (still,) = await amtool(alertmanager, "silence", "query", "Extended")
    assert still["comment"] == "theirs"
    await source.expire_silence(created, caught.value.now)
    assert await amtool(alertmanager, "silence", "query", "Extended") == []
