"""What the views of a node have in common, and what they may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from tui.model.command import Command, Outcome
from tui.model.fleet import Cluster, NodeView
from tui.model.log import LogBatch
from tui.model.machine import Moment
from tui.present.glyphs import Marks


class NodeAccess(Struct, frozen=True):
    """One node, and what can be asked about it."""

    cluster: str
    address: str
    tail: Callable[[str], AsyncIterator[LogBatch]]
    """Follow the log of a service, or the kernel log when the name is empty."""
    history: Callable[[], Sequence[Moment]]
    watch: Callable[[], Callable[[], None]]
    """Read its detail until the returned function is called."""
    submit: Callable[[Command], Awaitable[Outcome]]
    now: Callable[[], datetime]
    kept: int
    """How many entries each log keeps."""


class NodeTab(Container):
    """One view of a node. Only the one in front is kept up to date."""

    @dataclass
    class CopyAsked(Message):
        """The user wants a text on the clipboard."""

        text: str

    def __init__(self, access: NodeAccess, marks: Marks, name: str) -> None:
        super().__init__(id=name, classes="tab")
        self.access = access
        self.marks = marks

    def show(self, cluster: Cluster, node: NodeView, now: datetime) -> None:
        """Bring the view up to date."""
        raise NotImplementedError

    def turn(self) -> None:
        """Another moment is shown: what was followed is not its log."""

    def enter(self) -> None:
        """Come to the front: the first list or log takes the keyboard."""
        found = self.query("RowTable, LogView").results(Widget)
        first = next((each for each in found if each.display), None)
        if first is not None:
            first.focus()
