from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.judged import NOW, ago
from tests.remembered import CHANGES, ENDED, EPISODE, GONE, HABITS, OLD_EPISODE, PROXY
from tests.screens.stage import SIZES, Stage, on_stage
from tui.model.change import key_of
from tui.model.event import Connection, Event, Turn
from tui.model.fleet import FeedKey, SourceKind
from tui.model.memory import Habits
from tui.model.silence import SilenceState
from tui.screens.alert import AlertScreen
from tui.screens.finding import FindingScreen
from tui.screens.history import HistoryScreen
from tui.screens.listing import Listing
from tui.screens.mark_listing import MarkListing
from tui.screens.silences import SilencesScreen


async def opened(stage: Stage) -> None:
    """Open the history of a backend that remembers something."""
    memory = stage.backend.memory
    memory.happened = CHANGES
    memory.told = HABITS
    memory.known = {
        key_of(PROXY).name: (EPISODE,),
        key_of(GONE).name: (OLD_EPISODE,),
    }
    await stage.press("H")
    await stage.until("first seen")


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_what_happened_and_what_to_fix(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await opened(stage)
        assert isinstance(stage.app.screen, HistoryScreen)
        text = stage.text
        assert "history of all clusters" in text
        assert "false → ✖ REAL" in text
        assert "by ops until 05:13: False positive" in text
        assert "fix these first  2 were false at times" in text
        assert "seen 63% of 30d" in text
        assert "▁▄▇▇▇" in text


async def test_the_newest_is_first() -> None:
    async with on_stage((120, 36)) as stage:
        await opened(stage)
        text = stage.text
        assert "newest first" in text.splitlines()[1]
        assert text.index("false → ✖ REAL") < text.index("⊘ silenced")
        assert text.index("⊘ silenced") < text.index("first seen")


async def test_it_says_that_nothing_happened_yet() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("H")
        await stage.until("nothing has happened while anybody was looking")
        assert "no alert has fired while anybody was looking" in stage.text
        assert "never seen" in stage.text


async def test_what_just_began_is_not_said_never_to_have_fired() -> None:
    async with on_stage((80, 24)) as stage:
        stage.backend.memory.happened = CHANGES
        await stage.press("H")
        await stage.until("first seen")
        assert "what fires now is not counted yet" in stage.text
        assert "nothing counted yet" in stage.text
        assert "none was false" not in stage.text


async def test_enter_opens_an_alert_that_still_fires_as_it_is() -> None:
    fleet = make_fleet()
    async with on_stage((120, 36), fleet) as stage:
        await opened(stage)
        assert "enter open" in stage.text.splitlines()[-1]
        assert "y copy for a chat" in stage.text.splitlines()[-1]
        assert "targets" not in stage.text.splitlines()[-1]
        await stage.press("enter")
        await stage.until("KubeProxyDown  prod")
        assert isinstance(stage.app.screen, AlertScreen)


async def test_enter_opens_one_that_is_over_as_it_was_last_known() -> None:
    async with on_stage((120, 36)) as stage:
        await opened(stage)
        await stage.press("j", "j", "enter")
        await stage.until("no longer firing")
        assert isinstance(stage.app.screen, AlertScreen)
        assert stage.app.screen.alert is GONE
        assert "Cilium replaces kube-proxy" in stage.text


async def test_what_is_remembered_no_more_is_said_to_be_so() -> None:
    async with on_stage((120, 36)) as stage:
        await opened(stage)
        stage.backend.memory.known = {}
        await stage.press("j", "j", "enter")
        assert isinstance(stage.app.screen, HistoryScreen)
        assert any("No more" in each.message for each in stage.app._notifications)


async def test_a_name_opens_one_that_fires_or_its_last_known_facts() -> None:
    async with on_stage((120, 36)) as stage:
        await opened(stage)
        await stage.press("tab", "enter")
        assert isinstance(stage.app.screen, AlertScreen)
        assert stage.app.screen.alert.cluster == "prod"
        await stage.press("escape", "j", "enter")
        assert isinstance(stage.app.screen, AlertScreen)
        assert stage.app.screen.alert is GONE
        assert "enabled: false" in stage.text


async def test_a_search_narrows_the_list() -> None:
    async with on_stage((120, 36)) as stage:
        await opened(stage)
        await stage.press("slash", *"agentic", "enter")
        rows = stage.app.screen.query_one("#changes", Listing).rows
        assert len(rows) == 1
        assert ENDED.subject.cluster in stage.text


async def test_a_number_shows_one_cluster_and_0_all() -> None:
    async with on_stage((120, 36)) as stage:
        await opened(stage)
        await stage.press("3")
        await stage.until("history of agentic")
        assert "false → ✖ REAL" not in stage.text
        assert len(stage.app.screen.query_one("#habits", Listing).rows) == 0
        await stage.press("0")
        await stage.until("false → ✖ REAL")


async def test_news_comes_in_when_the_memory_says_so() -> None:
    async with on_stage((120, 36)) as stage:
        await opened(stage)
        memory = stage.backend.memory
        memory.happened, memory.told = (), Habits(HABITS.since, HABITS.until)
        await stage.publish(make_fleet())
        assert "false → ✖ REAL" in stage.text
        memory.stamp += 1
        stage.app.show_now()
        await stage.until("nothing has happened")


async def test_a_memory_in_trouble_says_so_here_and_once_everywhere() -> None:
    async with on_stage((80, 24)) as stage:
        stage.backend.memory.trouble = "/state/history.sqlite3: the disk is full"
        for _ in range(3):
            await stage.publish(make_fleet())
        (toast,) = stage.app._notifications
        assert toast.message == "History: /state/history.sqlite3: the disk is full"
        await stage.press("H")
        await stage.until("▲ /state/history.sqlite3: the disk is full")


LOCKED = "/state/history.sqlite3: another program holds it: wait, or end that one"


@pytest.mark.parametrize("size", SIZES)
async def test_what_cannot_be_read_is_not_said_to_be_nothing(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        memory = stage.backend.memory
        memory.trouble = memory.unread = LOCKED
        await stage.press("H")
        await stage.until("could not be read: see above")
        said = " ".join(stage.text.split())
        assert f"▲ the history could not be read: {LOCKED}" in said
        assert "tried again within half a minute" in said
        assert "fix these first could not be read" in said
        assert "nothing has happened" not in said
        assert "no alert has fired" not in said
        assert "nothing counted" not in said
        assert "never seen" not in said
        memory.trouble = memory.unread = ""
        memory.stamp += 1
        stage.app.show_now()
        await stage.until("nothing has happened")
        assert "could not be read" not in stage.text


async def test_an_alert_that_cannot_be_read_is_not_said_to_be_forgotten() -> None:
    async with on_stage((120, 36)) as stage:
        await opened(stage)
        stage.backend.memory.known = {}
        stage.backend.memory.unread = LOCKED
        await stage.press("j", "j", "enter")
        told = [each.message for each in stage.app._notifications]
        assert f"The history could not be read: {LOCKED}" in told
        assert not any("No more" in each for each in told)


@pytest.mark.parametrize("size", SIZES)
async def test_an_alert_whose_past_cannot_be_read_says_so(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        stage.backend.memory.unread = LOCKED
        await stage.press("enter")
        assert isinstance(stage.app.screen, AlertScreen)
        facts = stage.app.screen.query_one("#facts")
        facts.scroll_visible(top=True, animate=False)
        await stage.until("▲ what it was before is not known")


@pytest.mark.parametrize("size", SIZES)
async def test_the_top_tells_as_long_as_nothing_is_written(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        for _ in range(2):
            stage.backend.memory.trouble = "/x: the disk is full"
            await stage.publish(make_fleet())
            stage.app.show_now()
            await stage.settle()
            assert "▲ history: see H" in stage.top
            stage.app.clear_notifications()
            stage.backend.memory.trouble = ""
            await stage.publish(make_fleet())
            stage.app.show_now()
            await stage.settle()
            assert "history" not in stage.top
        stage.backend.memory.trouble = "/x: the disk is full"
        await stage.publish(make_fleet())
        assert len(stage.app._notifications) == 1, "what comes again is told again"


@pytest.mark.parametrize("size", SIZES)
async def test_an_alert_shows_what_is_remembered_of_it(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await opened(stage)
        await stage.press("escape", "3", "enter")
        assert isinstance(stage.app.screen, AlertScreen)
        fingerprint = stage.app.screen.alert.alert.fingerprint
        stage.backend.memory.known["", fingerprint] = (OLD_EPISODE,)
        stage.backend.memory.stamp += 1
        await stage.publish(make_fleet())
        stage.app.screen.query_one("#body").scroll_to(y=16, animate=False)
        await stage.until("it fired before")
        assert "for 1d" in stage.text


async def test_an_answer_that_comes_after_one_has_left_harms_nobody() -> None:
    async with on_stage() as stage:
        asked, answered = asyncio.Event(), asyncio.Event()

        async def slow() -> Habits:
            asked.set()
            await answered.wait()
            return Habits(NOW, NOW)

        stage.backend.memory.habits = slow  # type: ignore[method-assign]
        await stage.pilot.press("H")
        await asked.wait()
        screen = stage.app.screen
        assert isinstance(screen, HistoryScreen)
        work = screen._recall(NOW, is_wide=False)
        left = asyncio.create_task(work)
        await stage.press("escape")
        assert not screen.is_open
        answered.set()
        await left
        assert "history of" not in stage.text


async def test_what_happens_beside_alerts_stands_among_it_and_opens() -> None:
    fleet = make_fleet()
    finding = fleet.clusters[0].findings[0]
    loki = FeedKey(SourceKind.LOKI, "http://loki:3100", "")
    events = (
        Event(ago(minutes=9), Turn.BEGAN, Connection(loki, "refused"), "prod"),
        Event(ago(seconds=2), Turn.BEGAN, finding, "prod"),
    )
    async with on_stage((160, 40), fleet) as stage:
        stage.backend.memory.events = events
        await opened(stage)
        text = stage.text
        assert text.index(finding.title[:12]) < text.index("false → ✖ REAL")
        assert "does not answer" in text
        await stage.press("home", "enter")
        assert isinstance(stage.app.screen, FindingScreen)
        await stage.press("escape", "2")
        assert "does not answer" not in stage.text


async def test_a_finding_that_is_over_is_not_shown_as_if_it_stood() -> None:
    fleet = make_fleet()
    was = replace(fleet.clusters[0].findings[0], since=ago(minutes=14))
    calm = replace(fleet.clusters[0], findings=())
    gone = replace(fleet, clusters=(calm, *fleet.clusters[1:]))
    event = Event(ago(seconds=5), Turn.ENDED, was, "prod", 835.0)
    async with on_stage((160, 40), gone) as stage:
        stage.backend.memory.events = (event,)
        await opened(stage)
        await stage.press("home", "enter")
        assert isinstance(stage.app.screen, FindingScreen)
        assert "ended 5s ago   was REAL" in stage.text
        assert "02:13:42 UTC, 13m" in stage.text
        assert "✖ REAL" not in "".join(stage.text.splitlines()[1:])
        await stage.publish(fleet)
        assert "✖ REAL   found by taloscope" in stage.text, "it is there again"
        await stage.publish(gone)
        assert "ended 0s ago   was REAL" in stage.text


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_silence_that_ended_opens_where_it_is(*, is_known: bool) -> None:
    stood = make_silence()
    over = replace(stood, id="s9", state=SilenceState.EXPIRED, comment="the one meant")
    others = (stood, replace(over, id="s8", comment="another"))
    listed = (*others, over) if is_known else others
    fleet = replace(make_fleet(), silences=listed, alertmanagers=())
    async with on_stage((160, 40), fleet) as stage:
        stage.backend.memory.events = (Event(ago(seconds=1), Turn.ENDED, over),)
        await opened(stage)
        await stage.press("home", "enter")
        screen = stage.app.screen
        assert isinstance(screen, SilencesScreen)
        if is_known:
            assert screen.query_one(MarkListing).cursor_key == "s9"
            assert "silences, expired" in stage.text
        else:
            assert "silences, active" in stage.text
            told = [each.message for each in stage.app._notifications]
            assert told == ["No Alertmanager lists that silence any more."]
