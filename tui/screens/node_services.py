"""The services of a node: how they are, what they went through, what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message

from tui.model.command import ServiceVerb
from tui.model.fleet import Cluster, NodeView
from tui.model.talos import TalosService
from tui.present import machine_services, nodes
from tui.screens.listing import Listing, ReadListing
from tui.screens.node_tab import NodeTab
from tui.screens.node_tail import TailPanel
from widgets.keys import hidden
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Line, Row, Span, Tone


class ServiceList(Listing):
    """The services; what opens of one is its log."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Log", id="services.log", tooltip="Follow its log"),
    ]


class ServicesTab(NodeTab):
    """The list, below it the history of the one under the cursor, beside it a log."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("l", "follow", "Log", "node.log", "Follow its log"),
        Binding(
            "R", "change('restart')", "Restart", id="node.restart", tooltip="Restart it"
        ),
        Binding("S", "change('start')", "Start it", show=False, id="node.start"),
        Binding("X", "change('stop')", "Stop it", show=False, id="node.stop"),
    ]

    @dataclass
    class ChangeAsked(Message):
        """The user wants something done with a service."""

        service: str
        verb: ServiceVerb

    _services: tuple[TalosService, ...] = ()
    _now: datetime | None = None

    def compose(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Container(id="lists"):
            with Panel(id="list", glyphs=glyphs):
                yield ServiceList(
                    nodes.SERVICE_COLUMNS,
                    detail_column=nodes.SERVICE_DETAIL_COLUMN,
                    glyphs=glyphs,
                )
            with Panel(id="history", glyphs=glyphs):
                yield ReadListing(
                    machine_services.HISTORY_COLUMNS, show_header=False, glyphs=glyphs
                )
        yield TailPanel(self.marks, "log", self.access)

    @property
    def selected(self) -> TalosService | None:
        """The service under the cursor."""
        key = self._list.cursor_key or ""
        name = key.removeprefix("service ")
        return machine_services.find(self._services, name)

    @property
    def _list(self) -> Listing:
        return self.query_one("#list Listing", Listing)

    def show(self, cluster: Cluster, node: NodeView, now: datetime) -> None:  # noqa: ARG002 - the node is all
        talos = node.talos
        self._services = talos.value.services if talos.value else ()
        self._now = now
        self._list.say_if_empty(self._missing(node))
        rows = nodes.service_rows(self._services, now, self.marks)
        self._list.show_rows(rows, is_stale=talos.fault is not None)
        total, bad = nodes.service_counts(node)
        tone = Tone.WARNING if bad else Tone.QUIET
        counts = f"{total - len(bad)}/{total} up" if self._services else ""
        self.query_one("#list", Panel).show_title(
            (Span("services  ", Tone.ACCENT), Span(counts, tone))
        )
        self._show_history()
        log = self.query_one(TailPanel)
        if not log.following:
            log.say((Span("the log of a service, once they are known", Tone.QUIET),))
            self.action_follow()

    def _missing(self, node: NodeView) -> Line:
        if node.talos.fault is not None:
            return (Span(node.talos.fault.summary, Tone.CRITICAL),)
        return (Span(f"{self.marks.connecting} connecting", Tone.QUIET),)

    def _show_history(self) -> None:
        service, now = self.selected, self._now
        title: Line = (Span("history", Tone.ACCENT),)
        rows: tuple[Row, ...] = ()
        none: Line = ()
        if service is not None and now is not None:
            none = (Span("no events are kept", Tone.QUIET),)
            title = (*title, Span(f" of {service.id}, newest first", Tone.QUIET))
            rows = machine_services.history_rows(service, now, self.marks)
        self.query_one("#history", Panel).show_title(title)
        listing = self.query_one("#history Listing", Listing)
        listing.say_if_empty(none)
        listing.show_rows(rows)

    def on_row_table_row_highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        if event.table is self._list:
            self._show_history()

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        if event.table is self._list:
            self.action_follow()

    def action_follow(self) -> None:
        """Follow the log of the service under the cursor."""
        service = self.selected
        if service is not None:
            tail = self.access.tail(service.id)
            self.query_one(TailPanel).follow(service.id, tail)

    def turn(self) -> None:
        panel = self.query_one(TailPanel)
        if service := panel.following:
            panel.follow(service, self.access.tail(service))

    def action_change(self, verb: str) -> None:
        """Ask for a service to be started, stopped or restarted."""
        service = self.selected
        if service is not None:
            self.post_message(self.ChangeAsked(service.id, ServiceVerb(verb)))
