"""The story as it runs: the one thing that the lab's servers look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from tui.lab.clock import LabClock
from tui.lab.estate import Estate, LabLine
from tui.lab.faults import FaultSet
from tui.lab.lines import lines
from tui.lab.story import Story


class World:
    """The clock, the story and the faults that are on right now."""

    def __init__(self, clock: LabClock, faults: FaultSet) -> None:
        self.clock = clock
        self.story = Story(faults)
        self._gates: list[Callable[[], Awaitable[None]]] = []

    @property
    def faults(self) -> FaultSet:
        """The faults that are on."""
        return self.story.faults

    def change_faults(self, add: Iterable[str], remove: Iterable[str]) -> None:
        """Switch faults on and off; raises FaultError and changes nothing then.

        Ports open and close with the next `settle`.
        """
        self.story = Story(self.faults.changed(add, remove))

    def follow(self, gate: Callable[[], Awaitable[None]]) -> None:
        """Have something called at each `settle`."""
        self._gates.append(gate)

    async def settle(self) -> None:
        """Let every port follow the faults that are on."""
        for gate in self._gates:
            await gate()

    def estate(self) -> Estate:
        """The estate as it is now."""
        return self.story.at(self.clock.position())

    def now(self) -> datetime:
        """The wall, UTC."""
        return self.clock.now()

    def when(self, offset: timedelta) -> datetime:
        """The instant of an offset, UTC."""
        return self.clock.when(offset)

    def lines(self, after: timedelta, address: str = "") -> tuple[LabLine, ...]:
        """Lines written after an offset until now; of one node, or of all."""
        return lines(after, self.clock.position(), address)
