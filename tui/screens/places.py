"""Leads from an alert or a finding to one of the things that it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen

from tui.messages import (
    OpenAlert,
    OpenDmesg,
    OpenFinding,
    OpenLogs,
    OpenNode,
    OpenSilences,
    OpenTarget,
    OpenTargets,
)
from tui.model.alert import JudgedAlert
from tui.model.finding import Finding
from tui.model.fleet import NodeView
from tui.model.log import LogFinding
from tui.model.silence import Silence
from tui.model.target import TargetRow
from tui.present import places
from tui.present.glyphs import Marks
from tui.present.places import AllTargets, Goal, NodeLog, Place, Runbook
from tui.screens.desk import Desk
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Span, Tone

_FRAME = 2
_MOST_ROWS = 14


class PlacesScreen(ModalScreen[Place | None]):
    """Closes with the place that was chosen, or with None."""

    CSS_PATH = "places.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,O", "dismiss(None)", "Close", id="places.close"),
        *(
            Binding(str(n), f"choose({n})", f"Place {n}", show=False, id=f"places.{n}")
            for n in range(1, 10)
        ),
    ]

    def __init__(self, about: str, found: Sequence[Place], marks: Marks) -> None:
        """about  the name of what they are places of"""
        super().__init__()
        self._about = about
        self._found = tuple(found)
        self.marks = marks

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self.marks.glyphs)
        keys = (Span("enter or its number goes, esc stays", Tone.QUIET),)
        title = (Span("go to  ", Tone.ACCENT), Span(self._about, Tone.QUIET))
        panel.show_title(title, keys)
        panel.styles.height = min(len(self._found), _MOST_ROWS) + _FRAME
        table = RowTable(places.COLUMNS, show_header=False, glyphs=self.marks.glyphs)
        table.rows = places.rows(self._found)
        with panel:
            yield table

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self.action_choose(int(event.key))

    def action_choose(self, number: int) -> None:
        """Close with the place that has this number, counted from 1."""
        if number <= len(self._found):
            self.dismiss(self._found[number - 1])


def lead_on(desk: Desk, name: str, found: Sequence[Place]) -> None:
    """Open one of these places over a screen: the only one, else which one wants."""

    def go(place: Place | None) -> None:
        if place is not None:
            desk.post_message(_opening(place.cluster, place.goal))

    if not found:
        words = "It names nothing of its cluster that is known here."
        desk.notify(words, timeout=3, markup=False)
    elif len(found) == 1:
        go(found[0])
    else:
        desk.app.push_screen(PlacesScreen(name, found, desk.marks), go)


def opening(
    cluster: str, thing: Finding | JudgedAlert | NodeView | TargetRow
) -> Message:
    """What opens a thing of a cluster that has a page of its own."""
    match thing:
        case JudgedAlert():
            return OpenAlert(thing)
        case Finding():
            return OpenFinding(cluster, thing)
        case NodeView():
            return OpenNode(cluster, thing.handle)
        case TargetRow():
            return OpenTarget(cluster, thing.key)


def _opening(cluster: str, goal: Goal) -> Message:
    """What opens a place."""
    match goal:
        case NodeLog(node, is_kept):
            address = node.handle
            asked = OpenDmesg(((cluster, address, node.name),))
            return OpenLogs(cluster, node.name) if is_kept else asked
        case LogFinding():
            return OpenLogs(cluster, line=goal)
        case AllTargets(first):
            return OpenTargets(cluster, first.key)
        case Silence():
            return OpenSilences(goal.id)
        case Runbook(alert):
            return OpenAlert(alert, at_runbook=True)
        case _:
            return opening(cluster, goal)
