"""Has a report written by a process of its own: reading a record takes seconds."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from pathlib import Path

from tui.present.when import Stretch

_STEP_SECONDS = 120.0
"""A process that does not get on for so long is given up."""
_PROGRESS = "progress: "
"""What it begins each line with that tells how far it is."""

Say = Callable[[str], None]


async def written(
    place: Path,
    config: Path | None,
    stretch: Stretch | None,
    folder: Path,
    say: Say,
) -> tuple[Path, ...] | str:
    """Write the report of a time into a folder; gives the files, or why there are none.

    place    the record
    config   the operator's; None: there is none
    stretch  None: the last incident
    say      is told how far it is
    """
    command = [sys.executable, "-m", "tui", "report", str(place), "--out", str(folder)]
    command += ["--progress", _PROGRESS]
    if config is not None:
        command += ["--config", str(config)]
    if stretch is not None:
        command += ["--from", f"{stretch.since:%Y-%m-%d %H:%M:%S}"]
        if stretch.until is not None:
            command += ["--to", f"{stretch.until:%Y-%m-%d %H:%M:%S}"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    try:
        complaints = await _followed(process, say)
        told = await process.stdout.read() if process.stdout else b""
        await process.wait()
    except TimeoutError:
        return "it does not get on: ask for a shorter time"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        why = "".join(complaints[-1:]).removeprefix("taloscope: ")
        return why or f"it ended with {process.returncode}"
    return tuple(map(Path, told.decode().splitlines()[1:]))


async def _followed(process: Process, say: Say) -> list[str]:
    """Tell of its progress until it ends; what else it said.

    raise   TimeoutError when it does not get on
    """
    found: list[str] = []
    lines = process.stderr
    async with asyncio.timeout(_STEP_SECONDS) as limit:
        while lines is not None and (line := await lines.readline()):
            words = line.decode(errors="replace").strip()
            if words.startswith(_PROGRESS):
                say(words.removeprefix(_PROGRESS))
                limit.reschedule(asyncio.get_running_loop().time() + _STEP_SECONDS)
            elif words:
                found.append(words)
    return found
