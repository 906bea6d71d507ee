"""The kernel log of a node, live, with levels and classes."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult

from tui.model.fleet import Cluster, NodeView
from tui.present import log_lines, logs, machine_log, nodes
from tui.screens.node_tab import NodeTab
from tui.screens.node_tail import TailPanel
from widgets.log_view import LogView
from widgets.values import Line


class DmesgPanel(TailPanel):
    """A tail of the kernel log, with the classes of trouble in its frame."""

    _booted_at: datetime | None = None
    _chips: Line = ()

    def teller(self) -> log_lines.EntryTeller:
        return machine_log.KernelTeller(self.marks)

    def note(self) -> Line:
        return (*super().note(), *self._chips)

    def show_chips(self, chips: Line) -> None:
        """Say which classes of trouble were found."""
        if chips != self._chips:
            self._chips = chips
            self.show_status()

    def tell_boot(self, booted_at: datetime | None) -> None:
        """Offer times since the node was started, once that is known."""
        if booted_at != self._booted_at:
            self._booted_at = booted_at
            self.query_one(LogView).tell_times(log_lines.times(self._now, booted_at))


class DmesgTab(NodeTab):
    """Opened at its first visit; from then on it is followed to the end."""

    def compose(self) -> ComposeResult:
        yield DmesgPanel(self.marks, "kernel", self.access)

    def enter(self) -> None:
        panel = self.query_one(DmesgPanel)
        if not panel.following:
            panel.follow("dmesg", self.access.tail(""))
        super().enter()

    def turn(self) -> None:
        panel = self.query_one(DmesgPanel)
        if panel.following:
            panel.follow("dmesg", self.access.tail(""))

    def show(self, cluster: Cluster, node: NodeView, now: datetime) -> None:  # noqa: ARG002 - entries do not age
        panel = self.query_one(DmesgPanel)
        panel.tell_boot(nodes.booted_at(node))
        panel.show_chips(logs.chips(logs.counted(node.kernel), self.marks))
