"""One node: its services, and its kernel log or that of a service, live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.worker import Worker

from tui.model.fleet import Fleet, NodeView
from tui.model.log import LogBatch
from tui.present import logs, nodes
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import TextBlock
from widgets.values import Line, Span, Tone

OpenTail = Callable[[str], AsyncIterator[LogBatch]]
"""Follow the log of a service, or the kernel log when the name is empty."""


class NodeScreen(Desk):
    """Services on the left; the log that is followed on the right, or below."""

    CSS_PATH = "node.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "d", "dmesg", "dmesg", id="node.dmesg", tooltip="Follow the kernel log"
        ),
    ]
    AUTO_FOCUS = "Listing"

    def __init__(
        self, cluster: str, address: str, open_tail: OpenTail, marks: Marks
    ) -> None:
        super().__init__(marks)
        self.cluster_name = cluster
        self.address = address
        self._open_tail = open_tail
        self._service = ""
        self._tail: Worker[None] | None = None

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        yield TextBlock(id="header", glyphs=glyphs)
        with Container(id="body"):
            with Panel(id="services", glyphs=glyphs):
                yield Listing(nodes.SERVICE_COLUMNS, glyphs=glyphs)
            with Panel(id="log", glyphs=glyphs):
                yield LogView(glyphs=glyphs)

    def on_mount(self) -> None:
        title = (Span("services, enter follows the log", Tone.ACCENT),)
        self.query_one("#services", Panel).show_title(title)
        self._follow("")

    def show(self, fleet: Fleet, now: datetime) -> None:
        node = self._node(fleet)
        header = self.query_one("#header", TextBlock)
        listing = self.query_one(Listing)
        if node is None:
            words = f"{self.address} is not among the nodes of {self.cluster_name}"
            header.show_lines((Span(words, Tone.WARNING),))
            return
        header.show_lines(*nodes.header(node, now, self.marks))
        listing.say_if_empty(self._missing(node))
        services = node.talos.value.services if node.talos.value else ()
        rows = nodes.service_rows(services, now, self.marks)
        listing.show_rows(rows, is_stale=node.talos.fault is not None)

    def _node(self, fleet: Fleet) -> NodeView | None:
        cluster = fleet.cluster(self.cluster_name)
        known = cluster.nodes if cluster else ()
        return next((n for n in known if self.address in {n.address, n.name}), None)

    def _missing(self, node: NodeView) -> Line:
        if node.talos.fault is not None:
            return (Span(node.talos.fault.summary, Tone.CRITICAL),)
        return (Span(f"{self.marks.connecting} connecting", Tone.QUIET),)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self._follow(event.key.removeprefix("service "))

    def action_dmesg(self) -> None:
        """Follow the kernel log again."""
        self._follow("")

    def _follow(self, service: str) -> None:
        """Follow another log from now on."""
        log = self.query_one(LogView)
        log.clear()
        self._service = service
        self._show_status(log.status, log.search_status)
        self._tail = self.run_worker(
            self._pump(self._open_tail(service)), group="tail", exclusive=True
        )

    async def _pump(self, tail: AsyncIterator[LogBatch]) -> None:
        log = self.query_one(LogView)
        async for batch in tail:
            log.append(logs.batch_lines(batch, self.marks))

    def on_log_view_status_changed(self, event: LogView.StatusChanged) -> None:
        if self.is_open:
            self._show_status(event.status, event.search_status)

    def _show_status(self, status: str, search: str) -> None:
        name = self._service or "dmesg"
        right = (Span(f"{search}  " if search else ""), Span(status, Tone.QUIET))
        title = (Span(name, Tone.ACCENT),)
        self.query_one("#log", Panel).show_title(title, right)
