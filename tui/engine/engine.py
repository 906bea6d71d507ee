"""Asks everything, for ever: the one core under the dashboard and under `check`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, assert_never

from tui.aside import aside
from tui.chronicle.watcher import Watcher
from tui.clock import Clock
from tui.config import Config
from tui.engine.archive import Archive
from tui.engine.asking import Polled
from tui.engine.beat import Beat
from tui.engine.calls import Calls
from tui.engine.connections import Connections
from tui.engine.doctor import Doctor
from tui.engine.examiner import Examiner, Inquiry
from tui.engine.feeds import Feeds, Followed, Wanted
from tui.engine.history import History
from tui.engine.kernel import Kernel, LogListener
from tui.engine.monitoring import Monitoring
from tui.engine.pasts import Pasts
from tui.engine.plan import alertmanager_for, node_key, served_by
from tui.engine.recorder import Recorder
from tui.engine.schedule import Schedule
from tui.engine.services import change_service
from tui.engine.silencer import SPREAD, Silencer, all_of
from tui.engine.steps import Steps, Waking
from tui.engine.supervisor import Follower, Poller, Supervised
from tui.engine.view import Memo, View
from tui.engine.workbench import Asked, Made, Workbench
from tui.model.command import (
    Bulk,
    ChangeService,
    Command,
    DeleteMonitor,
    ExpireSilence,
    Outcome,
    PutSilence,
)
from tui.model.diagnosis import Step
from tui.model.examination import Subject
from tui.model.fault import Fault
from tui.model.fleet import FeedKey, Fleet, SourceKind
from tui.model.log import Entry, Gap, LogBatch
from tui.model.machine import Moment
from tui.model.manifest import Manifests
from tui.model.reading import Reading
from tui.model.target import Target
from tui.model.target_past import Past
from tui.state.audit import AuditLog
from tui.state.book import Book
from tui.state.undo import UndoFolder
from tui.store import Event, Forgotten, Observed, State, reduce
from tui.triage import declared
from tui.triage.rulebook import Rulebook

NODE_BEAT_SECONDS = 0.5

FleetListener = Callable[[Fleet], None]


class Engine:
    """Reads the whole estate and keeps `fleet` true. Runs on one event loop."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        random: Random,
        audit: AuditLog | None = None,
        book: Book | None = None,
        undo: UndoFolder | None = None,
    ) -> None:
        """Nothing is asked before `run`.

        audit   where changes are written down; nowhere in tests
        book    where what happens to alerts is remembered; None: for this run only
        undo    where deleted objects are kept; None: nothing is deleted
        """
        self._audit = audit
        self._config = config
        self._clock = clock
        self._random = random
        backoff = Schedule(config.refresh_seconds, random).after
        self._connections = Connections(config, clock, backoff, self._apply)
        self._served = tuple(
            served for kind in SourceKind for served in served_by(config, kind)
        )
        names = [cluster.name for cluster in config.clusters]
        kept = config.log_entries
        self._kernel = Kernel(names, kept, self._connections, clock, self._apply)
        self._history = History()
        self._memo = Memo()
        self.archive = Archive(self._served, self._connections)
        self._pasts = Pasts(config, self._connections, clock)
        self._examiner = Examiner(config, self._served, self._connections, clock)
        self._monitoring = Monitoring(
            config, self._served, self._connections, clock, audit, undo
        )
        self._rulebook = Rulebook(declared.rules(config.rules))
        watcher = Watcher()
        self._bench = Workbench(watcher, config.attention)
        self._feeds = Feeds(config, self._served, self._connections, clock)
        self._state = State()
        self._beat = Beat(clock)
        self._waking = Waking(clock)
        self._dirty = asyncio.Event()
        self._settled = asyncio.Event()
        self.calls = Calls(config.attention, clock)
        managers = [
            each.key("alerts").endpoint
            for each in self._served
            if each.kind is SourceKind.ALERTMANAGER
        ]
        self.memory = Recorder(clock, watcher, book, self._dirty.set, managers)
        self._fleet_listeners: list[FleetListener] = []
        self._running: dict[FeedKey, tuple[Supervised, asyncio.Task[None]]] = {}
        self._asked: Asked = {}
        self._wanted = self._feeds.wanted(self._state, self._asked)
        self.fleet = self._bench.make(self._view()).fleet

    async def run(self) -> None:
        """Read until cancelled; then close every connection."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.memory.run())
                group.create_task(self.calls.run())
                group.create_task(Steps(self._clock, self._stepped).run())
                self._supervise(group)
                while True:
                    await self._dirty.wait()
                    await self._beat.rest()
                    self._dirty.clear()
                    view = self._view()
                    make = partial(self._bench.make, view, is_waking=self._waking.is_on)
                    self._publish(await aside(make))
                    self._beat.done()
                    self._supervise(group)
                    if not self._beat.is_settled and self._is_tried(view.state):
                        self._settle()
        finally:
            self._running.clear()
            await self._connections.aclose()

    async def aclose(self) -> None:
        """Close every connection; what is asked afterwards opens its own."""
        await self._connections.aclose()

    def _settle(self) -> None:
        """From now on answers come without an end."""
        if self.memory.is_ready:
            self._beat.is_settled = True
            self._settled.set()

    def _is_tried(self, state: State) -> bool:
        """Whether everything that is wanted now was tried before a fleet was made of
        this: what came meanwhile may make us ask for more."""
        return all(key in state.readings for key in self._wanted)

    async def settled(self) -> None:
        """Wait until everything that is wanted was tried at least once."""
        await self._settled.wait()

    def subscribe(self, listener: FleetListener) -> Callable[[], None]:
        """Call back with each new fleet, on the loop; returns what ends it."""
        self._fleet_listeners.append(listener)
        return lambda: self._fleet_listeners.remove(listener)

    def subscribe_logs(self, listener: LogListener) -> Callable[[], None]:
        """Call back with what is new in a cluster's kernel log, in order; gaps too."""
        self._kernel.log_listeners.append(listener)
        return lambda: self._kernel.log_listeners.remove(listener)

    def entries(self, cluster: str) -> Sequence[Entry]:
        """The kernel-log entries kept so far, oldest first. Not to be changed."""
        return self._kernel.journal.entries(cluster)

    def gaps(self, cluster: str) -> Sequence[Gap]:
        """What is lost of a cluster's kernel log for certain."""
        return self._kernel.gaps(cluster)

    def refresh(self) -> None:
        """Ask everything now."""
        self._connections.retry()
        self._beat.hurry()
        for supervised, _ in self._running.values():
            supervised.poke()

    def _stepped(self, by: timedelta) -> None:
        """The wall clock was put back, or ahead; or the machine slept.

        What was read before a clock was put back is as old as it was. Put ahead, it may
        have slept: then all is as old as it looks.
        """
        self._connections.forget_clocks()
        if by < timedelta():
            for key, (supervised, _) in self._running.items():
                self._apply(Observed(key, supervised.shift(by)))
        else:
            polled = {k for k, (each, _) in self._running.items() if each.is_polled}
            known = self._state.readings
            self._waking.begin([k for k in polled & known.keys() if not known[k].fault])
        self.refresh()

    async def submit(self, command: Command) -> Outcome:
        """Do what a person asked for and confirmed; ask again at once afterwards."""
        try:
            return await self._do(command)
        finally:
            self._beat.hurry()

    async def _do(self, command: Command) -> Outcome:
        match command:
            case ChangeService():
                feeds = self._feeds
                try:
                    return await change_service(command, feeds, self._clock.now)
                finally:
                    self._poke(*feeds.node_keys(command.cluster, command.address))
            case Bulk(commands):
                return await all_of(commands, self._silence)
            case PutSilence() | ExpireSilence():
                return await self._silence(command)
            case DeleteMonitor():
                outcome = await self._monitoring.delete(command)
                self._poke(*(served.key("targets") for served in self._served))
                return outcome

    async def _silence(self, command: PutSilence | ExpireSilence) -> Outcome:
        """Change one silence in the Alertmanager of its cluster."""
        served = alertmanager_for(self._served, command.cluster)
        if isinstance(served, Fault):
            return Outcome(fault=served)
        source = self._connections.alertmanager(served.endpoint)
        silencer = Silencer(source, served, self._clock, self._audit)
        known = {silence.id: silence for silence in self.fleet.silences}
        try:
            match command:
                case PutSilence(_, draft, seen):
                    return await silencer.put(draft, known.get(draft.id), seen)
                case ExpireSilence(_, id_, seen):
                    return await silencer.expire(id_, known.get(id_), seen)
        finally:
            self._poke(served.key("alerts"), served.key("silences"), again=SPREAD)

    def dmesg(self, cluster: str, address: str) -> AsyncIterator[LogBatch]:
        """Follow one node's kernel ring buffer until closed."""
        return self._feeds.talos_of(cluster).dmesg(address)

    def service_log(
        self, cluster: str, address: str, service: str
    ) -> AsyncIterator[LogBatch]:
        """Follow the log of one service of one node until closed."""
        return self._feeds.talos_of(cluster).service_log(address, service)

    def watch(self, cluster: str, address: str) -> Callable[[], None]:
        """Read the detail of one node every few seconds until that is ended."""
        return self._held(self._feeds.watched, cluster, address)

    def compare(self, cluster: str, address: str) -> Callable[[], None]:
        """Hold what a node's kernel prints against Loki until that is ended."""
        return self._held(self._feeds.compared, cluster, address)

    def _held(self, held: Counter[tuple[str, str]], *node: str) -> Callable[[], None]:
        """Want something of a node, once for all who do."""
        cluster, address = node
        held[cluster, address] += 1
        self._want_anew()
        is_ended = False

        def end() -> None:
            nonlocal is_ended
            if not is_ended:
                is_ended = True
                held[cluster, address] -= 1
                self._want_anew()

        return end

    def history(self, cluster: str, address: str) -> Sequence[Moment]:
        """What a node's numbers were since the program runs, oldest first."""
        key = node_key(self._feeds.config_of(cluster), address)
        return self._history.of(key.endpoint)

    async def strips(
        self, wanted: Sequence[tuple[str, Target]]
    ) -> tuple[Past | Fault, ...]:
        """How targets did in the last day, by cluster and target, in that order."""
        return await self._pasts.strips(wanted)

    async def past(self, cluster: str, target: Target) -> Past | Fault:
        """How one target did in the last day, and how long its scrapes took."""
        return await self._pasts.whole(cluster, target)

    async def monitors(self, cluster: str, job: str) -> Manifests:
        """The ServiceMonitors that make a job of a cluster, read in full now."""
        return await self._monitoring.find(cluster, job)

    def examine(self, subject: Subject) -> Inquiry:
        """Look at one target; nothing is asked before its `run`."""
        return self._examiner.open(subject, self.fleet)

    def diagnose(self, kind: SourceKind, endpoint: str) -> AsyncIterator[Step]:
        """Examine one connection, step by step."""
        return Doctor(self._config, self._clock).examine(kind, endpoint)

    def _view(self) -> View:
        return View(
            config=self._config,
            served=self._served,
            feeds={key: wanted.feed for key, wanted in self._wanted.items()},
            addresses=self._feeds.addresses(self._state),
            state=self._state,
            now=self._clock.now(),
            memo=self._memo,
            rulebook=self._rulebook,
        )

    def _publish(self, made: Made) -> None:
        """Show the new fleet, and ask what must be asked because of it."""
        self.fleet, self._asked = made.fleet, made.asked
        self.memory.note(made.seen, made.happened)
        self.calls.note(made.called)
        self._wanted = self._feeds.wanted(self._state, self._asked)
        self._poke(*made.outdated)
        for listener in tuple(self._fleet_listeners):
            listener(self.fleet)

    def _supervise(self, group: asyncio.TaskGroup) -> None:
        """Start what is newly wanted, end what nobody wants any more."""
        for key in self._running.keys() - self._wanted.keys():
            _, task = self._running.pop(key)
            task.cancel()
            self._apply(Forgotten(key))
            self._waking.read(key)
        for key, wanted in self._wanted.items():
            if key not in self._running:
                supervised = self._supervised(key, wanted)
                self._running[key] = supervised, group.create_task(supervised.run())

    def _want_anew(self) -> None:
        """Let the next beat start and end what is asked."""
        self._beat.hurry()
        self._wanted = self._feeds.wanted(self._state, self._asked)
        self._dirty.set()

    def _supervised(self, key: FeedKey, wanted: Wanted) -> Supervised:
        pace = wanted.feed.interval_seconds
        match wanted:
            case Polled(_, poll, second, deadline, is_by_length):
                # A fleet has hundreds of machines, and nothing else by the hundred.
                beat = NODE_BEAT_SECONDS if key.kind is SourceKind.TALOS else 0.0
                rest = second, deadline, beat, is_by_length
                schedule = Schedule(pace, self._random, *rest)
                return Poller(key, poll, schedule, self._clock, self._observed)
            case Followed(_, served):
                follow = partial(self._kernel.follow, served)
                schedule = Schedule(pace, self._random)
                return Follower(key, follow, schedule, self._clock, self._observed)
            case _:
                assert_never(wanted)

    def _observed(self, key: FeedKey, reading: Reading[Any]) -> None:
        before = self._state.readings.get(key)
        self._apply(Observed(key, reading))
        self._history.note(key, reading)
        if not reading.fault:
            self._waking.read(key)
        is_back = before is not None and before.fault and not reading.fault
        if is_back:
            # What failed because the endpoint was silent need not wait for its turn.
            self._poke(*self._failing_siblings(key))

    def _failing_siblings(self, key: FeedKey) -> list[FeedKey]:
        """Other feeds of the same endpoint that fail; not those told to wait."""
        return [
            other
            for other, reading in self._state.readings.items()
            if (other.kind, other.endpoint) == (key.kind, key.endpoint)
            and other != key
            and reading.fault is not None
            and reading.fault.retry_after_seconds is None
        ]

    def _poke(self, *keys: FeedKey, again: float | None = None) -> None:
        """Ask these now, as far as they are asked at all."""
        for key in keys:
            if found := self._running.get(key):
                found[0].poke(again)

    def _apply(self, event: Event) -> None:
        self._state = reduce(self._state, event)
        self._dirty.set()
