"""Has a report written by a process of its own: reading a record takes seconds."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from tui.present.when import Stretch

_DEADLINE_SECONDS = 180.0


async def written(
    place: Path, config: Path | None, stretch: Stretch | None, folder: Path
) -> tuple[Path, ...] | str:
    """Write the report of a time into a folder; gives the files, or why there are none.

    place    the record
    config   the operator's; None: there is none
    stretch  None: the last incident
    """
    command = [sys.executable, "-m", "tui", "report", str(place), "--out", str(folder)]
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
        async with asyncio.timeout(_DEADLINE_SECONDS):
            told, complaints = await process.communicate()
    except TimeoutError:
        return "it took too long: ask for a shorter time"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        last = complaints.decode(errors="replace").strip().splitlines()[-1:]
        why = "".join(last).removeprefix("taloscope: ")
        return why or f"it ended with {process.returncode}"
    return tuple(map(Path, told.decode().splitlines()[1:]))
