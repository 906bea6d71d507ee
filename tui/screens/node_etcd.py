"""etcd of the node's cluster: its members side by side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from textual.app import ComposeResult

from tui.messages import OpenNode
from tui.model.fleet import Cluster, NodeView
from tui.present import etcd, nodes
from tui.present.units import plain
from tui.screens.listing import Listing
from tui.screens.node_tab import NodeTab
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import TextBlock
from widgets.values import Line, Span, Tone


class EtcdTab(NodeTab):
    """One row a member, the trouble of each below it."""

    _addresses: Mapping[str, str] = MappingProxyType({})
    """Of the nodes, by name."""

    def compose(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Panel(id="members", glyphs=glyphs):
            yield TextBlock(id="etcd-note", glyphs=glyphs)
            yield Listing(etcd.COLUMNS, detail_column=etcd.DETAIL_COLUMN, glyphs=glyphs)

    def show(self, cluster: Cluster, node: NodeView, now: datetime) -> None:
        heading = etcd.heading(cluster, self.marks)
        title = (Span(f"etcd of {cluster.name}  ", Tone.ACCENT), *heading)
        self.query_one("#members", Panel).show_title(title)
        note = self._note(node)
        block = self.query_one("#etcd-note", TextBlock)
        block.display = bool(note)
        block.show_lines(note)
        self._addresses = {each.name: each.address for each in cluster.nodes}
        listing = self.query_one(Listing)
        listing.say_if_empty((Span("no member is known", Tone.QUIET),))
        listing.show_rows(etcd.rows(cluster, now, self.marks))

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Open the node of a member."""
        event.stop()
        name = event.key.rpartition(" ")[2]
        address = self._addresses.get(name, "")
        if address == self.access.address:
            self.notify(f"This is {plain(name)}.", timeout=2, markup=False)
        elif address:
            self.post_message(OpenNode(self.access.cluster, address))
        else:
            words = f"No node {plain(name)} is known."
            self.notify(words, severity="warning", timeout=3, markup=False)

    def _note(self, node: NodeView) -> Line:
        """Why this node says nothing of etcd itself, or not all."""
        if why := etcd.untold(node):
            return (Span(f" {self.marks.unknown} {node.name}: {why}", Tone.WARNING),)
        if nodes.is_control_plane(node) is False:
            words = f" {node.name} is a worker: this is what the control planes tell"
            return (Span(words, Tone.QUIET),)
        return ()
