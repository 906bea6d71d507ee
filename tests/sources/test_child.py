"""Programs that are ended, or have ended already."""

from __future__ import annotations

import asyncio
import subprocess
from asyncio.subprocess import PIPE
from pathlib import Path

from tui.clock import SystemClock
from tui.sources.child import LEAVE_SECONDS, end


async def start(*command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command, stdout=PIPE, stderr=PIPE, start_new_session=True
    )


def has_ended(pid: int) -> bool:
    """Whether it has, be it that a thread of asyncio has heard of it or nobody yet."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return told.rsplit(") ", 1)[1].startswith("Z")


async def test_one_that_hangs_is_ended_with_what_it_started() -> None:
    process = await start("sh", "-c", "sleep 60 & sleep 60")
    async with asyncio.timeout(LEAVE_SECONDS):
        await end(process)
    assert process.returncode == -9


async def test_one_that_has_just_ended_is_no_error(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    process = await start("sh", "-c", f"until [ -e {gate} ]; do sleep 0.05; done")
    gate.touch()
    # The loop stands still meanwhile, as a machine that was suspended does.
    while not has_ended(process.pid):
        subprocess.run(["sleep", "0.05"], check=True)  # noqa: ASYNC221
    assert process.returncode is None
    await end(process)
    assert process.returncode == 0


async def test_what_escapes_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    escape = f"setsid sh -c 'touch {gone}; exec sleep 20' & sleep 60"
    process = await start("sh", "-c", escape)
    async with asyncio.timeout(20):
        while not gone.exists():
            await SystemClock().sleep(0.02)
    async with asyncio.timeout(LEAVE_SECONDS + 3):
        await end(process)
    assert process.returncode == -9
