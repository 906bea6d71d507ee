from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet
from tests.screens.stage import on_stage


async def test_without_a_word_it_lists_the_screens_then_what_keys_do_here() -> None:
    async with on_stage() as stage:
        await stage.press("colon")
        text = stage.text
        assert text.index("Targets") < text.index("Silence it, or what is marked")
        assert "Go to the next row" not in text


async def test_a_screen_is_opened_by_its_name() -> None:
    async with on_stage() as stage:
        await stage.press("colon", *"sources", "enter")
        assert "┏ sources" in stage.text


@pytest.mark.parametrize("word", ["theme", "help"])
async def test_what_people_look_for_first_is_found(word: str) -> None:
    async with on_stage() as stage:
        await stage.press("colon", *word)
        assert "nothing here has" not in stage.text


async def test_a_key_of_the_screen_behind_does_its_work() -> None:
    async with on_stage() as stage:
        await stage.press("colon", *"mark all", "enter")
        assert "marked" in stage.text


async def test_a_cluster_goes_by_its_name() -> None:
    async with on_stage() as stage:
        await stage.press("colon", *"cluster monit", "enter", "enter")
        assert "find" not in stage.text


async def test_a_cluster_is_gone_to_from_any_screen() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("N", "enter", "colon", *"monit")
        assert "cluster   monit" in stage.text
        await stage.press("enter")
        assert "[2 monit" in stage.text.splitlines()[1]


async def test_on_the_fleet_a_cluster_is_told_once() -> None:
    async with on_stage() as stage:
        await stage.press("colon", *"cluster monit")
        assert "Cluster monit" in stage.text
        assert "cluster   monit" not in stage.text


async def test_what_is_typed_in_a_form_is_not_lost_on_the_way_to_a_cluster() -> None:
    async with on_stage() as stage:
        await stage.press("s", *"why not", "ctrl+p", *"agentic", "enter")
        assert "Leave the form?" in stage.text


async def test_a_node_is_opened_by_a_part_of_its_name() -> None:
    node = make_fleet().clusters[0].nodes[0]
    async with on_stage() as stage:
        await stage.press("colon", *node.name[-4:])
        assert node.name in stage.text
        await stage.press("enter")
        assert f" {node.name} " in stage.text.splitlines()[1]


async def test_an_alert_is_opened_by_its_name_and_a_label() -> None:
    alert = (make_fleet().clusters[0].alerts or ())[0]
    async with on_stage() as stage:
        await stage.press("colon", *alert.alert.name.lower(), "enter")
        assert "what it is" in stage.text
        assert alert.alert.name in stage.text


async def test_what_is_not_there_is_said_and_opens_nothing() -> None:
    async with on_stage() as stage:
        await stage.press("colon", *"zzz", "enter")
        assert "nothing here has 'zzz'" in stage.text
        await stage.press("escape")
        assert "nothing here has" not in stage.text


async def test_what_becomes_known_while_one_types_is_found() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    fresh = replace(prod.nodes[0], name="newcomer", address="10.9.9.9")
    newer = replace(prod, nodes=(*prod.nodes, fresh))
    async with on_stage(fleet=fleet) as stage:
        await stage.press("colon", *"newcomer")
        assert "nothing here has" in stage.text
        await stage.publish(replace(fleet, clusters=(newer, *fleet.clusters[1:])))
        await stage.until("node      newcomer")


async def test_the_keys_of_a_list_move_in_what_was_found() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press("colon", "down")
        assert "▌N         Nodes" in stage.text
        await stage.press("up")
        assert "▌t         Targets" in stage.text


async def test_the_words_of_keys_alone_have_all_of_the_line() -> None:
    async with on_stage((80, 24)) as stage:
        await stage.press(":", *"pipel")
        assert "which stage of which node" in stage.text
