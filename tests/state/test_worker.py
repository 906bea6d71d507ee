from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from tui.state.worker import Worker


async def test_work_is_done_in_the_order_in_which_it_was_asked_for() -> None:
    worker, done = Worker("test"), []
    await asyncio.gather(*(worker.do(lambda n=n: done.append(n)) for n in range(20)))  # type: ignore[misc]
    assert done == list(range(20))


async def test_it_is_done_in_another_thread() -> None:
    here = threading.get_ident()
    assert await Worker("test").do(threading.get_ident) != here


async def test_what_fails_is_raised_where_it_is_waited_for_and_the_next_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: told.set())
    worker = Worker("test")
    with pytest.raises(ZeroDivisionError):
        await worker.do(lambda: 1 / 0)
    assert await worker.do(lambda: 7) == 7
    # The thread that failed tells of it as it ends: perhaps after the work of the next.
    assert await asyncio.to_thread(told.wait, 5)


async def test_one_who_stops_waiting_does_not_stop_the_work() -> None:
    worker, go, done = Worker("test"), threading.Event(), []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await worker.do(lambda: done.append(go.wait(5)))
    go.set()
    await worker.do(lambda: None)
    assert done == [True]


def test_work_that_hangs_does_not_keep_the_program_from_ending() -> None:
    script = (
        "import asyncio, threading\n"
        "from tui.state.worker import Worker\n"
        "async def main():\n"
        "    try:\n"
        "        async with asyncio.timeout(0.05):\n"
        "            await Worker('x').do(threading.Event().wait)\n"
        "    except TimeoutError:\n"
        "        print('left')\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert done.stdout == "left\n"
