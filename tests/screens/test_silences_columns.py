"""What of a silence is read at which width."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import ALERTMANAGER, make_fleet, make_silence
from tests.screens.stage import on_stage
from tui.model.alertmanager import Alertmanager
from tui.model.silence import Matcher

MATCHERS = (
    Matcher("alertname", "BTRFSCorruptionDetected"),
    Matcher("cluster", "prod"),
    Matcher("node", "talos-wk-2"),
)


@pytest.mark.parametrize("width", [120, 149, 200])
async def test_matchers_are_read_to_their_end(width: int) -> None:
    silence = replace(make_silence(), matchers=MATCHERS)
    manager = Alertmanager(ALERTMANAGER, ("prod", "monit", "agentic"), (silence,))
    fleet = replace(make_fleet(), silences=(silence,), alertmanagers=(manager,))
    async with on_stage((width, 36), fleet) as stage:
        await stage.press("S")
        assert " ".join(map(str, MATCHERS)) in stage.text
        assert f"ops: {silence.comment}" in stage.text or width >= 150
        assert silence.comment[:20] in stage.text
