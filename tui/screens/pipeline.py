"""The way of the logs, node by node: where it breaks, why, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.messages import OpenDmesg, OpenNode, OpenSources
from tui.model.fleet import Fleet
from tui.model.pipeline import Stage
from tui.model.shipping_change import Change
from tui.present import pipeline
from tui.present.glyphs import Marks
from tui.present.pipeline import Way
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from widgets.page import Page
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import Paragraph, TextBlock
from widgets.values import Span, Tone

_WIDE = 150
MOST_COMPARED = 40
"""In a larger estate only the kernel of the node under the cursor is asked."""

Compare = Callable[[str, str], Callable[[], None]]
"""Holds a node's kernel against Loki until what it returns is called."""


class PipelineScreen(Desk):
    """Above a row a node and a column a stage; below why, and the change beside it."""

    CSS_PATH = "pipeline.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c",
            "copy",
            "Copy change",
            id="pipeline.copy",
            tooltip="Copy the change that mends the stage",
        ),
        Binding(
            "R",
            "copy_run",
            "Copy command",
            id="pipeline.run",
            tooltip="Copy what one runs to apply it",
        ),
        Binding(
            "right,l",
            "stage(1)",
            "Next stage",
            id="pipeline.right",
            tooltip="Look at the next stage of this node",
        ),
        Binding(
            "left,h",
            "stage(-1)",
            "Stage before",
            show=False,
            id="pipeline.left",
            tooltip="Look at the stage before",
        ),
        Binding(
            "d",
            "dmesg",
            "dmesg",
            id="pipeline.dmesg",
            tooltip="Follow what the kernel of this node prints",
        ),
        Binding("0", "cluster(0)", "All clusters", show=False, id="pipeline.all"),
        *(
            Binding(
                str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"pipeline.{n}"
            )
            for n in range(1, 10)
        ),
    ]
    FIRST_KEYS = ("copy", "copy_run", "stage(1)", "select", "dmesg")

    def __init__(
        self, names: tuple[str, ...], compare: Compare, marks: Marks, cluster: str = ""
    ) -> None:
        """Make the screen.

        cluster   the one to begin with; all when empty
        """
        super().__init__(marks, names)
        self._compare = compare
        self._cluster = cluster
        self._ways: dict[str, Way] = {}
        self._key: str | None = None
        self._stage: Stage | None = None
        """The one that is looked at; the worst when none was chosen."""
        self._compared: dict[tuple[str, str], Callable[[], None]] = {}
        self._last: tuple[Fleet, datetime] | None = None
        self._can: dict[str, bool] = {}

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Panel(id="ways", glyphs=glyphs):
            yield Listing(pipeline.WIDE, glyphs=glyphs)
        with Container(id="body"):
            with Panel(id="why", glyphs=glyphs), Page(can_focus=False):
                yield TextBlock(id="reasons", glyphs=glyphs)
            with Panel(id="mend", glyphs=glyphs), Page():
                yield TextBlock(id="change", glyphs=glyphs)

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        while self._compared:
            self._compared.popitem()[1]()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no key for a change that is not needed, nor for a log of no node."""
        return self._can.get(action, True) and super().check_action(action, parameters)

    @property
    def selected(self) -> Way | None:
        """The node under the cursor."""
        key = self.query_one(Listing).cursor_key
        return self._ways.get(key or "")

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._last = fleet, now
        found = pipeline.ways(fleet, self._cluster)
        self._ways = {way.key: way for way in found}
        is_wide = self.size.width >= _WIDE
        listing = self.query_one(Listing)
        listing.columns = pipeline.WIDE if is_wide else pipeline.NARROW
        listing.say_if_empty(pipeline.empty(fleet, self.marks))
        listing.show_rows(pipeline.rows(found, now, self.marks, is_wide=is_wide))
        listing.styles.height = max(2, listing.line_count + 1)
        title = (
            Span(f"log pipeline of {self._cluster or 'all clusters'}  ", Tone.ACCENT),
            *pipeline.chips(found, self.marks),
        )
        self.query_one("#ways", Panel).show_title(title)
        self._show_chosen()
        self._ask()

    def _show_chosen(self) -> None:
        way = self.selected
        reasons, change = self.query_one("#reasons", TextBlock), self._change()
        if way is None or self._last is None:
            reasons.show()
        else:
            now = self._last[1]
            told = pipeline.why(way, self._stage, now, self.marks)
            reasons.show(*(Paragraph(*each) for each in told))
        self.query_one("#why", Panel).show_title((Span("why", Tone.ACCENT),))
        title = f"what mends it: {change.title}" if change else "what mends it"
        self.query_one("#mend", Panel).show_title((Span(title, Tone.ACCENT),))
        text = pipeline.mend(change)
        block = self.query_one("#change", TextBlock)
        block.show(*(Paragraph(*each) for each in text))
        can = {
            "copy": bool(change and change.text),
            "copy_run": bool(change and change.run),
            "stage": way is not None,
            "dmesg": bool(way and way.node and way.node.version),
        }
        if can != self._can:
            self._can = can
            self.refresh_bindings()

    def _change(self) -> Change | None:
        way = self.selected
        return way.change(way.report(self._stage)) if way else None

    def _ask(self) -> None:
        """Hold what the kernels of the shown nodes print against Loki."""
        shown = list(self._ways.values())
        if len(shown) > MOST_COMPARED:
            shown = [self.selected] if self.selected else []
        wanted = {
            (way.pipeline.cluster, way.node.address)
            for way in shown
            if way.node is not None and way.node.version
        }
        for node in self._compared.keys() - wanted:
            self._compared.pop(node)()
        for node in wanted - self._compared.keys():
            self._compared[node] = self._compare(*node)

    def on_row_table_row_highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        if event.key == self._key:
            return  # the same row, told anew
        self._key, self._stage = event.key, None
        self._show_chosen()
        for box in self.query(Page):
            box.scroll_home(animate=False)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Open the node; of what serves them all, the sources."""
        event.stop()
        way = self.selected
        if way is not None and way.node is not None:
            address = way.node.address or way.node.name
            self.post_message(OpenNode(way.pipeline.cluster, address))
        elif way is not None:
            self.post_message(OpenSources())

    def action_stage(self, step: int) -> None:
        """Look at another stage of the node."""
        way = self.selected
        if way is not None:
            stages = [each.stage for each in way.reports]
            place = stages.index(way.report(self._stage).stage)
            self._stage = stages[(place + step) % len(stages)]
            self._show_chosen()

    def action_cluster(self, number: int) -> None:
        """Show one cluster by its number, or all with 0."""
        if number <= len(self._names) and self._last is not None:
            self._cluster = self._names[number - 1] if number else ""
            self.show(*self._last)

    def action_dmesg(self) -> None:
        """Follow the kernel log of the node itself."""
        way = self.selected
        if way is not None and way.node is not None and way.node.version:
            node = way.pipeline.cluster, way.node.address, way.node.name
            self.post_message(OpenDmesg((node,)))

    def action_copy(self) -> None:
        """Copy the change."""
        change = self._change()
        self.copy(change.text if change else "")

    def action_copy_run(self) -> None:
        """Copy the command."""
        change = self._change()
        self.copy(change.run if change else "")
