"""The ServiceMonitors that make a job: found, deleted, put back.

Nothing is deleted that the config does not allow, that has changed since it was shown,
or that could not be kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tui.clock import Clock
from tui.config import ClusterConfig, Config, Permission
from tui.engine.allowed import refusal
from tui.engine.connections import Connections
from tui.engine.plan import Served, serving
from tui.model.command import DeleteMonitor, Outcome
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import SourceKind
from tui.model.manifest import Kept, Manifest, Manifests
from tui.model.question import ServiceMonitors, ServicesIn
from tui.model.scraping import Service
from tui.sources.base import SourceError
from tui.sources.http_fault import NotSentError, RefusedError
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_monitors import Monitors, parsed
from tui.state.audit import AuditLog, Became, Entry
from tui.state.undo import KeepError, UndoFolder
from tui.triage.examination.makers import Maker, makers

NEEDED = Permission.SERVICEMONITOR_ACTIONS


class Monitoring(Struct, frozen=True):
    """Works on the ServiceMonitors of the clusters of the config."""

    config: Config
    served: tuple[Served, ...]
    connections: Connections
    clock: Clock
    audit: AuditLog | None
    """None in tests: nothing is written down."""
    undo: UndoFolder | None
    """None in tests: nothing can be kept, and so nothing deleted."""

    async def find(self, name: str, job: str) -> Manifests:
        """Those that make a job of a cluster, read in full.

        They are where its Prometheus lives, and else in the cluster itself.
        """
        server = serving(self.served, SourceKind.PROMETHEUS, name)
        home = (server.home if server else "") or name
        cluster = self._cluster(home)
        none = Manifests(home, job, asked_for=name)
        if cluster is None or not cluster.context:
            summary = f"the config gives {home} no kubeconfig context"
            return replace(none, fault=Fault(FaultKind.CONFIG, summary))
        try:
            found = await self._made_by(cluster, job)
        except SourceError as error:
            return replace(none, fault=self._timed(error.fault))
        missing = refusal(cluster, NEEDED)
        words = missing.summary if missing else ""
        return replace(none, found=found, refusal=words)

    async def delete(self, command: DeleteMonitor) -> Outcome:
        """Delete one as it was shown; keep it first. A dry run changes nothing."""
        shown = command.manifest
        cluster = self._cluster(shown.cluster)
        if cluster is None or not cluster.context:
            return Outcome(
                fault=Fault(FaultKind.CONFIG, f"{shown.cluster} is not read")
            )
        if missing := refusal(cluster, NEEDED):
            return Outcome(fault=missing)
        monitors = Monitors(cluster.name, self._kube(cluster))
        if command.is_dry:
            return await self._dry(monitors, shown)
        try:
            kept = await self._keep(shown)
        except KeepError as error:
            summary = f"it could not be kept, so it was not deleted: {error}"
            return Outcome(fault=Fault(FaultKind.CONFIG, summary))
        return await self._gone(monitors, shown, kept)

    async def restore(self, kept: Kept, *, is_dry: bool) -> Outcome:
        """Put one back where it was; refused when one of that name is there."""
        cluster = self._cluster(kept.cluster)
        if cluster is None or not cluster.context:
            summary = f"the config knows no {kept.cluster} with a kubeconfig context"
            return Outcome(fault=Fault(FaultKind.CONFIG, summary))
        if missing := refusal(cluster, NEEDED):
            return Outcome(fault=missing)
        monitors = Monitors(cluster.name, self._kube(cluster))
        try:
            meta = parsed(kept.text)["metadata"]
            there = await monitors.read(meta["namespace"], meta["name"])
        except SourceError as error:
            return Outcome(fault=self._timed(error.fault))
        if there is not None:
            summary = f"{there.path} is there already: nothing was changed"
            return Outcome(fault=Fault(FaultKind.CONFLICT, summary))
        if is_dry:
            return await self._dry_restore(monitors, kept)
        return await self._put_back(monitors, kept)

    async def _made_by(self, cluster: ClusterConfig, job: str) -> tuple[Manifest, ...]:
        kube = self._kube(cluster)
        monitors = await kube.ask(ServiceMonitors())
        services: Sequence[Service] | None
        try:
            services = await kube.ask(ServicesIn(""))
        except SourceError:
            services = None  # they say more than a name does, but a name will do
        chosen = makers(monitors, services, job)
        reader = Monitors(cluster.name, kube)
        read = [await self._read(reader, each) for each in chosen]
        return tuple(each for each in read if each is not None)

    async def _read(self, monitors: Monitors, maker: Maker) -> Manifest | None:
        one = maker.monitor
        found = await monitors.read(one.namespace, one.name)
        return replace(found, why=maker.why, also=maker.also) if found else None

    async def _dry(self, monitors: Monitors, shown: Manifest) -> Outcome:
        try:
            said = await monitors.delete(shown, is_dry=True)
        except SourceError as error:
            return Outcome(fault=self._timed(error.fault))
        return Outcome(said=said or "the server would delete it")

    async def _keep(self, shown: Manifest) -> Kept:
        if self.undo is None:
            raise KeepError("there is no place for it")
        return await asyncio.to_thread(self.undo.keep, shown, self.clock.now())

    async def _gone(self, monitors: Monitors, shown: Manifest, kept: Kept) -> Outcome:
        """Delete what is kept, and say what became of it."""
        entry = self._entry("servicemonitor.delete", kept)
        warnings = await self._note(entry)
        try:
            said = await monitors.delete(shown, is_dry=False)
        except (NotSentError, RefusedError) as error:
            warnings += await self._forgotten(kept)
            return await self._failed(entry, error.fault, Became.REFUSED, warnings)
        except SourceError as error:
            # It may have been done all the same: whether it is there now will tell.
            if not await self._has_gone(monitors, shown):
                return await self._failed(entry, error.fault, Became.UNKNOWN, warnings)
            said = ""
        warnings += await self._note(replace(entry, became=Became.DONE, said=said))
        more = f" ({said})" if said else ""
        words = f"deleted{more}; `taloscope undo {kept.id}` puts it back"
        return Outcome(said=words, undo_id=kept.id, warnings=warnings)

    async def _has_gone(self, monitors: Monitors, shown: Manifest) -> bool:
        """Whether it is certainly there no more."""
        try:
            there = await monitors.read(shown.namespace, shown.name)
        except SourceError:
            return False
        return there is None or there.uid != shown.uid

    async def _dry_restore(self, monitors: Monitors, kept: Kept) -> Outcome:
        try:
            await monitors.create(kept.text, is_dry=True)
        except SourceError as error:
            return Outcome(fault=self._timed(error.fault))
        return Outcome(said=f"the server would put {kept.namespace}/{kept.name} back")

    async def _put_back(self, monitors: Monitors, kept: Kept) -> Outcome:
        entry = self._entry("servicemonitor.restore", kept)
        warnings = await self._note(entry)
        try:
            made = await monitors.create(kept.text, is_dry=False)
        except (NotSentError, RefusedError) as error:
            return await self._failed(entry, error.fault, Became.REFUSED, warnings)
        except SourceError as error:
            return await self._failed(entry, error.fault, Became.UNKNOWN, warnings)
        warnings += await self._forgotten(kept)
        done = replace(entry, became=Became.DONE, after={"uid": made.uid})
        warnings += await self._note(done)
        return Outcome(said=f"{made.path} is back in {made.cluster}", warnings=warnings)

    async def _failed(
        self, entry: Entry, fault: Fault, became: Became, warnings: tuple[str, ...]
    ) -> Outcome:
        warnings += await self._note(replace(entry, became=became, said=fault.words))
        is_unknown = became is Became.UNKNOWN
        return Outcome(
            fault=self._timed(fault), is_unknown=is_unknown, warnings=warnings
        )

    async def _forgotten(self, kept: Kept) -> tuple[str, ...]:
        """Remove what need not be kept any more; what comes back says why not."""
        if self.undo is None:
            return ()
        try:
            await asyncio.to_thread(self.undo.forget, kept)
        except KeepError as error:
            return (f"what was kept could not be removed: {error}",)
        return ()

    def _entry(self, what: str, kept: Kept) -> Entry:
        now = self.clock.now()
        change = self.audit.new_change(now) if self.audit else ""
        where = {
            "cluster": kept.cluster,
            "namespace": kept.namespace,
            "name": kept.name,
            "kept": kept.path,
        }
        return Entry(now, change, what, where, Became.ATTEMPT)

    async def _note(self, entry: Entry) -> tuple[str, ...]:
        """Write it down; what comes back says why that failed."""
        if self.audit is None:
            return ()
        problem = await self.audit.note(replace(entry, at=self.clock.now()))
        return (f"not in the audit log: {problem}",) if problem else ()

    def _timed(self, fault: Fault) -> Fault:
        return replace(fault, at=self.clock.now())

    def _cluster(self, name: str) -> ClusterConfig | None:
        return next((one for one in self.config.clusters if one.name == name), None)

    def _kube(self, cluster: ClusterConfig) -> KubernetesSource:
        return self.connections.kubernetes(cluster)
