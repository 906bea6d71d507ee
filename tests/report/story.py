"""The incident of the lab, recorded by the real program: seven minutes of it in four.

A colleague silences an alert in it, and the operator notes what he sees and does.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from msgspec.structs import replace

from tests.e2e.lab_time import START, LabTime
from tests.e2e.labs import running_lab
from tui.cli.taped import recorded
from tui.config import Config, load
from tui.engine.engine import Engine
from tui.model.command import PutSilence
from tui.model.silence import Matcher, SilenceDraft
from tui.model.taped import TapeNote
from tui.tape.switch import Switch

SPEED = 2.0
BEGIN = "1m20s"
NOTED = (
    (75, "paged: talos-wk-2 has lost a disk"),
    (140, "storage: switch 2 of the iSCSI network is being rebooted"),
    (250, "cilium-agent of talos-wk-1 is gone too; network called"),
    (375, "switch is back, watching"),
)
"""Seconds after the begin, and what is noted."""
_SILENCED_AFTER = 160
_LASTS = 420


async def _record(config: Config, clock: LabTime, state: Path) -> None:
    engine = Engine(config, clock, Random(7))
    switch = recorded(engine, config, clock, {"XDG_STATE_HOME": str(state)})
    task = asyncio.create_task(switch.run())
    await engine.settled()
    begun = clock.now()
    async with asyncio.TaskGroup() as group:
        for seconds, text in NOTED:
            group.create_task(_note(switch, clock, seconds, text))
        group.create_task(_silence(switch, clock))
        group.create_task(clock.sleep(_LASTS))
    assert clock.now() - begun < timedelta(seconds=2 * _LASTS)
    task.cancel()
    await asyncio.wait([task])


async def _note(switch: Switch, clock: LabTime, seconds: float, text: str) -> None:
    await clock.sleep(seconds)
    note = TapeNote(clock.now(), "mark", text, author="jo")
    assert await switch.mark(note) == ""


async def _silence(switch: Switch, clock: LabTime) -> None:
    await clock.sleep(_SILENCED_AFTER)
    now = clock.now()
    draft = SilenceDraft(
        (Matcher("alertname", "ISCSIKernelError"),),
        now,
        now + timedelta(hours=2),
        "ana",
        "known: the node has lost its storage, see the mark",
    )
    assert (await switch.submit(PutSilence("prod", draft))).fault is None


def record_story(state: Path) -> None:
    """Record it below a state folder. Takes four minutes."""
    story = ("--at", BEGIN, "--speed", str(SPEED), "--now", START.isoformat())
    with running_lab(*story) as lab:
        clock = LabTime(SPEED, datetime.fromisoformat(lab.state()["now"]))
        config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
        config = replace(config, refresh_seconds=10.0, timeout_seconds=9.0)
        asyncio.run(_record(config, clock, state))
