from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.hidden import REASON, hidden_fleet, turned
from tests.judged import NOW, ago
from tests.screens.stage import SIZES, Stage, on_stage
from tui.model.alert import Surprise
from tui.model.command import ExpireSilence
from tui.present.glyphs import ASCII
from tui.screens.alert import AlertScreen
from tui.screens.fleet import FleetScreen
from widgets.values import UNICODE


def lines(stage: Stage) -> list[str]:
    return stage.text.splitlines()


@pytest.mark.parametrize("size", SIZES)
async def test_what_turned_real_under_a_silence_is_told_at_the_top(
    size: tuple[int, int],
) -> None:
    async with on_stage(size, hidden_fleet()) as stage:
        top, what, by, *_ = lines(stage)
        assert "1 REAL HIDDEN" in top
        assert "✖ REAL, HIDDEN  KubeProxyDown  prod: Cilium agent" in what
        assert "real for 12s" in what
        assert "⊘ was false when ops silenced it, 3h left: False" in by
        assert "! act on it" in by


async def test_nothing_is_told_when_nothing_is_hidden() -> None:
    async with on_stage((80, 24)) as stage:
        assert "HIDDEN" not in stage.text
        await stage.press("exclamation_mark")
        (toast,) = stage.app._notifications
        assert toast.message == "Nothing real is hidden."


async def test_it_appears_when_it_happens_and_goes_when_it_is_over() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.publish(hidden_fleet())
        assert "REAL, HIDDEN" in lines(stage)[1]
        await stage.publish(make_fleet())
        assert "REAL, HIDDEN" not in stage.text
        await stage.publish(hidden_fleet())
        assert "REAL, HIDDEN" in lines(stage)[1]


@pytest.mark.parametrize("key", ["t", "N", "L", "o", "S", "enter"])
async def test_it_is_told_on_every_screen(key: str) -> None:
    async with on_stage((80, 24), hidden_fleet()) as stage:
        await stage.press(key)
        assert not isinstance(stage.app.screen, FleetScreen)
        assert "REAL, HIDDEN" in lines(stage)[1]


async def test_it_is_told_behind_a_question_and_on_a_held_screen() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("p", "question_mark")
        await stage.publish(hidden_fleet())
        assert "held" in stage.top
        assert "REAL, HIDDEN" in lines(stage)[1]


async def test_its_row_is_the_first_of_its_cluster_and_tells_by_whom() -> None:
    async with on_stage((200, 60), hidden_fleet()) as stage:
        rows = [line for line in lines(stage)[3:] if "✖ " in line and "crit" in line]
        assert "✖ HIDDEN KubeProxyDown" in rows[0]
        assert "⊘ was false when ops silenced it" in stage.text
        assert "1 real hidden" in stage.text


async def test_enter_opens_it() -> None:
    async with on_stage((80, 24), hidden_fleet()) as stage:
        await stage.press("exclamation_mark")
        assert "enter open  x end silence  a seen" in lines(stage)[2]
        await stage.press("enter")
        assert isinstance(stage.app.screen, AlertScreen)
        assert REASON in stage.text


async def test_x_ends_its_silence_once_that_is_confirmed() -> None:
    async with on_stage((80, 24), hidden_fleet()) as stage:
        await stage.press("exclamation_mark", "x")
        assert stage.backend.submitted == []
        await stage.press("y")
        assert stage.backend.submitted == [ExpireSilence("prod", "s1", make_silence())]


async def test_a_takes_note_and_leaves_a_quieter_mark() -> None:
    async with on_stage((80, 24), hidden_fleet()) as stage:
        await stage.press("exclamation_mark", "a")
        assert "REAL, HIDDEN" not in stage.text
        assert "⊘ 1 REAL HIDDEN" in stage.top
        await stage.publish(hidden_fleet())
        assert "REAL, HIDDEN" not in stage.text
        await stage.press("exclamation_mark")
        assert isinstance(stage.app.screen, AlertScreen)


async def test_an_alert_about_which_peers_disagree_names_the_peer() -> None:
    alert = turned()
    apart = replace(alert, alert=replace(alert.alert, lacking=("http://b",)))
    async with on_stage((120, 36), hidden_fleet(apart)) as stage:
        await stage.press("exclamation_mark", "enter")
        assert "▲ peers disagree: not so on http://b" in stage.text


async def test_what_somebody_noted_is_news_again_when_it_turns_again() -> None:
    async with on_stage((80, 24), hidden_fleet()) as stage:
        await stage.press("exclamation_mark", "a")
        await stage.publish(hidden_fleet(turned(since=NOW)))
        assert "REAL, HIDDEN" in lines(stage)[1]


async def test_the_keyboard_goes_back_to_where_it_was() -> None:
    async with on_stage((80, 24), hidden_fleet()) as stage:
        before = stage.app.focused
        await stage.press("exclamation_mark", "escape")
        assert stage.app.focused is before
        await stage.press("exclamation_mark")
        await stage.publish(make_fleet())
        assert stage.app.focused is before


async def test_it_never_takes_the_keyboard_by_itself() -> None:
    async with on_stage((80, 24)) as stage:
        before = stage.app.focused
        await stage.publish(hidden_fleet())
        assert stage.app.focused is before


async def test_of_several_the_newest_is_told_and_the_others_are_counted() -> None:
    older = turned(since=ago(hours=2))
    labels = {**older.alert.labels, "alertname": "KubeSchedulerDown"}
    older = replace(older, alert=replace(older.alert, labels=labels, fingerprint="2"))
    async with on_stage((120, 36), hidden_fleet(older, turned())) as stage:
        assert "2 REAL HIDDEN" in stage.top
        assert "KubeProxyDown" in lines(stage)[1]
        assert "+1 more" in lines(stage)[1]
        await stage.press("exclamation_mark", "a")
        assert "KubeSchedulerDown" in lines(stage)[1]
        assert "✖ 2 REAL HIDDEN" in stage.top


async def test_what_is_inhibited_has_no_silence_to_end() -> None:
    quiet = turned(inhibited_by=("NodeDown",))
    async with on_stage((80, 24), hidden_fleet(quiet)) as stage:
        assert "was false when NodeDown came to inhibit it" in lines(stage)[2]
        await stage.press("exclamation_mark")
        assert "enter open  a seen" in lines(stage)[2]
        await stage.press("x")
        assert len(stage.app.screen_stack) == 1


@pytest.mark.parametrize(
    ("surprise", "words"),
    [
        (Surprise.SAID_FALSE, "silenced as false by ops, 3h left"),
        (Surprise.LONG, "silenced by ops before it began, 3h left"),
    ],
)
async def test_it_says_why_that_is_news(surprise: Surprise, words: str) -> None:
    async with on_stage((120, 36), hidden_fleet(turned(surprise))) as stage:
        assert words in lines(stage)[2]


async def test_what_nobody_saw_begin_is_real_for_no_exact_time() -> None:
    hidden = hidden_fleet(turned(after=ago(hours=3)))
    async with on_stage((80, 24), hidden) as stage:
        assert "real for 12s to 3h" in lines(stage)[1]


async def test_it_needs_no_more_than_ascii() -> None:
    async with on_stage((80, 24), hidden_fleet(), ASCII) as stage:
        assert "X REAL, HIDDEN  KubeProxyDown" in lines(stage)[1]
        assert "Z was false when ops silenced it" in lines(stage)[2]
        assert not set(UNICODE.levels) & set(stage.text)
        assert "\n".join(lines(stage)[:3]).isascii()


async def test_text_from_outside_is_no_markup_there() -> None:
    nasty = turned()
    judgement = replace(nasty.judgement, reason="[/red] \x1b[2J evil")
    async with on_stage(
        (80, 24), hidden_fleet(replace(nasty, judgement=judgement))
    ) as stage:
        assert "[/red]" in lines(stage)[1]
        assert "\x1b" not in stage.text
