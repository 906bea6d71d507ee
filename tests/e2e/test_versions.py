"""Every Talos from 1.6 on: what a node does not know is told, and the rest is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from textual.pilot import Pilot

from tests.e2e.labs import RunningLab, running_lab
from tests.widgets.screen import screen_text
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.clock import SystemClock
from tui.config import load
from tui.engine.engine import Engine
from tui.model.fleet import SourceState

CLOCK = SystemClock()
OWN = "1.11"
"""What the lab's nodes run when no fault says otherwise."""
LACKS = {
    "1.6": ["diagnostics"],
    "1.7": ["diagnostics"],
    "1.8": [],
    "1.9": [],
    "1.10": [],
    OWN: [],
    "1.12": [],
    "1.13": [],
    "1.14": [],
}
NODES = 6
OF_ALL = {
    "1": ("[services]", "kubelet", "Running", "healthy", "history of"),
    "2": ("[dmesg]", "following", "UTC"),
    "3": ("[resources]", "cpu  user", "memory  ", "filesystems", "/var", "kubelet"),
    "5": ("[review]", "One Talos version", "4/4 nodes: v{release}.", "Diagnostics"),
}
ETCD = ("[etcd]", "1 of 1 member healthy", "leader talos-cp-1", "MiB")


@dataclass(frozen=True, slots=True)
class Desk:
    """The app on an engine on a lab, and the hands on its keyboard."""

    app: TaloscopeApp
    engine: Engine
    pilot: Pilot[None]

    async def shows(self, *words: str, at_least: int = 1) -> str:
        """Wait until all of it is on the screen, so many times each."""
        try:
            async with asyncio.timeout(30):
                while self._lacking(words, at_least):
                    await self.pilot.pause(0.05)
        except TimeoutError:
            lacking = self._lacking(words, at_least)
            text = screen_text(self.app)
            raise AssertionError(f"{lacking} never came:\n{text}") from None
        return screen_text(self.app)

    def _lacking(self, words: tuple[str, ...], at_least: int) -> list[str]:
        text = screen_text(self.app)
        return [word for word in words if text.count(word) < at_least]

    def faults(self) -> list[str]:
        """Of every source that does not live, what it says."""
        now = CLOCK.now()
        return [
            f"{each.key}: {each.fault}"
            for cluster in self.engine.fleet.clusters
            for each in cluster.sources
            if each.fault or each.state(now) is not SourceState.LIVE
        ]

    async def settled(self) -> dict[str, str]:
        """The same as `unavailable`, once no call is only late on a busy machine."""
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                while not all("no such" in why for why in self.unavailable().values()):
                    await self.pilot.pause(0.2)
        return self.unavailable()

    def unavailable(self) -> dict[str, str]:
        """What the facts of all nodes lack, and why."""
        nodes = [node for each in self.engine.fleet.clusters for node in each.nodes]
        told = [node.facts.value for node in nodes if node.facts.value]
        assert len(told) == NODES
        return {name: why for each in told for name, why in each.unavailable.items()}


@asynccontextmanager
async def desk_on(lab: RunningLab) -> AsyncIterator[Desk]:
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    engine = Engine(config, CLOCK, Random(1))

    async def connect() -> Backend:
        return engine

    app = TaloscopeApp(config, CLOCK, connect)
    async with app.run_test(size=(200, 60)) as pilot:
        yield Desk(app, engine, pilot)


@pytest.mark.parametrize("release", LACKS)
async def test_every_view_has_rows_and_what_a_talos_lacks_is_told(release: str) -> None:
    guise = () if release == OWN else ("--fault", f"talos-release:{release}")
    with running_lab("--at", "1m", *guise) as lab:
        async with desk_on(lab) as desk:
            await desk.shows("talos-cp-1", "talos-wk-1", "12/12 up")
            await desk.pilot.press("N")
            await desk.shows(f" {release}.", at_least=NODES)
            await desk.pilot.press("escape")
            await see_tabs(desk, ("tab", "enter"), release, is_worker=False)
            await see_tabs(desk, ("j", "enter"), release, is_worker=True)
            lacking = await desk.settled()
            assert desk.faults() == []
    assert list(lacking) == LACKS[release]
    assert all("no such" in why for why in lacking.values())


@pytest.mark.parametrize("release", ["1.9", "1.14"])
async def test_alarms_that_a_reader_may_not_see_are_told_by_role(release: str) -> None:
    """Talos lets os:reader list etcd's alarms since 1.11."""
    guise = ("--fault", f"talos-release:{release}", "--fault", "reader-role")
    with running_lab("--at", "1m", *guise) as lab:
        async with desk_on(lab) as desk:
            await desk.shows("talos-cp-1", "talos-wk-1", "12/12 up")
            await desk.pilot.press("tab", "enter", "4")
            told = ("etcd alarms not told: ",) if release == "1.9" else ()
            text = await desk.shows(*ETCD, *told)
    assert ("etcd alarms not told: " in text) == bool(told)


async def see_tabs(
    desk: Desk, way: tuple[str, ...], release: str, *, is_worker: bool
) -> None:
    """Open a node by its way, then each of its tabs, and go back."""
    await desk.pilot.press(*way)
    name = "talos-wk-1" if is_worker else "talos-cp-1"
    tabs = OF_ALL if is_worker else {**OF_ALL, "4": ETCD}
    for key, words in sorted(tabs.items()):
        await desk.pilot.press(key)
        text = await desk.shows(name, *(each.format(release=release) for each in words))
        assert "unavailable" not in text
    assert ("diagnostics are not told" in text) == ("diagnostics" in LACKS[release])
    await desk.pilot.press("escape")
