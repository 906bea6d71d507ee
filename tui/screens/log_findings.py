"""The list of kernel findings under the logs; enter leads to the line of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.messages import OpenFinding
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Fleet
from tui.model.log import LogFinding
from tui.present import log_findings, stream
from tui.present.glyphs import Marks
from tui.present.units import plain
from tui.screens.listing import Listing
from widgets.panel import Panel
from widgets.row_table import RowTable

_FRAME = 3
"""Rows that are frame and header."""
_SHARE = 3
"""It takes no more than one part in so many of the screen."""


class FindingsPanel(Panel):
    """One row a finding, worst first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "i",
            "open",
            "Whom it hurts",
            id="logs.finding",
            tooltip="What the errors of its node hurt: disk, volume, claim, pods",
        ),
    ]

    @dataclass
    class Chosen(Message):
        """The user wants to see the last line of a finding."""

        finding: LogFinding

    def __init__(self, marks: Marks) -> None:
        super().__init__(glyphs=marks.glyphs, id="findings")
        self._marks = marks
        self._listing = Listing(log_findings.COLUMNS, glyphs=marks.glyphs)
        self._known: dict[str, LogFinding] = {}
        self._pages: dict[tuple[str, str], Finding] = {}
        """What the errors of a node are told as, by cluster and node."""

    def compose(self) -> ComposeResult:
        yield self._listing

    def show(self, fleet: Fleet, names: Iterable[str], now: datetime) -> None:
        """Show the findings of some clusters."""
        wanted = set(names)
        clusters = [each for each in fleet.clusters if each.name in wanted]
        found = log_findings.worst_first(clusters)
        self._known = {log_findings.key_of(each): each for each in found}
        self._pages = {
            (cluster.name, each.subject): each
            for cluster in clusters
            for each in cluster.findings
            if each.kind is FindingKind.KERNEL
        }
        self._listing.say_if_empty(log_findings.nothing(clusters, now, self._marks))
        self._listing.show_rows(log_findings.rows(clusters, now, self._marks))
        note = stream.note(clusters, now, self._marks)
        self.show_title(log_findings.title(clusters), note)
        most = max(_FRAME + 1, self.screen.size.height // _SHARE)
        self.styles.height = min(_FRAME + max(1, len(found)), most)

    def take_keys(self) -> None:
        """Give the keyboard to the list."""
        self._listing.focus()

    @property
    def selected(self) -> LogFinding | None:
        """The finding under the cursor."""
        return self._known.get(self._listing.cursor_key or "")

    def action_open(self) -> None:
        """Lead on to what the errors of the node hurt."""
        found = self.selected
        if found is None:
            return
        page = self._pages.get((found.cluster, found.node))
        if page is None:
            words = f"{plain(found.node)} has warnings alone: they hurt nobody yet."
            self.notify(words, timeout=3, markup=False)
        else:
            self.post_message(OpenFinding(found.cluster, page))

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        found = self._known.get(event.key)
        if found is not None:
            self.post_message(self.Chosen(found))
