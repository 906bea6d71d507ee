from __future__ import annotations

from msgspec.structs import replace

from tests.cut import without_loki
from tests.estate import kernel_entries, make_entry, make_fleet
from tests.screens.stage import Stage, on_stage
from tui.model.log import Gap, LogBatch
from tui.screens.desk import SearchBar
from tui.screens.log_pane import LogPane
from tui.screens.logs import LogsScreen
from widgets.log_view import LogView


async def test_logs_merge_all_clusters_with_their_origin() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("L")
        text = stage.text
        assert "logs of all clusters" in text
        assert "monit/talos-" in text
        assert text.index("cilium_net") < text.index("BTRFS error")


async def test_logs_of_one_cluster_and_of_one_class() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("L", "1")
        assert "logs of prod" in stage.text
        assert "cilium_net" not in stage.text
        await stage.press("c")
        assert "only btrfs" in stage.text
        assert "EXT4-fs" not in stage.text
        assert "BTRFS error" in stage.text


async def test_logs_that_arrive_while_reading_are_counted() -> None:
    async with on_stage((80, 24)) as stage:
        entries = [make_entry(f"line {n}") for n in range(100)]
        stage.backend.log("prod", *entries)
        await stage.press("L", "g")
        await stage.until("paused")
        stage.backend.log("prod", make_entry("the newest"))
        await stage.until("paused, 1 new")
        await stage.press("G")
        assert "the newest" in stage.text
        assert "following" in stage.text


async def test_the_next_error_is_one_key_away() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("L", "g", "e")
        await stage.until("paused")
        log = stage.app.screen.query_one(LogView)
        await until_at(stage, log, "session recovery timed out")
        for words in ("rejecting I/O", "BTRFS error"):
            await stage.press("e")
            await until_at(stage, log, words)


async def until_at(stage: Stage, log: LogView, words: str) -> None:
    """Wait until the log stands at a line: errors are looked for in slices."""

    def is_there() -> bool:
        line = log.current_line
        return line is not None and words in line.text

    await stage.until_that(is_there, words)


async def test_a_line_can_be_read_in_full_with_its_meaning_and_copied() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("L", "g")
        log = stage.app.screen.query_one(LogView)
        for words in ("session recovery", "rejecting I/O", "BTRFS error"):
            await stage.press("e")
            await until_at(stage, log, words)
        await stage.press("enter")
        assert "btrfs: " in stage.text
        assert "wanted 8457 found 8449" in stage.text
        await stage.press("c")
        assert stage.app.clipboard.startswith("BTRFS error (device sdb)")


async def test_the_level_filter_leaves_errors_alone() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("L", "v", "v")
        await stage.until("errors: ")
        await stage.until("BTRFS error")
        assert "BTRFS error" in stage.text
        assert "EXT4-fs" not in stage.text
        await stage.press("v")
        await stage.until("EXT4-fs")


async def test_a_narrow_log_still_says_whether_it_follows() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("L", "slash", *"btrfs", "enter")
        await stage.until("match")
        first = next(line for line in stage.text.splitlines() if "match" in line)
        assert "paused" in first


async def test_nodes_have_their_names_as_soon_as_these_are_known() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    unnamed = replace(fleet, clusters=(replace(prod, nodes=()), *fleet.clusters[1:]))
    async with on_stage((200, 60), unnamed) as stage:
        stage.backend.log("prod", make_entry("a line", "10.10.0.42"))
        await stage.press("L")
        await stage.until("10.10.0.42")
        await stage.publish(fleet)
        await stage.until("prod/talos-wk-2")
        assert "10.10.0.42" not in stage.text


async def test_after_a_turn_of_time_a_log_stands_at_its_end_when_it_is_read() -> None:
    """However long the screen was busy with its other parts meanwhile."""
    async with on_stage((120, 36)) as stage:
        told = tuple(make_entry(f"line {n}") for n in range(600))
        stage.backend.logs = {"prod": told}
        await stage.press("L")
        await stage.until("line 599")
        screen = stage.app.screen
        assert isinstance(screen, LogsScreen)
        screen.turn(stage.backend)
        await stage.until("line 249")  # as far as it has been read
        await stage.clock.advance(0)
        assert not screen.query_one(LogView)._beat.is_due
        assert "line 599" in stage.text


async def test_search_in_a_log_counts_its_matches() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("L", "slash", *"btrfs", "enter")
        await stage.until("of 2")


async def test_what_is_lost_is_told_where_it_is_missing() -> None:
    kept = kernel_entries("prod")
    at = kept[len(kept) // 2].at_ns
    lost = Gap(at - 2_000_000_000, at, "Loki let them go", 1200)
    async with on_stage((200, 60)) as stage:
        stage.backend.lost = {"prod": (lost,)}
        await stage.press("L")
        await stage.until("gap: about 1200 entries lost")
        text = stage.text
        first, last = kept[0].line[-12:], kept[-1].line[-12:]
        assert text.index(first) < text.index("gap: about") < text.index(last)


async def test_what_is_lost_while_one_looks_is_told_at_once() -> None:
    newest = kernel_entries("prod")[-1].at_ns
    lost = Gap(newest, newest + 5_000_000_000, "the server let them go", 7)
    async with on_stage((200, 60)) as stage:
        stage.backend.tell("prod", LogBatch(gaps=(lost,)))
        await stage.until("gap: about 7 entries lost")
        await stage.press("L")
        stage.backend.tell("prod", LogBatch(gaps=(lost,)))
        await stage.until("gap: about 7 entries lost")


async def test_a_log_that_does_not_come_says_so_beside_that_it_follows() -> None:
    names = [each.name for each in make_fleet().clusters]
    async with on_stage((80, 24)) as stage:
        await stage.press("L")
        assert "stale" not in stage.text
        await stage.publish(without_loki(make_fleet(), names[0]))
        await stage.until(f"{names[0]} ⧗ stale 4m  following")
        await stage.publish(without_loki(make_fleet(), *names))
        await stage.until(" ⧗ stale 4m  following")
        assert f"{names[0]} ⧗" not in stage.text


async def test_bars_of_a_log_that_does_not_come_do_not_look_calm() -> None:
    names = [each.name for each in make_fleet().clusters]
    async with on_stage((120, 36)) as stage:
        await stage.press("L")
        await stage.publish(without_loki(make_fleet(), names[0]))
        await stage.until(f", none come from {names[0]} now")


async def test_an_empty_log_of_a_loki_that_fails_tells_why_and_what_else_to_read() -> (
    None
):
    names = [each.name for each in make_fleet().clusters]
    async with on_stage((120, 36), without_loki(make_fleet(), *names)) as stage:
        stage.backend.logs = {}
        await stage.press("L")
        await stage.until("Loki no answer")
        await stage.until("no entries are kept, none come now")
        await stage.until("o why · N, then d: what the nodes themselves tell")
        await stage.publish(make_fleet())
        assert "Loki no answer" not in stage.text


async def test_what_is_on_its_way_when_a_log_is_read_anew_comes_once() -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press("L")
        (pane,) = stage.app.screen.query(LogPane)
        pane.refill()
        stage.backend.lost = {"prod": (Gap(1, 2, "for a test", 7),)}
        stage.backend.tell("prod", LogBatch(gaps=stage.backend.lost["prod"]))
        stage.backend.log("prod", make_entry("came meanwhile"))
        await stage.settle()
        stage.backend.log("prod", make_entry("came later"))
        await stage.until("came later")
        log = pane.log_view
        told = [log.teller.text(item) for item in log.kept_items()]
        assert told.count("came meanwhile") == told.count("came later") == 1
        assert sum("about 7 entries lost" in each for each in told) == 1


async def test_what_was_said_before_a_turn_of_time_does_not_come_behind_it() -> None:
    async with on_stage((200, 60)) as stage:
        stage.backend.log("prod", make_entry("BTRFS error (device sdz): once"))
        stage.app._turn()
        await stage.until("sdz): once")
        await stage.settle()
        assert stage.text.count("sdz): once") == 1


async def test_the_next_match_without_a_search_tells_how_to_search() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("L", "n")
        (said,) = stage.app._notifications
        assert said.message == "Nothing is searched for; / asks for what."


async def test_the_line_that_is_typed_says_what_for() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("L")
        bar = stage.app.screen.query_one(SearchBar)
        for key, words in (("slash", "search"), ("ampersand", "filter"), ("@", "time")):
            await stage.press(key)
            assert bar.placeholder == words
            await stage.press("escape")


async def test_a_held_screen_that_goes_on_leaves_a_reader_where_he_was() -> None:
    entries = [make_entry(f"line {n}") for n in range(100)]
    async with on_stage((120, 36)) as stage:
        stage.backend.log("prod", *entries)
        await stage.press("L")
        log = stage.app.screen.query_one(LogView)
        for keys, follows in ((("p", "p"), True), (("g", "p", "p"), False)):
            await stage.press(*keys)
            assert log.following is follows
        assert "line 0" in stage.text
