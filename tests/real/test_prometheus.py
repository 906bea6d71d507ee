"""Our client against Debian's Prometheus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.real.polling import eventually
from tui.clock import SystemClock
from tui.config import Endpoint
from tui.model.fault import FaultKind
from tui.model.target import Health
from tui.sources.base import SourceError
from tui.sources.prometheus import PrometheusSource

pytestmark = pytest.mark.real


@pytest.fixture
async def source(prometheus: str) -> AsyncIterator[PrometheusSource]:
    found = PrometheusSource(Endpoint((prometheus,)), 5.0)
    yield found
    await found.aclose()


async def test_targets_appear_and_say_why_they_are_down(
    source: PrometheusSource,
) -> None:
    targets = await eventually(
        source.targets, lambda all_: any(t.health is Health.DOWN for t in all_)
    )
    down = next(target for target in targets if target.health is Health.DOWN)
    assert "connection refused" in down.last_error
    assert down.last_scrape is not None
    assert down.interval_seconds == 10
    assert {"proxmox-carrick", "claude-agent"} <= {target.job for target in targets}


async def test_rules_have_their_alerts(source: PrometheusSource) -> None:
    rules = await eventually(
        source.rules, lambda all_: any(rule.state == "firing" for rule in all_)
    )
    watchdog = next(rule for rule in rules if rule.name == "Watchdog")
    assert watchdog.health == "ok"
    assert watchdog.alerts[0].labels["alertname"] == "Watchdog"
    assert watchdog.alerts[0].active_at is not None
    assert len({(rule.file, rule.group, rule.position) for rule in rules}) == len(rules)


async def test_queries_and_ranges_are_answered(source: PrometheusSource) -> None:
    (sample,) = await source.query("vector(42)")
    assert sample.value == 42
    end = SystemClock().now()
    (series,) = await source.query_range("vector(1)", end - timedelta(60), end, 3600.0)
    assert len(series.points) > 1


async def test_a_query_that_is_refused_says_where_it_is_wrong(
    source: PrometheusSource,
) -> None:
    with pytest.raises(SourceError, match="parse error") as caught:
        await source.query("up{")
    assert caught.value.fault.kind is FaultKind.BAD_QUERY
