"""All nodes of all clusters: the worst first, or by one of the numbers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.messages import OpenDmesg, OpenNode
from tui.model.fleet import Fleet
from tui.present import faults, nodes_table
from tui.present.glyphs import Marks
from tui.present.nodes_place import Place, places
from tui.screens.listing import Listing
from tui.screens.telling import TellingDesk
from widgets.fault_bar import FaultBar
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Selected

_WORST, *_OTHERS = nodes_table.ORDERS
_MOST_LOGS = 12


class NodesScreen(TellingDesk):
    """One row a node; one that is dead says why, and when it was last heard."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "S", "sort", "Sort", id="nodes.sort", tooltip="Sort by the next column"
        ),
        Binding(
            "d",
            "dmesg",
            "dmesg",
            id="nodes.dmesg",
            tooltip="The kernel logs of these nodes as one, live",
        ),
        *(
            Binding(key, f"order('{order}')", f"By {order}", show=False, id=name)
            for key, order, name in (
                ("W", _WORST, "nodes.worst"),
                ("C", "CPU", "nodes.cpu"),
                ("M", "memory", "nodes.memory"),
                ("A", "uptime", "nodes.uptime"),
                ("D", "disk", "nodes.disk"),
            )
        ),
        Binding("0", "cluster(0)", "All clusters", show=False, id="nodes.all"),
        *(
            Binding(
                str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"nodes.{n}"
            )
            for n in range(1, 10)
        ),
    ]

    def __init__(self, names: tuple[str, ...], marks: Marks) -> None:
        super().__init__(marks, names)
        self._cluster = ""
        self._order = _WORST
        self._last: tuple[Fleet, datetime] | None = None
        self._entries = nodes_table.Entries()
        self._opens: dict[str, tuple[str, str, str]] = {}
        self._places: tuple[Place, ...] = ()

    def compose_body(self) -> ComposeResult:
        bar = FaultBar(glyphs=self.marks.glyphs)
        bar.display = False
        yield bar
        with Panel(glyphs=self.marks.glyphs):
            yield Listing(
                nodes_table.COLUMNS,
                detail_column=nodes_table.DETAIL_COLUMN,
                glyphs=self.marks.glyphs,
            )

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._last = fleet, now
        found = self._places = places(fleet, now, self.marks, self._cluster)
        self._opens = {
            place.key: (
                place.cluster.name,
                place.node.handle,
                place.node.name,
            )
            for place in found
        }
        chosen = [c for c in fleet.clusters if self._cluster in {"", c.name}]
        # What is wrong with Talos stands in the rows of the nodes.
        kinds = faults.KUBERNETES_SOURCES
        note = faults.shared_note(chosen, kinds, now, self.marks)
        self.query_one(FaultBar).show_fault(note)
        entries = self._entries.of(found)
        title = (
            Span(f"nodes of {self._cluster or 'all clusters'}  ", Tone.ACCENT),
            *nodes_table.heading(entries),
        )
        order = Span(self._order if self._order == _WORST else f"by {self._order}")
        self.query_one(Panel).show_title(title, (order,))
        listing = self.query_one(Listing)
        listing.say_if_empty(nodes_table.missing(fleet, now, self.marks))
        listing.show_rows(nodes_table.rows(entries, self._order))

    def action_cluster(self, number: int) -> None:
        """Show one cluster by its number, or all with 0."""
        if number <= len(self._names):
            self._cluster = self._names[number - 1] if number else ""
            self._again()

    def action_sort(self) -> None:
        """Sort by the next column that can be sorted by."""
        orders = nodes_table.ORDERS
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._again()

    def action_order(self, order: str) -> None:
        """Sort by one column."""
        self._order = order
        self._again()

    def _again(self) -> None:
        if self._last is not None:
            self.show(*self._last)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        opens = self._opens.get(event.key)
        if opens is not None:
            self.post_message(OpenNode(*opens[:2]))

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        key = self.query_one(Listing).cursor_key
        found = (each for each in self._places if each.key == key)
        return tuple((each.cluster.name, each.node) for each in found)

    def action_dmesg(self) -> None:
        """Follow the kernel logs of the nodes that are shown."""
        shown = [self._opens[row.key] for row in self.query_one(Listing).rows]
        if len(shown) > _MOST_LOGS:
            words = f"{len(shown)} logs at once are too many: choose a cluster with "
            words += f"1-9, or narrow with / to {_MOST_LOGS} nodes or fewer."
            self.notify(words, severity="warning", markup=False)
        elif shown:
            self.post_message(OpenDmesg(tuple(shown)))
