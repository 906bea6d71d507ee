from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.chronicle.scenes import at, fleet, judged
from tests.clock import ManualClock, turns
from tui.chronicle.attention import Attention
from tui.clock import SystemClock
from tui.engine.calls import MOST, Calls
from tui.model.alert import Verdict
from tui.model.attention import Real, Wishes

KEEP = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"


def keeping(path: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", KEEP, str(path))


def real(name: str = "X") -> Real:
    return Real(("alert", "", name), "alert", "prod", name, "because")


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def ended(running: asyncio.Task[None]) -> None:
    """End it, with the command that it may be running."""
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def until_told(path: Path, lines: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(20):
        while len(lines_of(path)) < lines:
            await SystemClock().sleep(0.02)
    return [json.loads(line) for line in lines_of(path)]


async def test_the_command_gets_what_is_real_as_json(tmp_path: Path) -> None:
    path = tmp_path / "said"
    calls = Calls(Wishes(on_real=keeping(path)), SystemClock())
    heard: list[tuple[Real, ...]] = []
    calls.subscribe(heard.append)
    running = asyncio.create_task(calls.run())
    attention = Attention(Wishes())
    for seconds, verdict in ((0, Verdict.FALSE_POSITIVE), (10, Verdict.REAL)):
        calls.note(attention.look(fleet([judged(verdict)], seconds), at(seconds)))
    (told,) = await until_told(path, 1)
    await ended(running)
    (found,) = told["real"]
    assert told["count"] == 1
    assert (found["kind"], found["cluster"], found["name"], found["severity"]) == (
        "alert",
        "prod",
        "KubeProxyDown",
        "critical",
    )
    assert found["evidence"][1]["source"] == "kubernetes prod"
    assert [len(each) for each in heard] == [1]
    assert calls.trouble == ""


async def test_it_is_not_run_again_too_soon_and_then_told_everything(
    tmp_path: Path,
) -> None:
    path, clock = tmp_path / "said", ManualClock()
    calls = Calls(Wishes(on_real=keeping(path)), clock)
    running = asyncio.create_task(calls.run())
    calls.note((real("A"),))
    await until_told(path, 1)
    calls.note((real("B"),))
    calls.note((real("C"),))
    await turns()
    assert len(lines_of(path)) == 1
    async with asyncio.timeout(10):
        while not clock._sleepers:
            await SystemClock().sleep(0.01)
    await clock.advance(30)
    _, second = await until_told(path, 2)
    await ended(running)
    assert [each["name"] for each in second["real"]] == ["B", "C"]


async def test_of_very_many_it_is_told_how_many(tmp_path: Path) -> None:
    path = tmp_path / "said"
    calls = Calls(Wishes(on_real=keeping(path)), SystemClock())
    running = asyncio.create_task(calls.run())
    calls.note(tuple(real(str(n)) for n in range(MOST + 7)))
    (told,) = await until_told(path, 1)
    await ended(running)
    assert told["count"] == MOST + 7
    assert len(told["real"]) == MOST


async def trouble_of(wishes: Wishes, begun: Path | None = None) -> str:
    """What is told of a command; its time is over once it has written into `begun`."""
    calls = Calls(wishes, SystemClock())
    running = asyncio.create_task(calls.run())
    calls.note((real(),))
    if begun is not None:
        await until_written(begun)
        loop = asyncio.get_running_loop()
        real_time, passed = loop.time, wishes.on_real_seconds
        loop.time = lambda: real_time() + passed  # type: ignore[method-assign]
    async with asyncio.timeout(20):
        while not calls.trouble:
            await SystemClock().sleep(0.02)
    await ended(running)
    return calls.trouble


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import sys; sys.exit('no bus \\x1b[2J here')", "ended with 1: no bus"),
        ("import os; os._exit(3)", "ended with 3"),
    ],
)
async def test_a_command_that_fails_is_told_of(script: str, words: str) -> None:
    said = await trouble_of(Wishes(on_real=(sys.executable, "-c", script)))
    assert words in said


async def test_a_command_that_is_not_there_is_told_of() -> None:
    said = await trouble_of(Wishes(on_real=("/no/such/command",)))
    assert said == (
        "on_real: /no/such/command cannot be run: No such file or directory"
    )


async def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    script = f"sleep 600 & echo $! > {path}; wait"
    said = await trouble_of(
        Wishes(on_real=("/bin/sh", "-c", script), on_real_seconds=30), path
    )
    assert said == "on_real: /bin/sh took longer than 30 s and was ended"
    child = int(path.read_text())
    async with asyncio.timeout(5):
        while is_alive(child):
            await SystemClock().sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


async def test_nothing_is_left_running_when_the_program_ends(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    command = ("/bin/sh", "-c", f"echo $$ > {path}; exec sleep 600")
    calls = Calls(Wishes(on_real=command), SystemClock())
    running = asyncio.create_task(calls.run())
    calls.note((real(),))
    await until_written(path)
    await ended(running)
    assert not is_alive(int(path.read_text()))


async def until_written(path: Path) -> None:
    async with asyncio.timeout(10):
        while not lines_of(path):
            await SystemClock().sleep(0.02)
