"""From an intent to a screen: which screen shows what, and how one gets back.

Screens beside the first are imported when they are opened: the first frame does not
wait for them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from heapq import merge
from typing import TYPE_CHECKING

from tui.app.hearing import Hearing
from tui.messages import (
    EditSilence,
    EndSilence,
    NewSilence,
    OpenAlert,
    OpenChecks,
    OpenDmesg,
    OpenFinding,
    OpenHistory,
    OpenLogs,
    OpenMonitor,
    OpenNode,
    OpenNodes,
    OpenPipeline,
    OpenSilences,
    OpenSources,
    OpenTarget,
    OpenTargets,
    RepeatSilence,
    SaveLog,
    SilenceAlert,
)
from tui.screens.desk import Desk
from tui.screens.fleet import FleetScreen
from tui.state.place import login

if TYPE_CHECKING:
    from tui.backend import Backend
    from tui.clock import Clock
    from tui.config import Config
    from tui.model.command import Command, Outcome
    from tui.model.fleet import Fleet
    from tui.model.log import Entry, LogBatch
    from tui.present.glyphs import Marks
    from tui.present.silence_start import Start
    from widgets.log_view import LogView
    from widgets.values import LogLine

_DEPTH = 1
"""Screens on the stack while the first one is in front."""


class Routes(Hearing):
    """The half of the app that opens and closes screens."""

    backend: Backend | None
    clock: Clock
    config: Config
    fleet: Fleet | None
    marks: Marks

    def show_now(self) -> None:
        """Bring the screen in front up to date."""
        raise NotImplementedError

    def unrecorded(self) -> str:
        """Why nothing is recorded just now; mostly empty."""
        raise NotImplementedError

    @property
    def names(self) -> tuple[str, ...]:
        """The clusters, in the order of the config."""
        return tuple(cluster.name for cluster in self.config.clusters)

    @property
    def chosen_cluster(self) -> str:
        """The cluster that the keyboard is in, on the first screen."""
        first = self.screen_stack[_DEPTH - 1]
        return first.chosen_cluster if isinstance(first, FleetScreen) else ""

    def open(self, screen: Desk, then: Callable[[], None] | None = None) -> None:
        """Put a screen in front; when it closes, the one below is shown as of then."""

        def closed(_: None) -> None:
            if then is not None:
                then()
            self.call_later(self.show_now)

        self.push_screen(screen, closed)
        self.call_later(self.show_now)

    async def action_leave(self) -> None:
        """Go back; from the first screen, quit."""
        if len(self.screen_stack) > _DEPTH:
            await self.action_back()
        else:
            self.exit()

    def action_help_quit(self) -> None:
        """Do nothing: ctrl+c is pressed by habit, and must neither quit nor nag."""

    async def action_back(self) -> None:
        """Close the screen in front; the first one stays."""
        if len(self.screen_stack) <= _DEPTH:
            return
        if isinstance(self.screen, Desk):
            self.screen.go_back()
        else:
            self.screen.dismiss()

    def on_open_alert(self, message: OpenAlert) -> None:
        from tui.screens.alert import AlertScreen  # noqa: PLC0415 - see above

        if self.backend is not None:
            memory = self.backend.memory
            self.open(AlertScreen(message, self.marks, memory))

    def on_open_finding(self, message: OpenFinding) -> None:
        from tui.screens.finding import FindingScreen  # noqa: PLC0415 - see above

        loki = {each.name: each.loki for each in self.config.clusters}.get(
            message.cluster
        )
        selector = loki.selector if loki else ""
        self.open(FindingScreen(message, self.marks, selector))

    def on_silence_alert(self, message: SilenceAlert) -> None:
        from tui.present import silence_start  # noqa: PLC0415 - see above

        alerts = (message.alert, *message.others)
        start = silence_start.for_alerts(self.fleet, alerts, self.author)
        self._open_form(start)

    def on_new_silence(self, message: NewSilence) -> None:
        from tui.present import silence_start  # noqa: PLC0415 - see above

        self._open_form(silence_start.blank(message.cluster, self.author))

    def on_edit_silence(self, message: EditSilence) -> None:
        from tui.present import silence_start  # noqa: PLC0415 - see above

        self._open_form(silence_start.edit(message.silence, message.cluster))

    def on_repeat_silence(self, message: RepeatSilence) -> None:
        from tui.present import silence_start  # noqa: PLC0415 - see above

        events = self.backend.memory.events if self.backend is not None else ()
        before = silence_start.as_it_stood(message.silence, events)
        self._open_form(silence_start.again(before, message.cluster, self.author))

    def refuses_change(self) -> bool:
        """Say that nothing can be changed in a cluster, when that is so."""
        raise NotImplementedError

    def _open_form(self, start: Start) -> None:
        """Open the form of a silence; once it is made, nothing is marked any more."""
        if self.refuses_change():
            return
        from tui.screens.silence import Access, SilenceScreen  # noqa: PLC0415 - see above

        templates = self.config.silences.templates
        access = Access(self.submit, lambda: self.fleet, self.clock, templates)
        screen = SilenceScreen(start, access, self.marks)
        below = self.screen

        def closed() -> None:
            if screen.is_done and isinstance(below, Desk):
                below.action_unmark()

        self.open(screen, closed)

    @property
    def author(self) -> str:
        """Who writes silences, unless another name is given."""
        return self.config.silences.author or login(os.environ)

    def on_open_node(self, message: OpenNode) -> None:
        from tui.screens.node import NodeScreen  # noqa: PLC0415 - see above
        from tui.screens.node_tab import NodeAccess  # noqa: PLC0415 - see above

        backend, cluster, address = self.backend, message.cluster, message.address
        if backend is None:
            return

        def tail(service: str) -> AsyncIterator[LogBatch]:
            if service:
                return backend.service_log(cluster, address, service)
            return backend.dmesg(cluster, address)

        access = NodeAccess(
            cluster,
            address,
            tail,
            partial(backend.history, cluster, address),
            partial(backend.watch, cluster, address),
            self.submit,
            self.clock.now,
            self.config.log_entries,
        )
        self.open(NodeScreen(access, self.marks))

    def on_open_nodes(self) -> None:
        from tui.screens.nodes import NodesScreen  # noqa: PLC0415 - see above

        self.open(NodesScreen(self.names, self.marks))

    def on_open_dmesg(self, message: OpenDmesg) -> None:
        from tui.screens.dmesg import DmesgScreen  # noqa: PLC0415 - see above

        backend = self.backend
        if backend is not None:
            tails = {
                name: partial(backend.dmesg, cluster, address)
                for cluster, address, name in message.nodes
            }
            self.open(
                DmesgScreen(tails, self.marks, self.clock.now, self.config.log_entries)
            )

    def on_open_targets(self, message: OpenTargets) -> None:
        from tui.screens.targets import TargetsScreen  # noqa: PLC0415 - see above

        if self.backend is not None:
            ask = self.backend.strips
            screen = TargetsScreen(
                self.names, self.marks, ask, message.cluster, message.key
            )
            self.open(screen)

    def on_open_target(self, message: OpenTarget) -> None:
        from tui.screens.target import TargetScreen  # noqa: PLC0415 - see above

        if self.backend is not None:
            screen = TargetScreen(
                message.cluster,
                message.key,
                self.marks,
                self.backend.past,
                self.config.marks_of(message.cluster),
            )
            self.open(screen)

    def on_open_checks(self, message: OpenChecks) -> None:
        from tui.screens.checks import ChecksScreen  # noqa: PLC0415 - see above

        if self.backend is not None and message.subjects:
            examine = self.backend.examine
            self.open(ChecksScreen(message.subjects, examine, self.marks))

    def on_open_monitor(self, message: OpenMonitor) -> None:
        from tui.screens.monitor import MonitorScreen  # noqa: PLC0415 - see above

        if self.backend is not None:
            find = partial(self.backend.monitors, message.cluster, message.job)
            self.open(MonitorScreen(message.job, find, self.submit, self.marks))

    def on_open_logs(self, message: OpenLogs) -> None:
        from tui.present import logs  # noqa: PLC0415 - see above
        from tui.screens.log_scope import LogAccess  # noqa: PLC0415 - see above
        from tui.screens.logs import LogsScreen  # noqa: PLC0415 - see above

        backend = self.backend
        if backend is not None:

            def kept(name: str) -> Iterable[Entry | LogLine]:
                lost = map(logs.gap_line, backend.gaps(name))
                notes = sorted(lost, key=lambda note: note.at_ns or 0)
                return merge(backend.entries(name), notes, key=lambda x: x.at_ns or 0)

            access = LogAccess(
                kept,
                self.under_way,
                backend.archive,
                self.clock,
                self.config.log_entries,
            )
            self.open(LogsScreen(message, self.names, access, self.marks))

    def on_save_log(self, message: SaveLog) -> None:
        self.save(message.view)

    def save(self, view: LogView) -> None:
        """Ask where to put what a log shows."""
        from tui.screens.save import SaveScreen  # noqa: PLC0415 - see above

        self.push_screen(SaveScreen(view, self.marks))

    def on_open_pipeline(self, message: OpenPipeline) -> None:
        from tui.screens.pipeline import PipelineScreen  # noqa: PLC0415 - see above

        if self.backend is not None:
            compare, marks = self.backend.compare, self.marks
            self.open(PipelineScreen(self.names, compare, marks, message.cluster))

    def on_open_silences(self, message: OpenSilences) -> None:
        from tui.screens.silences import Access, SilencesScreen  # noqa: PLC0415 - see above

        if self.backend is not None:
            memory = self.backend.memory
            access = Access(
                self.submit, memory, lambda: self.fleet, self.clock, self.author
            )
            self.open(SilencesScreen(access, self.marks, message.chosen))

    def on_open_history(self) -> None:
        from tui.screens.history import HistoryScreen  # noqa: PLC0415 - see above

        if self.backend is not None:
            self.open(HistoryScreen(self.backend.memory, self.names, self.marks))

    def on_open_sources(self) -> None:
        from tui.screens.sources import SourcesScreen  # noqa: PLC0415 - see above

        if self.backend is not None:
            diagnose = self.backend.diagnose
            screen = SourcesScreen(diagnose, self.unrecorded, self.clock, self.marks)
            self.open(screen)

    def on_end_silence(self, message: EndSilence) -> None:
        from tui.present import silence_start, silenced  # noqa: PLC0415 - see above
        from tui.screens.silence_changes import (  # noqa: PLC0415 - see above
            Ending,
            SilenceChanges,
        )
        from tui.silencing.upkeep import alerts_of  # noqa: PLC0415 - see above

        fleet = self.fleet
        if fleet is None or self.refuses_change():
            return
        known = {each.id: each for each in fleet.silences}
        now = self.clock.now()
        endings = {
            id_: Ending(
                id_,
                silence_start.place_of(fleet, alert),
                silenced.ending_line(known.get(id_), alert, now),
                known.get(id_),
            )
            for alert in (message.alert, *message.others)
            for id_ in alert.alert.silenced_by
        }
        changes = SilenceChanges(
            self, self.submit, lambda: self.fleet, self.clock, self.marks
        )
        ends = tuple(endings.values())
        changes.end(ends, lambda: alerts_of(self.fleet or fleet))

    async def submit(self, command: Command) -> Outcome:
        """Hand a command to the backend; forms exist only while there is one."""
        if self.backend is None:
            raise RuntimeError("no backend yet")
        return await self.backend.submit(command)

    def action_targets(self) -> None:
        """Show all targets of all clusters."""
        self.post_message(OpenTargets())

    def action_nodes(self) -> None:
        """Show all nodes of all clusters."""
        self.post_message(OpenNodes())

    def action_logs(self) -> None:
        """Show the kernel logs of all clusters."""
        self.post_message(OpenLogs())

    def action_pipeline(self) -> None:
        """Show the way of the logs of all clusters."""
        self.post_message(OpenPipeline())

    def action_new_silence(self) -> None:
        """Write a silence from nothing."""
        self.post_message(NewSilence(self.chosen_cluster))

    def action_silences(self) -> None:
        """Show all silences."""
        self.post_message(OpenSilences())

    def action_history(self) -> None:
        """Show what happened to alerts."""
        self.post_message(OpenHistory())

    def action_sources(self) -> None:
        """Show how each connection is doing."""
        self.post_message(OpenSources())

    def action_wall(self) -> None:
        """Show the fleet for a big display, or take that away."""
        from tui.screens.wall import WallScreen  # noqa: PLC0415 - see above

        if not isinstance(self.screen, WallScreen):
            self.open(WallScreen(self.marks))
        elif len(self.screen_stack) > _DEPTH:
            self.screen.go_back()
