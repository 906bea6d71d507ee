from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.lab.conftest import Serve, minutes, still_world
from tui.lab.control import control_app, offset
from tui.lab.world import World


@pytest.fixture
def world() -> World:
    return still_world("1m")


@pytest.fixture
async def control(serve: Serve, world: World) -> httpx.AsyncClient:
    return await serve(control_app(world))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4m30s", 270),
        ("90s", 90),
        ("-5m", -300),
        ("1h", 3600),
        ("0s", 0),
        ("1.5s", 1.5),
    ],
)
def test_offsets_are_written_as_people_say_them(text: str, seconds: float) -> None:
    assert offset(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "4", "later", "-"])
def test_what_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time of the story"):
        offset(text)


async def test_the_story_can_be_moved(control: httpx.AsyncClient, world: World) -> None:
    answer = await control.post("/story", json={"at": "4m", "speed": 0})
    assert answer.json()["at_seconds"] == 240
    assert world.clock.position() == minutes(4)


async def test_faults_are_switched_on_and_off(
    control: httpx.AsyncClient, world: World
) -> None:
    await control.post("/faults", json={"add": ["loki-down", "no-watchdog"]})
    answer = await control.post("/faults", json={"remove": ["loki-down"]})
    assert answer.json()["faults"] == ["no-watchdog"]
    assert world.faults.has("no-watchdog")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("story", '{"at": "later"}'),
        ("story", '{"speed": -1}'),
        ("story", "[]"),
        ("faults", '{"add": ["nope"]}'),
        ("faults", '{"add": "nope"}'),
        ("faults", "not json"),
    ],
)
async def test_a_bad_wish_is_refused_and_changes_nothing(
    control: httpx.AsyncClient, path: str, body: str
) -> None:
    before = (await control.get("/state")).text
    answer = await control.post(f"/{path}", content=body)
    assert answer.status_code == 400
    assert (await control.get("/state")).text == before
