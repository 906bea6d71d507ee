"""The kernel logs of several nodes as one, as the nodes themselves tell them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime

from textual.app import ComposeResult

from tui.backend import Backend
from tui.model.fleet import Fleet
from tui.model.log import LogBatch
from tui.present import log_lines, logs, machine_log
from tui.present.glyphs import Marks
from tui.present.units import count
from tui.screens.desk import Desk
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.text import cells_of
from widgets.values import Line, Span, Tone

_EDGES = 6
"""Cells of a title that are frame and gaps."""
_TAILS = "tails"
_BEAT_SECONDS = 0.1
_FIRST_SECONDS = 1.0
"""Until then the ring buffers of all nodes have come, and can be merged by time."""


class DmesgScreen(Desk):
    """Follows until it is closed; a node that fails says so between the lines."""

    def __init__(
        self,
        tails: Mapping[str, Callable[[], AsyncIterator[LogBatch]]],
        marks: Marks,
        now: Callable[[], datetime],
        kept: int,
    ) -> None:
        """Make a screen.

        tails  begin the log of each node, by its name
        kept   how many lines the log keeps
        """
        super().__init__(marks)
        self._kept = kept
        self._tails = tails
        self._now = now
        self._teller = self._new_teller()
        self._waiting: dict[str, list[log_lines.Held]] = {name: [] for name in tails}
        self._chips: Line = ()

    def _new_teller(self) -> log_lines.MergedTeller:
        return log_lines.MergedTeller(
            {name: machine_log.KernelTeller(self.marks, name) for name in self._tails}
        )

    def compose_body(self) -> ComposeResult:
        with Panel(glyphs=self.marks.glyphs):
            times = log_lines.times(self._now)
            yield LogView(
                capacity=self._kept,
                glyphs=self.marks.glyphs,
                times=times,
                teller=self._teller,
            )

    def on_mount(self) -> None:
        log = self.query_one(LogView)
        log.empty = (Span(f"{self.marks.connecting} nothing yet", Tone.QUIET),)
        self._follow()
        self.set_timer(_FIRST_SECONDS, self._start)
        self._show_title()

    def turn(self, backend: Backend) -> None:  # noqa: ARG002 - nodes are asked
        """What was followed is not the log of the moment that is shown now."""
        self.workers.cancel_group(self, _TAILS)
        self._waiting = {name: [] for name in self._tails}
        self._teller = self._new_teller()
        log = self.query_one(LogView)
        log.clear()
        log.use(self._teller)
        self._follow()

    def _follow(self) -> None:
        for name, opened in self._tails.items():
            self.run_worker(self._pump(name, opened()), group=_TAILS)

    def show(self, fleet: Fleet, now: datetime) -> None:  # noqa: ARG002 - entries do not age
        found = (
            finding
            for cluster in fleet.clusters
            for finding in cluster.log_findings
            if finding.node in self._tails
        )
        self._chips = logs.chips(logs.counted(found), self.marks)
        self._show_title()

    async def _pump(self, name: str, tail: AsyncIterator[LogBatch]) -> None:
        async for batch in tail:
            told = ((name, each) for each in logs.framed(batch, name))
            self._waiting[name] += self._teller.held(told)

    def _start(self) -> None:
        self._pour()
        self.set_interval(_BEAT_SECONDS, self._pour)

    def _pour(self) -> None:
        lines = machine_log.merged(self._waiting.values(), self._teller.at_ns)
        if lines and self.is_open:
            self._waiting = {name: [] for name in self._tails}
            self.query_one(LogView).append(lines)

    def on_log_canvas_status_changed(self) -> None:
        if self.is_open:
            self._show_title()

    def _show_title(self) -> None:
        log = self.query_one(LogView)
        names = list(self._tails)
        what = names[0] if len(names) == 1 else count(len(names), "node")
        title = (
            Span(f"dmesg of {what}", Tone.ACCENT),
            Span(f"  {log.time_name}  ", Tone.QUIET),
            *self._chips,
        )
        panel = self.query_one(Panel)
        used = cells_of(title)
        panel.show_title(title, log.words(panel.size.width - used - _EDGES))
