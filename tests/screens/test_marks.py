from __future__ import annotations

from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.judged import ago, btrfs_alert, scheduler_alert
from tests.screens.stage import Stage, on_stage
from tui.model.alert import JudgedAlert
from tui.model.command import ExpireSilence
from tui.model.fleet import Fleet
from tui.present.glyphs import ASCII
from tui.screens.silence import SilenceScreen


def marks(stage: Stage) -> int:
    return stage.text.count("◆") + stage.text.count("◈")


def with_alerts(*alerts: JudgedAlert) -> Fleet:
    """The fleet with other alerts in prod."""
    fleet = make_fleet()
    prod = replace(fleet.clusters[0], alerts=alerts)
    return replace(fleet, clusters=(prod, *fleet.clusters[1:]))


async def test_space_marks_an_alert_and_goes_on_to_the_next() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("space")
        assert "◆✖ REAL   BTRFSCorruptionDetected" in stage.text
        assert "◆ 1 marked" in stage.text
        await stage.press("k", "space")
        assert "marked" not in stage.text


async def test_the_cursor_is_told_from_the_mark_on_the_same_row() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("space", "k")
        assert "◈✖ REAL   BTRFSCorruptionDetected" in stage.text
    async with on_stage((120, 36), marks=ASCII) as stage:
        await stage.press("space")
        assert "*X REAL   BTRFSCorruptionDetected" in stage.text


async def test_that_a_finding_is_not_marked_is_said() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.publish(with_alerts())
        await stage.press("space")
        assert marks(stage) == 0
        (toast,) = stage.app._notifications
        assert toast.message == "Only alerts are marked."


async def test_marks_stay_with_their_alert_when_the_order_changes() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("space")
        other = replace(
            scheduler_alert(),
            judgement=replace(btrfs_alert().judgement, reason="worse than before"),
        )
        await stage.publish(with_alerts(other, btrfs_alert()))
        assert "◆✖ REAL   BTRFSCorruptionDetected" in stage.text
        assert "◆ 1 marked" in stage.text


async def test_a_mark_goes_with_its_alert() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("space")
        await stage.publish(with_alerts(scheduler_alert()))
        assert "marked" not in stage.text


async def test_a_finding_cannot_be_marked_because_no_silence_covers_it() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("j", "space")
        assert "marked" not in stage.text
        await stage.press("asterisk")
        assert "◆ 3 marked" in stage.text


async def test_what_is_searched_for_is_marked_with_one_key() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("slash", *"kube", "enter", "asterisk", "slash", "escape")
        assert "◆ 2 marked" in stage.text
        assert "▌✖ REAL   BTRFSCorruptionDetected" in stage.text


async def test_escape_takes_all_marks_away_and_then_goes_back() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("space", "3", "space", "tab")
        assert stage.text.count("◆ 1 marked") == 2
        await stage.press("escape")
        assert "marked" not in stage.text


async def test_the_form_opens_for_the_marks_of_all_clusters_from_any_pane() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("space", "3", "space", "tab", "s")
        screen = stage.app.screen
        assert isinstance(screen, SilenceScreen)


async def test_without_an_alert_at_hand_there_is_no_key_to_silence() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("tab", "s")
        assert not isinstance(stage.app.screen, SilenceScreen)


async def test_the_silences_of_all_marked_alerts_are_ended_together() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("asterisk", "x", "y")
        assert stage.backend.submitted == [ExpireSilence("prod", "s1", make_silence())]


async def test_the_row_says_who_silenced_it_until_when_and_why() -> None:
    async with on_stage((200, 60)) as stage:
        words = "⊘ until 05:13 by ops: False positive: Cilium"
        assert words in stage.text
        fleet = make_fleet()
        longer = replace(fleet.silences[0], ends_at=ago(hours=-9))
        await stage.publish(replace(fleet, silences=(longer,)))
        assert "⊘ until 11:13 by ops" in stage.text


async def test_a_silence_that_nobody_tells_of_is_not_passed_over() -> None:
    async with on_stage((200, 60), replace(make_fleet(), silences=())) as stage:
        assert "⊘ silenced, by whom is not known" in stage.text


async def test_the_alert_tells_all_of_its_silence() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("G", "enter")
        assert "⊘ silenced until 05:13 UTC  3h left, by ops" in stage.text
        assert 'alertname="KubeProxyDown" cluster="prod"' in stage.text
