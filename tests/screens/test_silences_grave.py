"""What is extended or made again in the list is asked about as in the form."""

from __future__ import annotations

from msgspec.structs import replace

from tests.estate import ALERTMANAGER, failing, make_fleet
from tests.screens.stage import on_stage
from tests.screens.test_silences import make, put
from tui.model.alertmanager import Alertmanager
from tui.model.fault import FaultKind
from tui.model.fleet import Fleet
from tui.model.silence import Matcher, Silence, SilenceState

REAL = make("s2")
PROOF = replace(make("s2"), matchers=(Matcher("alertname", "Watchdog"),))


def only(*silences: Silence) -> Fleet:
    """A fleet in which nothing else is silenced."""
    manager = Alertmanager(ALERTMANAGER, ("prod", "monit", "agentic"), silences)
    return replace(make_fleet(), silences=silences, alertmanagers=(manager,))


async def test_what_turns_real_while_a_length_is_asked_for_is_asked_about() -> None:
    fleet = only(REAL)
    calm = replace(fleet.clusters[0], alerts=())
    quiet = replace(fleet, clusters=(calm, *fleet.clusters[1:]))
    async with on_stage((120, 36), quiet) as stage:
        await stage.press("S", "plus")
        await stage.publish(fleet)
        await stage.press("ctrl+s")
        assert stage.backend.submitted == []
        assert "BTRFSCorruptionDetected in prod" in stage.text
        await stage.press("y")
        assert put(stage).draft.id == "s2"


async def test_one_that_waits_and_will_hide_what_is_real_is_asked_about() -> None:
    waits = replace(REAL, state=SilenceState.PENDING)
    async with on_stage((120, 36), only(waits)) as stage:
        await stage.press("S", "2", "plus", "ctrl+s")
        assert stage.backend.submitted == []
        assert "This silences what is REAL" in stage.text


async def test_what_shows_that_alerts_arrive_is_asked_about() -> None:
    over = replace(PROOF, state=SilenceState.EXPIRED)
    other = replace(over, id="s3")
    async with on_stage((120, 36), only(over, other)) as stage:
        await stage.press("S", "3", "asterisk", "R", "ctrl+s")
        assert stage.backend.submitted == []
        assert "These silence what shows that alerts arrive" in stage.text


async def test_what_would_be_made_again_blindly_is_asked_about() -> None:
    over = replace(
        REAL, state=SilenceState.EXPIRED, matchers=(Matcher("alertname", "Calm"),)
    )
    fleet = only(over, replace(over, id="s3"))
    async with on_stage((120, 36), fleet) as stage:
        await stage.press("S", "3", "asterisk", "R", "ctrl+s")
        assert len(stage.backend.submitted) == 1
    prod = fleet.clusters[0]
    sources = tuple(
        failing(each, FaultKind.UNREACHABLE, "connection refused")
        if each.key.feed == "alerts"
        else each
        for each in prod.sources
    )
    blind = replace(
        fleet, clusters=(replace(prod, sources=sources), *fleet.clusters[1:])
    )
    async with on_stage((120, 36), blind) as stage:
        await stage.press("S", "3", "asterisk", "R", "ctrl+s")
        assert stage.backend.submitted == []
        assert "Silence blindly?" in stage.text
        await stage.press("y")
        assert len(stage.backend.submitted) == 1
