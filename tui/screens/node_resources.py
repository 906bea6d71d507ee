"""What a node uses: curves over time, filesystems, processes and containers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.model.fleet import Cluster, NodeView
from tui.model.machine import Detail, Facts, Moment
from tui.present import machine_plots, machine_tables
from tui.present.glyphs import Marks
from tui.screens.curve_panel import CurvePanel
from tui.screens.listing import Listing, ReadListing
from tui.screens.node_tab import NodeTab
from widgets.panel import Panel
from widgets.values import Column, Line, Row, Span, Tone


class TablePanel(Panel):
    """One list below its title."""

    def __init__(self, subject: str, columns: Sequence[Column], marks: Marks) -> None:
        super().__init__(glyphs=marks.glyphs, id=subject, classes="-flat")
        self._subject = subject
        self._columns = columns

    def compose(self) -> ComposeResult:
        yield ReadListing(self._columns, glyphs=self.glyphs)

    def show_table(self, rows: Sequence[Row], note: str, none: Line) -> None:
        """Show other rows."""
        words = f"{len(rows)}{note}" if rows else ""
        title = (Span(f"{self._subject}  ", Tone.ACCENT), Span(words, Tone.QUIET))
        self.show_title(title)
        listing = self.query_one(Listing)
        listing.say_if_empty(none)
        listing.show_rows(rows)


class ResourcesTab(NodeTab):
    """Five charts and the filesystems above, who uses it all below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "s",
            "sort",
            "CPU or memory",
            id="node.sort",
            tooltip="Processes and containers by CPU, or by memory",
        ),
    ]

    _by_memory = False
    _last: tuple[Cluster, NodeView, datetime] | None = None

    def compose(self) -> ComposeResult:
        marks = self.marks
        with Container(id="curves"):
            for subject in ("cpu", "memory", "load", "network", "disks"):
                yield CurvePanel(subject, marks)
            yield TablePanel("filesystems", machine_tables.FILESYSTEM_COLUMNS, marks)
        with Container(id="users"):
            yield TablePanel("processes", machine_tables.PROCESS_COLUMNS, marks)
            yield TablePanel("containers", machine_tables.CONTAINER_COLUMNS, marks)

    def enter(self) -> None:
        self.query_one("#processes Listing").focus()

    def show(self, cluster: Cluster, node: NodeView, now: datetime) -> None:
        self._last = cluster, node, now
        moments = self.access.history()
        detail, facts = node.detail.value, node.facts.value
        self._show_curves(moments, node, detail or Detail())
        self._show_filesystems(facts)
        self._show_users(detail)

    def action_sort(self) -> None:
        """Order by the other of CPU and memory."""
        self._by_memory = not self._by_memory
        if self._last is not None:
            self.show(*self._last)

    def _show_curves(
        self, moments: Sequence[Moment], node: NodeView, detail: Detail
    ) -> None:
        fault = node.vitals.fault
        waiting = fault.summary if fault else "no readings yet"
        asking = node.detail.fault.summary if node.detail.fault else "no readings yet"
        for subject, draw, none in (
            ("cpu", machine_plots.cpu, waiting),
            ("memory", machine_plots.memory, waiting),
            ("load", machine_plots.load, waiting),
            ("network", machine_plots.network, detail.unavailable.get("links", asking)),
            ("disks", machine_plots.disks, detail.unavailable.get("disks", asking)),
        ):
            panel = self.query_one(f"#{subject}", CurvePanel)
            panel.show_curves(draw(moments), none)

    def _show_filesystems(self, facts: Facts | None) -> None:
        known = facts or Facts()
        none = machine_tables.why_none(
            "filesystems",
            known.unavailable,
            self.marks,
            is_told=known.filesystems is not None,
        )
        rows = machine_tables.filesystem_rows(known.filesystems or ())
        self.query_one("#filesystems", TablePanel).show_table(rows, "", none)

    def _show_users(self, detail: Detail | None) -> None:
        known = detail or Detail()
        note = ", by memory" if self._by_memory else ", by cpu"
        for subject, rows in (
            (
                "processes",
                machine_tables.process_rows(
                    known.processes, self.marks, by_memory=self._by_memory
                ),
            ),
            (
                "containers",
                machine_tables.container_rows(
                    known.containers, self.marks, by_memory=self._by_memory
                ),
            ),
        ):
            none = machine_tables.why_none(
                subject, known.unavailable, self.marks, is_told=detail is not None
            )
            self.query_one(f"#{subject}", TablePanel).show_table(rows, note, none)
