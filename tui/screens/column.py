"""One cluster, from the verdict on it down to its kernel log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.widget import Widget

from tui.model.fleet import Cluster
from tui.model.log import Entry, Gap
from tui.present import standing
from tui.present.glyphs import Marks
from tui.present.shares import share
from tui.present.silenced import Known
from tui.screens.pane import Pane
from tui.screens.panes import AlertsPane, KernelPane, NodesPane, TargetsPane
from widgets.panel import Panel
from widgets.values import Span, Tone

_LOUD = {Tone.CRITICAL, Tone.WARNING}


class ClusterColumn(Panel):
    """Four panes that share the height by need."""

    def __init__(self, number: int, name: str, marks: Marks) -> None:
        super().__init__(glyphs=marks.glyphs)
        self.number = number
        self.cluster_name = name
        self._panes: list[Pane] = []
        self.marks = marks
        title = (Span(f"{number} {name}", bold=True),)
        waiting = Span(f"  {marks.connecting} connecting", Tone.QUIET)
        self.show_title((*title, waiting))

    async def fill(self) -> None:
        """Make the panes; until then there is a title only."""
        panes = (TargetsPane, AlertsPane, NodesPane, KernelPane)
        self._panes = [pane(self.marks) for pane in panes]
        await self.mount_all(self._panes)

    def show(self, cluster: Cluster, now: datetime, silences: Known) -> None:
        """Bring the column up to date; `silences` are those of the whole fleet."""
        for _ in self.steps(cluster, now, silences):
            pass

    def steps(self, cluster: Cluster, now: datetime, silences: Known) -> Iterator[None]:
        """The same pane by pane, for one who lets keys come in between."""
        words = standing.cluster_words(cluster, now, self.marks)
        title = (Span(f"{self.number} {cluster.name}  ", bold=True), *words)
        tone = standing.cluster_tone(cluster, now, self.marks)
        age = standing.cluster_age(cluster, now, self.marks)
        self.show_title(title, age, tone if tone in _LOUD else None)
        for pane in self._panes:
            if isinstance(pane, AlertsPane):
                pane.silences = silences
            pane.show(cluster, now)
            yield
        self._arrange()

    def add_entries(self, entries: tuple[Entry, ...]) -> None:
        """Take in new kernel-log entries."""
        for pane in self._kernel:
            pane.add(entries)

    def add_gaps(self, gaps: tuple[Gap, ...]) -> None:
        """Say what of the kernel log is lost."""
        for pane in self._kernel:
            pane.add_gaps(gaps)

    @property
    def _kernel(self) -> list[KernelPane]:
        """Once it is there; a busy log asks too often to be searched for."""
        found = (pane for pane in self._panes if pane.is_mounted)
        return [pane for pane in found if isinstance(pane, KernelPane)]

    def focus_pane(self, like: Widget | None = None) -> None:
        """Put the keyboard into the pane of the same kind, or into the alerts."""
        kind = type(like.parent) if like and like.parent else AlertsPane
        for pane in self.query(Pane):
            if type(pane) is kind:
                pane.query("Listing, LogView").focus()
                return
        self.query("AlertsPane Listing").focus()

    def on_resize(self) -> None:
        self._arrange()

    def on_pane_need_changed(self, event: Pane.NeedChanged) -> None:
        event.stop()
        self._arrange()

    def _arrange(self) -> None:
        """Share the lines out; a title takes one of each pane's own."""
        room = self.size.height - len(self._panes)
        needs = [pane.need() for pane in self._panes if pane.is_mounted]
        for pane, lines in zip(self._panes, share(room, needs), strict=False):
            pane.take(lines)
