"""A log that is followed, in a frame that says which, and whether it follows."""

from __future__ import annotations

from collections.abc import AsyncIterator

from textual.app import ComposeResult

from tui.model.log import LogBatch
from tui.present import log_lines, logs, machine_log
from tui.present.glyphs import Marks
from tui.screens.latest import run_latest
from tui.screens.node_tab import NodeAccess
from widgets.log_canvas import LogCanvas
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.text import cells_of
from widgets.values import Line, Span, Tone

_EDGES = 6
"""Cells of a title that are frame and gaps."""


class TailPanel(Panel):
    """Shows one tail at a time; another one ends it, and so does closing."""

    def __init__(self, marks: Marks, name: str, access: NodeAccess) -> None:
        super().__init__(glyphs=marks.glyphs, id=name)
        self.marks = marks
        self._kept = access.kept
        self._following = ""
        self._now = access.now

    def compose(self) -> ComposeResult:
        times = log_lines.times(self._now)
        yield LogView(capacity=self._kept, glyphs=self.glyphs, times=times)

    def teller(self) -> log_lines.EntryTeller:
        """How its entries are read."""
        return machine_log.NodeTeller(self.marks, {})

    @property
    def following(self) -> str:
        """What is followed; empty before the first."""
        return self._following

    def follow(self, name: str, tail: AsyncIterator[LogBatch]) -> None:
        """Follow another log from now on."""
        log = self.query_one(LogView)
        log.clear()
        teller = log_lines.MergedTeller({name: self.teller()})
        log.use(teller)
        self.say((Span(f"{self.marks.connecting} nothing yet", Tone.QUIET),))
        self._following = name
        self.show_status()
        run_latest(self, "tail", self._pump, name, teller, tail)

    def say(self, line: Line) -> None:
        """Say this while there are no lines."""
        self.query_one(LogView).empty = line

    async def _pump(
        self,
        name: str,
        teller: log_lines.MergedTeller,
        tail: AsyncIterator[LogBatch],
    ) -> None:
        async for batch in tail:
            held = teller.held((name, each) for each in logs.framed(batch))
            for log in self.query(LogView):  # none once the tab is being closed
                log.append(held)

    def note(self) -> Line:
        """What is said behind the name of the log."""
        return (Span(f"  {self.query_one(LogView).time_name}  ", Tone.QUIET),)

    def on_log_canvas_status_changed(self, event: LogCanvas.StatusChanged) -> None:
        event.stop()
        if self.is_attached:
            self.show_status()

    def show_status(self) -> None:
        """Say which log it is, whether it follows, and how the search stands."""
        log = self.query_one(LogView)
        title = (Span(self._following, Tone.ACCENT), *self.note())
        used = cells_of(title)
        self.show_title(title, log.words(self.size.width - used - _EDGES))
