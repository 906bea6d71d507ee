"""A list that shows only some of its rows says so, and shows all with one key."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet
from tests.judged import ago, make_alert
from tests.screens.stage import SIZES, Stage, on_stage
from tui.model.alert import Judgement, Verdict
from tui.model.fleet import Fleet
from tui.screens.fleet import FleetScreen


def with_one_more() -> Fleet:
    """Another real alert in the first cluster."""
    fleet = make_fleet()
    prod = fleet.clusters[0]
    judged = Judgement(Verdict.REAL, "no rule says otherwise")
    more = make_alert("EtcdInsufficientMembers", "prod", judged, ago(seconds=1))
    alerts = (*(prod.alerts or ()), more)
    return replace(fleet, clusters=(replace(prod, alerts=alerts), *fleet.clusters[1:]))


async def narrowed(stage: Stage) -> None:
    await stage.press("1", "slash", *"KubeProxy", "enter")


@pytest.mark.parametrize("size", SIZES)
async def test_its_edge_tells_how_many_of_how_many(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        assert "/kubeproxy" not in stage.text
        await narrowed(stage)
        assert "/kubeproxy 1 of 5" in stage.text
        await stage.publish(with_one_more())
        await stage.until("/kubeproxy 1 of 6")


@pytest.mark.parametrize("size", SIZES)
async def test_the_edge_of_all_targets_tells_it_as_that_of_every_list(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        await stage.press("t", "slash", *"kubelets", "enter")
        assert "/kubelets 4 of 18" in stage.text.splitlines()[1]
        await stage.press("escape")
        assert "/kubelets" not in stage.text


async def test_escape_shows_all_again_and_only_then_does_what_it_does() -> None:
    async with on_stage((120, 36)) as stage:
        await narrowed(stage)
        await stage.press("escape")
        assert "/kubeproxy" not in stage.text
        assert "BTRFSCorruptionDetected" in stage.text
        assert isinstance(stage.app.screen, FleetScreen)
        await stage.press("S", "slash", *"nothing", "enter")
        assert "/nothing 0 of 1" in stage.text
        await stage.press("escape")
        assert "KubeProxyDown" in stage.text
        assert not isinstance(stage.app.screen, FleetScreen)
        await stage.press("escape")
        assert isinstance(stage.app.screen, FleetScreen)


async def test_what_was_looked_for_is_shown_as_text_and_not_too_long() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("1", "slash", *"[b]0123456789abcdef", "enter")
        assert "/[b]0123456789abc… 0 of 5" in stage.text
