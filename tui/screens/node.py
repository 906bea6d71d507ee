"""One node in depth: who it is, and five views of it, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.backend import Backend
from tui.model.command import ChangeService
from tui.model.fleet import Cluster, Fleet, NodeView
from tui.present import machine_services, nodes
from tui.present.glyphs import Marks
from tui.present.machine_tabs import TABS, tab_line
from tui.present.scrub import REFUSAL
from tui.present.units import plain
from tui.screens.node_dmesg import DmesgTab
from tui.screens.node_etcd import EtcdTab
from tui.screens.node_resources import ResourcesTab
from tui.screens.node_review import ReviewTab
from tui.screens.node_services import ServicesTab
from tui.screens.node_tab import NodeAccess, NodeTab
from tui.screens.telling import TellingDesk
from widgets.confirm import Confirm
from widgets.status_line import StatusLine
from widgets.text_block import Note, TextBlock
from widgets.values import Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Selected


class NodeScreen(TellingDesk):
    """While it is open the node's detail is read; only the view in front is drawn."""

    CSS_PATH = "node.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                str(number),
                f"tab('{name}')",
                name.capitalize(),
                show=False,
                id=f"node.{name}",
                tooltip=f"The view of {name}",
            )
            for number, name in enumerate(TABS, 1)
        ),
        Binding(
            "d", "tab('dmesg')", "dmesg", id="node.d", tooltip="Follow the kernel log"
        ),
    ]
    AUTO_FOCUS = "#list Listing"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-high")]  # noqa: RUF012 - so declared by Textual

    def __init__(self, access: NodeAccess, marks: Marks) -> None:
        super().__init__(marks)
        self._access = access
        self._current = TABS[0]
        self._last: tuple[Cluster, NodeView, datetime] | None = None
        self._unwatch: Callable[[], None] | None = None

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        yield StatusLine(id="who", glyphs=glyphs)
        yield StatusLine(id="facts", glyphs=glyphs)
        yield Note(id="trouble", glyphs=glyphs)
        yield StatusLine(id="tabs", glyphs=glyphs)
        kinds = (ServicesTab, DmesgTab, ResourcesTab, EtcdTab, ReviewTab)
        with Container(id="body"):
            for name, kind in zip(TABS, kinds, strict=True):
                tab = kind(self._access, self.marks, name)
                tab.display = name == self._current
                yield tab

    def on_mount(self) -> None:
        self._unwatch = self._access.watch()

    def on_unmount(self) -> None:
        if self._unwatch is not None:
            self._unwatch()

    @property
    def _tab(self) -> NodeTab:
        return self.query_one(f"#{self._current}", NodeTab)

    def show(self, fleet: Fleet, now: datetime) -> None:
        cluster = fleet.cluster(self._access.cluster)
        node = self._node(cluster) if cluster else None
        who = self.query_one("#who", StatusLine)
        if cluster is None or node is None:
            words = f" {self._access.address} is not a node of {self._access.cluster}"
            who.show((Span(words, Tone.WARNING),))
            return
        who.show(nodes.header(node, cluster, now, self.marks))
        facts = nodes.facts_line(node, cluster, now, self.marks)
        self.query_one("#facts", StatusLine).show(facts)
        lines = nodes.trouble_lines(node, now, self.marks)
        trouble = self.query_one("#trouble", TextBlock)
        trouble.display = bool(lines)
        trouble.show_lines(*lines)
        self._last = cluster, node, now
        self._show_tab()

    def turn(self, backend: Backend) -> None:  # noqa: ARG002 - it asks by itself
        for tab in self.query(NodeTab):
            tab.turn()

    def _show_tab(self) -> None:
        if self._last is not None:
            line = tab_line(self._current, *self._last, self.marks)
            self.query_one("#tabs", StatusLine).show(line)
            self._tab.show(*self._last)

    def _node(self, cluster: Cluster) -> NodeView | None:
        address = self._access.address
        known = (n for n in cluster.nodes if address in {n.address, n.name})
        return next(known, None)

    def action_tab(self, name: str) -> None:
        """Bring another view to the front."""
        self._tab.display = False
        self._current = name
        self._tab.display = True
        self._show_tab()
        # A frame that is drawn before its style is settled stays as it was drawn.
        self.call_after_refresh(self._tab.enter)

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        return ((self._access.cluster, self._last[1]),) if self._last else ()

    def on_node_tab_copy_asked(self, message: NodeTab.CopyAsked) -> None:
        self.copy(message.text)

    def on_services_tab_change_asked(self, message: ServicesTab.ChangeAsked) -> None:
        service, verb = message.service, message.verb
        is_past = self.has_class("-past")
        refusal = REFUSAL if is_past else machine_services.refusal(service, verb)
        if refusal:
            self.notify(plain(refusal), severity="warning", markup=False)
            return
        cluster, address = self._access.cluster, self._access.address
        name = self._last[1].name if self._last else address
        title, lines = machine_services.question(service, verb, name, cluster)
        change = ChangeService(cluster, address, service, verb)

        def answered(is_yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if is_yes:
                self.run_worker(self._change(change))

        question = Confirm(title, lines, glyphs=self.marks.glyphs)
        self.app.push_screen(question, answered)

    async def _change(self, change: ChangeService) -> None:
        """Have it done, and say what became of it."""
        asked = f"Asking to {change.verb.value} {change.service}."
        self.notify(plain(asked), timeout=2, markup=False)
        outcome = await self._access.submit(change)
        fault = outcome.fault
        if fault is None:
            said = outcome.said or f"{change.service}: {change.verb.value} accepted"
            self.notify(plain(said), markup=False)
            return
        words = f"{change.service}: {fault.summary}. {fault.advice}"
        self.notify(plain(words), severity="error", timeout=15, markup=False)
