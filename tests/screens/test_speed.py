from __future__ import annotations

from msgspec.structs import replace

from tests.estate import make_fleet
from tests.judged import ago, make_alert
from tests.screens.stage import on_stage
from tests.yardstick import best_ms
from tui.model.alert import Judgement, Verdict
from tui.model.fleet import Fleet
from tui.screens.column import ClusterColumn
from tui.screens.listing import Listing


def crowded(count: int) -> Fleet:
    """A fleet with thousands of alerts."""
    fleet = make_fleet()
    judgement = Judgement(Verdict.REAL, "no rule says otherwise")
    alerts = tuple(
        make_alert(f"Alert{n}", "prod", judgement, ago(hours=1 + n), instance=f"h{n}")
        for n in range(count)
    )
    prod = replace(fleet.clusters[0], alerts=alerts)
    return replace(fleet, clusters=(prod, *fleet.clusters[1:]))


async def test_a_beat_over_5000_alerts_keeps_no_key_waiting() -> None:
    async with on_stage((200, 60), crowded(5_000)) as stage:
        app = stage.app
        assert app.fleet is not None
        prod, now = app.fleet.clusters[0], stage.clock.now()
        column = app.screen.query(ClusterColumn).first()
        assert best_ms(app.show_now) < 10
        assert best_ms(lambda: column.show(prod, now, {})) < 10


async def test_what_did_not_change_is_not_drawn_again() -> None:
    async with on_stage((200, 60)) as stage:
        tables = list(stage.app.screen.query(Listing))
        built = [table.strips_built for table in tables]
        stage.app.show_now()
        await stage.settle()
        assert [table.strips_built for table in tables] == built
