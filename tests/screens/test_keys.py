from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from textual.binding import Binding

from tests.screens.stage import on_stage
from tui.app import TaloscopeApp
from tui.app.noting import Noting
from tui.app.rewinding import Rewinding
from tui.app.seeking import Seeking
from tui.screens.alert import AlertScreen
from tui.screens.checks import CheckList, ChecksScreen
from tui.screens.desk import Desk, SearchBar
from tui.screens.find import FindScreen
from tui.screens.fleet import FleetScreen, StrayAlerts
from tui.screens.help import HelpScreen
from tui.screens.hidden import HiddenBar
from tui.screens.history import HistoryScreen
from tui.screens.length import LengthScreen
from tui.screens.listing import CopyListing
from tui.screens.logs import LogsScreen
from tui.screens.mark import MarkScreen
from tui.screens.mark_listing import MarkListing
from tui.screens.matcher_input import MatcherInput
from tui.screens.monitor import MonitorScreen, NameInput
from tui.screens.node import NodeScreen
from tui.screens.node_resources import ResourcesTab
from tui.screens.node_review import ReviewTab
from tui.screens.node_services import ServicesTab
from tui.screens.nodes import NodesScreen
from tui.screens.panes import AlertsPane, KernelLog
from tui.screens.pipeline import PipelineScreen
from tui.screens.places import PlacesScreen
from tui.screens.report import ReportScreen
from tui.screens.save import SaveScreen
from tui.screens.silence import SilenceScreen
from tui.screens.silences import SilencesScreen
from tui.screens.sources import SourcesScreen
from tui.screens.stacked import StackedScreen
from tui.screens.target import TargetScreen
from tui.screens.targets import TargetsScreen
from tui.screens.telling import TellingDesk
from tui.screens.templates import TemplatesScreen
from widgets.chips import Chips
from widgets.log_view import LogView
from widgets.page import Page
from widgets.row_table import RowTable

OWNERS = (
    TaloscopeApp,
    Noting,
    Rewinding,
    Seeking,
    StackedScreen,
    Desk,
    TellingDesk,
    SearchBar,
    HiddenBar,
    HistoryScreen,
    FleetScreen,
    StrayAlerts,
    AlertsPane,
    MarkListing,
    MarkScreen,
    AlertScreen,
    SilenceScreen,
    SilencesScreen,
    MatcherInput,
    TemplatesScreen,
    PlacesScreen,
    LengthScreen,
    Chips,
    CopyListing,
    NodeScreen,
    ServicesTab,
    ResourcesTab,
    ReviewTab,
    NodesScreen,
    LogsScreen,
    PipelineScreen,
    TargetsScreen,
    ChecksScreen,
    CheckList,
    MonitorScreen,
    NameInput,
    TargetScreen,
    SourcesScreen,
    ReportScreen,
    SaveScreen,
    HelpScreen,
    FindScreen,
    Page,
    RowTable,
    LogView,
)


def bindings() -> Iterable[Binding]:
    for owner in OWNERS:
        for binding in vars(owner)["BINDINGS"]:
            assert isinstance(binding, Binding)
            yield binding


def test_every_key_has_an_id_of_its_own_and_says_what_it_does() -> None:
    found = list(bindings())
    ids = Counter(binding.id for binding in found)
    assert None not in ids
    assert [name for name, times in ids.items() if times > 1] == []
    assert all(binding.description for binding in found)


def test_nothing_happens_on_the_keys_that_destroy_elsewhere() -> None:
    keys = {key for binding in bindings() for key in binding.key.split(",")}
    assert not keys & {"ctrl+d", "ctrl+k"}


def test_the_small_log_keeps_the_keys_of_the_large_one_but_sideways() -> None:
    own = {binding.id for binding in vars(KernelLog)["BINDINGS"]}
    large = {binding.id for binding in vars(LogView)["BINDINGS"]}
    assert large - own == {"log.left", "log.right"}


async def test_the_foot_shows_five_keys_and_where_the_others_are() -> None:
    async with on_stage((80, 24)) as stage:
        foot = stage.text.splitlines()[-1]
        assert "enter open" in foot
        assert "s silence" in foot
        assert foot.endswith("? keys")


async def test_help_names_every_key_that_works() -> None:
    async with on_stage((160, 100)) as stage:
        active = stage.app.screen.active_bindings.values()
        wanted = {b.tooltip or b.binding.description for b in active}
        await stage.press("question_mark")
        missing = [words for words in wanted if words and words not in stage.text]
        assert missing == []


async def test_a_long_key_does_not_run_into_what_it_does() -> None:
    async with on_stage((120, 40)) as stage:
        await stage.press("ctrl+n")
        await stage.press("f1")
        lines = [line for line in stage.text.splitlines() if "the one before" in line]
        assert lines
        assert "shift+tab up  Go to the one before" in lines[0]
        assert "shift+left" in stage.text
        assert "←" not in stage.text
