from __future__ import annotations

from datetime import timedelta
from itertools import cycle

from msgspec.structs import replace

from tests.estate import ALERTMANAGER, make_fleet, make_silence
from tests.judged import ago, make_alert
from tests.screens.stage import on_stage
from tests.yardstick import best_ms
from tui.model.alert import Judgement, Verdict
from tui.model.alertmanager import Alertmanager
from tui.model.fleet import Fleet
from tui.model.silence import Matcher
from tui.screens.matcher_input import MatcherInput
from tui.screens.silence import SilenceScreen
from widgets.popup import Popup

ALERTS = 2_000
SILENCES = 500


def large() -> Fleet:
    """Thousands of alerts of all verdicts, hundreds of silences over some of them."""
    fleet = make_fleet()
    verdicts = tuple(Judgement(each, "because") for each in Verdict)
    alerts = tuple(
        make_alert(
            f"Alert{n % 97}",
            "prod",
            verdicts[n % len(verdicts)],
            ago(hours=1),
            silenced_by=(f"s{n}",) if n < SILENCES // 2 else (),
            instance=f"10.0.{n // 250}.{n % 250}:9100",
            namespace=f"ns{n % 30}",
        )
        for n in range(ALERTS)
    )
    silences = tuple(
        replace(
            make_silence(),
            id=f"s{n}",
            matchers=(Matcher("instance", f"10.0.{n // 250}.{n % 250}:9100"),),
            ends_at=ago(hours=-1 - n),
        )
        for n in range(SILENCES)
    )
    manager = Alertmanager(ALERTMANAGER, ("prod", "monit", "agentic"), silences)
    prod = replace(fleet.clusters[0], alerts=alerts)
    return replace(
        fleet,
        clusters=(prod, *fleet.clusters[1:]),
        silences=silences,
        alertmanagers=(manager,),
    )


async def test_a_letter_in_the_form_costs_20_ms_at_most_over_2000_alerts() -> None:
    async with on_stage((200, 60), large()) as stage:
        await stage.press("s")
        screen = stage.app.screen
        assert isinstance(screen, SilenceScreen)
        fields = list(screen.query(MatcherInput))
        for field in fields:
            field.value = ""
        await stage.settle()
        texts = cycle(('cluster=~".*"', 'cluster=~".+"', 'cluster=~"p.*"'))

        def letter() -> None:
            field = fields[0]
            field.value = next(texts)
            screen.on_silence_form_changed(screen._form.Changed())
            field.action_open()

        assert best_ms(letter, times=15) < 20
        assert len(screen._found.hit) >= ALERTS


async def test_all_values_are_offered_and_only_those_in_view_are_drawn() -> None:
    async with on_stage((80, 24), large()) as stage:
        await stage.press("s")
        field = stage.app.screen.query(MatcherInput).last()
        field.focus()
        await stage.settle()
        await stage.press(*"instance=")
        # Those that the labels of the alert at hand let through come first.
        assert len(field.offered.candidates) >= ALERTS
        popup = stage.app.screen.query_one(Popup)
        assert popup.region.bottom <= 24
        assert popup.strips_built < 60


async def test_a_beat_over_500_silences_keeps_no_key_waiting() -> None:
    async with on_stage((200, 60), large()) as stage:
        await stage.press("S")
        fleet, now = stage.app.fleet, stage.clock.now()
        assert fleet is not None
        screen = stage.app.screen
        beats = iter(range(100))

        def beat() -> None:
            screen.show(fleet, now + timedelta(seconds=next(beats)))  # type: ignore[attr-defined]

        assert best_ms(beat, times=15) < 10
