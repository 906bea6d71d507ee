"""All targets of all clusters: what is expected beside what Prometheus says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.backend import Backend
from tui.messages import OpenChecks, OpenTarget
from tui.model.examination import Subject
from tui.model.fleet import Fleet
from tui.model.target import Target, TargetRow
from tui.present import faults, target_list, target_order
from tui.present.glyphs import Marks
from tui.present.search import Search, search
from tui.present.target_order import Arrangement, Known
from tui.screens.latest import run_latest
from tui.screens.listing import narrowed_away, shown_of
from tui.screens.long_listing import LongListing
from tui.screens.strips import AskPasts, Strips
from tui.screens.telling import TellingDesk
from widgets.fault_bar import FaultBar
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Line, Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Selected

FEW = 1_000
"""So many targets are put in order at once; more of them in a thread."""
_WORST, *_OTHERS = target_order.ORDERS


class TargetsScreen(TellingDesk):
    """One row a target, worst first; only what is on the screen is made."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "S", "sort", "Sort", id="targets.sort", tooltip="Sort by the next column"
        ),
        *(
            Binding(key, f"order('{order}')", f"By {order}", show=False, id=name)
            for key, order, name in (
                ("W", _WORST, "targets.worst"),
                ("J", "job", "targets.job"),
                ("I", "instance", "targets.instance"),
                ("A", "newest change", "targets.newest"),
                ("D", "slowest scrape", "targets.slowest"),
                ("P", "oldest scrape", "targets.oldest"),
            )
        ),
        Binding(
            "w",
            "checks",
            "What next",
            id="targets.checks",
            tooltip="Check what to look at next for it",
        ),
        Binding("c", "copy", "Copy URL", id="targets.copy", tooltip="Copy its URL"),
        Binding("0", "cluster(0)", "All clusters", show=False, id="targets.all"),
        *(
            Binding(
                str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"targets.{n}"
            )
            for n in range(1, 10)
        ),
    ]

    def __init__(
        self,
        names: tuple[str, ...],
        marks: Marks,
        ask: AskPasts,
        cluster: str = "",
        key: str = "",
    ) -> None:
        """Make the screen.

        ask      how targets did in the last day
        cluster  the only one to be shown; empty for all
        key      of the target that the cursor begins on
        """
        super().__init__(marks, names)
        self._cluster = cluster
        self._wanted_key = f"{cluster} {key}" if key else ""
        self._order = _WORST
        self._search = Search()
        self._last: tuple[Fleet, datetime] | None = None
        self._arrangement: Arrangement | None = None
        self._asked: tuple[Known, str, Search] | None = None
        self._strips = Strips(ask)

    def compose_body(self) -> ComposeResult:
        bar = FaultBar(glyphs=self.marks.glyphs)
        bar.display = False
        yield bar
        with Panel(glyphs=self.marks.glyphs):
            yield LongListing((), glyphs=self.marks.glyphs)

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._last = fleet, now
        self._arrange(target_list.known_of(fleet, self._cluster))
        self._show_rows()

    def _arrange(self, known: Known) -> None:
        """Put the targets in order, unless that was done of these very ones."""
        wanted = known, self._order, self._search
        if self._asked is not None and _is_same(self._asked, wanted):
            return
        self._asked = wanted
        shelf = self._arrangement.shelf if self._arrangement else None
        if sum(len(rows) for _, rows in known) <= FEW:
            self._arrangement = target_order.arranged(*wanted, shelf)
        else:
            run_latest(self, "order", self._arranged, wanted)

    async def _arranged(self, wanted: tuple[Known, str, Search]) -> None:
        shelf = self._arrangement.shelf if self._arrangement else None
        self._arrangement = await asyncio.to_thread(
            target_order.arranged, *wanted, shelf
        )
        self._show_rows()

    def _show_rows(self) -> None:
        if self._last is None or not self.is_open:
            return
        fleet, now = self._last
        self._show_title(fleet, now)
        listing = self.query_one(LongListing)
        is_one = bool(self._cluster)
        listing.columns = target_list.columns(is_one=is_one, is_wide=self._is_wide)
        if self._arrangement is None:
            return
        scene = target_list.scene(
            fleet,
            now,
            self.marks,
            self._strips.known,
            is_one=is_one,
            is_wide=self._is_wide,
        )
        rows = target_list.Rows(self._arrangement, scene)
        listing.show_source(rows, self._empty(fleet, now))
        if self._wanted_key and listing.move_to(self._wanted_key):
            self._wanted_key = ""
        self._ask_strips(now)

    @property
    def _is_wide(self) -> bool:
        return self.size.width >= target_list.WIDE

    def _empty(self, fleet: Fleet, now: datetime) -> Line:
        """Why there is no row."""
        if self._search:
            return narrowed_away(self.query_one(LongListing).narrowed)
        told = target_list.unread(fleet, self._cluster, now, self.marks)
        return told or (Span("no targets", Tone.QUIET),)

    def _show_title(self, fleet: Fleet, now: datetime) -> None:
        chosen = [c for c in fleet.clusters if self._cluster in {"", c.name}]
        kinds = faults.TARGET_SOURCES
        note = faults.shared_note(chosen, kinds, now, self.marks)
        self.query_one(FaultBar).show_fault(note)
        words = f"targets of {self._cluster or 'all clusters'}  "
        counted = target_list.heading(self._arrangement) if self._arrangement else ()
        unread = target_list.unread(fleet, self._cluster, now, self.marks)
        gap = (Span("  "),) if counted and unread else ()
        age = faults.oldest_age(chosen, kinds, now, self.marks)
        order = Span(self._order if self._order == _WORST else f"by {self._order}")
        self.query_one(Panel).show_title(
            (Span(words, Tone.ACCENT), *counted, *gap, *unread),
            (order, Span("  "), *age),
        )
        self._tell_narrowed()

    def _tell_narrowed(self) -> None:
        """Say in the edge what was looked for, as the edge of every list does."""
        found = self._arrangement
        told: Line = ()
        if found is not None and found.search:
            typed = self.query_one(LongListing).narrowed
            told = shown_of(typed, len(found), len(found.shelf.rows))
        self.query_one(Panel).show_note(told)

    def _ask_strips(self, now: datetime) -> None:
        """Ask how the targets in view did, unless that is known."""
        arrangement = self._arrangement
        if arrangement is None:
            return
        wanted = [
            (arrangement.key(place), *arrangement.target(place))
            for place in self.query_one(LongListing).in_view
            if place < len(arrangement)
        ]
        missing = self._strips.missing(wanted, now)
        if missing:
            self.run_worker(self._fill_strips(missing), group="strips")

    def turn(self, backend: Backend) -> None:  # noqa: ARG002 - it asks by itself
        self._strips = self._strips.anew()

    async def _fill_strips(self, missing: Sequence[tuple[str, str, Target]]) -> None:
        await self._strips.fill(missing)
        self._show_rows()

    def action_cluster(self, number: int) -> None:
        """Show one cluster by its number; all with 0, or with the same once more."""
        if number <= len(self._names):
            name = self._names[number - 1] if number else ""
            self._cluster = "" if name == self._cluster else name
            self._again()

    def action_sort(self) -> None:
        """Sort by the next column that can be sorted by."""
        orders = target_order.ORDERS
        self.action_order(orders[(orders.index(self._order) + 1) % len(orders)])

    def action_order(self, order: str) -> None:
        """Sort by one column."""
        self._order = order
        self._again()

    def on_long_listing_narrowed(self, event: LongListing.Narrowed) -> None:
        """Show only targets with these words, and without those behind a `!`."""
        event.stop()
        self._search = search(event.text)
        self._again()

    def on_resize(self) -> None:
        self._again()

    def _again(self) -> None:
        if self._last is not None:
            self.show(*self._last)

    @property
    def selected(self) -> tuple[str, TargetRow] | None:
        """The target under the cursor, behind the name of its cluster."""
        arrangement, key = self._arrangement, self.query_one(LongListing).cursor_key
        place = arrangement.places.get(key or "") if arrangement else None
        if arrangement is None or place is None:
            return None
        return arrangement.target(place)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Show everything about a target."""
        event.stop()
        if self.selected is not None:
            cluster, row = self.selected
            self.post_message(OpenTarget(cluster, row.key))

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        return (self.selected,) if self.selected else ()

    def action_checks(self) -> None:
        """Look at what comes next for the target under the cursor."""
        if self.selected is not None:
            self.post_message(OpenChecks((Subject.of(*self.selected),)))

    def action_copy(self) -> None:
        """Copy the URL that Prometheus scrapes."""
        target = self.selected[1].target if self.selected else None
        self.copy(target.scrape_url if target else "")


def _is_same(one: tuple[Known, str, Search], other: tuple[Known, str, Search]) -> bool:
    """Whether the same would come of it; targets are compared by identity."""
    return one[1:] == other[1:] and target_order.are_same(one[0], other[0])
