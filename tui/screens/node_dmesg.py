"""The kernel log of a node, live, with levels and classes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.model.fleet import Cluster, NodeView
from tui.model.log import LogBatch
from tui.present import logs, machine_log, nodes
from tui.present.glyphs import Marks
from tui.present.units import time_of_ns
from tui.screens.node_tab import NodeTab
from tui.screens.node_tail import TailPanel
from widgets.log_view import LogView
from widgets.values import Line, LogLine, Span, Tone


class SoughtLog(LogView):
    """A log in which looking for the same again goes on where the search stands."""

    _pattern = ""

    def search(self, pattern: str) -> None:
        if pattern != self._pattern:
            self._pattern = pattern
            super().search(pattern)


class DmesgPanel(TailPanel):
    """A tail of the kernel log, with times of the day or since the start."""

    def __init__(self, marks: Marks, name: str) -> None:
        super().__init__(marks, name)
        self._booted_at: datetime | None = None
        self._chips: Line = ()

    def compose(self) -> ComposeResult:
        yield SoughtLog(glyphs=self.glyphs, clock=time_of_ns)

    def lines(self, batch: LogBatch) -> Sequence[LogLine]:
        return machine_log.kernel_lines(batch, self.marks)

    def note(self) -> Line:
        clock = "seconds since boot" if self._booted_at else "UTC"
        return (Span(f"  {clock}  ", Tone.QUIET), *self._chips)

    def show_chips(self, chips: Line) -> None:
        """Say which classes of trouble were found."""
        if chips != self._chips:
            self._chips = chips
            self.show_status()

    def count_from(self, booted_at: datetime | None) -> None:
        """Tell all times anew: since then, or of the day when it is None."""
        self._booted_at = booted_at
        clock = machine_log.since_boot(booted_at) if booted_at else time_of_ns
        self.query_one(LogView).tell_time(clock)
        self.show_status()

    @property
    def counts_from_boot(self) -> bool:
        """Whether times are seconds since the start."""
        return self._booted_at is not None


class DmesgTab(NodeTab):
    """Opened at its first visit; from then on it is followed to the end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "error(1)", "Next error", id="node.error"),
        Binding("E", "error(-1)", "Error before", show=False, id="node.error_before"),
        Binding(
            "u",
            "clock",
            "Uptime",
            id="node.clock",
            tooltip="Times of the day, or seconds since boot",
        ),
    ]

    _booted_at: datetime | None = None

    def compose(self) -> ComposeResult:
        yield DmesgPanel(self.marks, "kernel")

    def enter(self) -> None:
        panel = self.query_one(DmesgPanel)
        if not panel.following:
            panel.follow("dmesg", self.access.tail(""))
        super().enter()

    def show(self, cluster: Cluster, node: NodeView, now: datetime) -> None:  # noqa: ARG002 - entries do not age
        self._booted_at = nodes.booted_at(node)
        panel = self.query_one(DmesgPanel)
        panel.show_chips(logs.chips(node.kernel, self.marks))

    def action_error(self, direction: int) -> None:
        """Go to the next error, or to the one before."""
        log = self.query_one(LogView)
        log.search(f"{self.marks.real} ")
        log.action_match(direction)

    def action_clock(self) -> None:
        """Change between times of the day and seconds since boot."""
        panel = self.query_one(DmesgPanel)
        if panel.counts_from_boot:
            panel.count_from(None)
        elif self._booted_at is None:
            self.notify("It is not known when it started.", markup=False)
        else:
            panel.count_from(self._booted_at)
