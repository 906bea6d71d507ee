"""Runs the whole engine on all cases at once: real clients over loopback sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from msgspec.structs import replace

from tests.corpus.case import MAIN, Case, rules
from tests.corpus.servers import TOKEN, Estate
from tests.engines import running
from tui.clock import SystemClock
from tui.config import Config, load
from tui.engine.engine import Engine
from tui.lab.server import Lab, LabOptions
from tui.model.alert import JudgedAlert, Verdict
from tui.model.finding import FindingKind
from tui.model.fleet import Fleet
from tui.triage.rule import CLEARING

REFRESH, TIMEOUT = "60s", "5s"
AT_ONCE = 30
"""Cases of one engine: more would wait for each other."""
JUMP = timedelta(seconds=400)
"""Past two refreshes of the slowest question."""
PATIENCE_SECONDS = 90.0
"""On a busy machine; for nothing but a failure is it waited out."""
# Static pods are not well in prod, and well in agentic.
TALOS_FAULTS = ("scheduler-not-ready",)
TALOS_NODES = {"prod": "10.10.0.40", "agentic": "10.20.0.40"}


class LeapingClock(SystemClock):
    """The system's clock, which the test sets forward; nobody waits for that."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass(slots=True)
class Outcome:
    """What became of one case."""

    judged: JudgedAlert | None = None
    """As it was judged last."""
    seen: set[Verdict] = field(default_factory=set)
    """Every verdict that it ever had."""
    findings: tuple[str, ...] = ()
    """What is said of the alerting path."""

    def is_as_expected(self, case: Case) -> bool:
        """Whether the case has come out right."""
        judged = self.judged
        if judged is None or judged.verdict is not case.expect:
            return False
        cluster = case.named(case.shown) if case.shown else ""
        return (
            judged.cluster == cluster
            and case.says in judged.judgement.reason
            and any(case.finding in each for each in self.findings or ("",))
        )


class Watcher:
    """Keeps what the engine says of each case, from the first fleet on."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.outcomes = {case.id: Outcome() for case in cases}
        self._cases = {case.id: case for case in cases}

    def note(self, fleet: Fleet) -> None:
        """One more fleet."""
        for judged in _alerts(fleet):
            name = judged.endpoint.split("/")[3]
            if judged.alert.labels == self._cases[name].alert:
                outcome = self.outcomes[name]
                outcome.judged = judged
                outcome.seen.add(judged.verdict)
        for cluster in fleet.clusters:
            name = cluster.name.rpartition("-")[0]
            if cluster.name == self._cases[name].named(MAIN):
                self.outcomes[name].findings = tuple(
                    f"{found.title}: {found.detail}"
                    for found in cluster.findings
                    if found.kind is FindingKind.WATCHDOG_ABSENT
                )

    def wrong(self, cases: Iterable[Case]) -> list[str]:
        """Those that have not come out right."""
        return [
            case.id for case in cases if not self.outcomes[case.id].is_as_expected(case)
        ]


def _alerts(fleet: Fleet) -> Iterable[JudgedAlert]:
    for cluster in fleet.clusters:
        yield from cluster.alerts or ()
    yield from fleet.unassigned_alerts


async def run(cases: Sequence[Case], folder: Path) -> Mapping[str, Outcome]:
    """Judge every case; those that change, before and after."""
    steady = [case for case in cases if not case.then]
    changing = [case for case in cases if case.then and not case.at_once]
    at_once = [case for case in cases if case.at_once]
    found: dict[str, Outcome] = {}
    async with Lab(LabOptions(timedelta(minutes=1), 0.0, TALOS_FAULTS)) as lab:
        for start in range(0, len(steady), AT_ONCE):
            part = steady[start : start + AT_ONCE]
            found |= await _judged(part, lab, folder)
        found |= await _judged(changing, lab, folder, JUMP)
        found |= await _judged(at_once, lab, folder)
    return found


async def _judged(
    cases: Sequence[Case], lab: Lab, folder: Path, jump: timedelta = timedelta(0)
) -> Mapping[str, Outcome]:
    """Let one engine judge these cases; all of them change, or none.

    jump    so much later they have changed
    """
    clock = LeapingClock()
    estate = Estate(cases, clock.now)
    watcher = Watcher(cases)
    async with AsyncExitStack() as stack:
        url = await _serve(estate.app(), stack)
        config = _written(cases, url, lab, folder)
        engine = await stack.enter_async_context(running(config, clock))
        engine.subscribe(watcher.note)
        if any(case.then for case in cases):
            await asyncio.wait_for(engine.settled(), PATIENCE_SECONDS)
            estate.is_late = True
            clock.ahead += jump
            engine.refresh()
        await _until(engine, lambda: not watcher.wrong(cases))
    return watcher.outcomes


async def _until(engine: Engine, is_done: Callable[[], bool]) -> None:
    """Wait for a claim about what was seen; give up in the end, the test will tell."""
    done = asyncio.Event()

    def look(_: Fleet) -> None:
        if is_done():
            done.set()

    end = engine.subscribe(look)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await done.wait()
    except TimeoutError:
        return
    finally:
        end()


async def _serve(app: web.Application, stack: AsyncExitStack) -> str:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


def _written(cases: Sequence[Case], url: str, lab: Lab, folder: Path) -> Config:
    """The config of these cases, with a kubeconfig that it names."""
    names = [(case, cluster) for case in cases for cluster in case.clusters]
    (folder / "kubeconfig").write_text(json.dumps(_kubeconfig(names, url)))
    head = (
        f'refresh = "{REFRESH}"\ntimeout = "{TIMEOUT}"\nkubeconfig = "kubeconfig"\n'
        f'talosconfig = "{lab.environment.talosconfig}"\n'
    )
    clusters = "".join(_cluster(case, cluster, url) for case, cluster in names)
    path = folder / "config.toml"
    path.write_text(f"{head}\n{clusters}\n{_ANY}\n{rules()}")
    config = load(path)
    # It was there so that somebody could answer what the rules ask.
    return replace(config, clusters=config.clusters[:-1])


_ANY = """
[clusters.any]
talos = { context = "prod" }
loki  = { url = "http://127.0.0.1:1" }
"""


def _kubeconfig(names: Sequence[tuple[Case, str]], url: str) -> Mapping[str, Any]:
    contexts = [case.named(cluster) for case, cluster in names]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": contexts[0],
        "clusters": [
            {
                "name": case.named(cluster),
                "cluster": {"server": f"{url}/{case.id}/kubernetes/{cluster}"},
            }
            for case, cluster in names
        ],
        "users": [{"name": "u", "user": {"token": TOKEN}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": "u"}}
            for name in contexts
        ],
    }


def _cluster(case: Case, cluster: str, url: str) -> str:
    """One cluster of the config."""
    home = {"cluster": case.named(case.home)} if case.home else {}
    servers = ["prometheus", "alertmanager"]
    servers += ["loki"] if case.loki is not None else []
    keys: dict[str, Any] = {
        "labels": case.labels.get(cluster, {"cluster": cluster}),
        "context": case.named(cluster),
    }
    for name in servers:
        if cluster != MAIN and name in case.alone:
            continue
        keys[name] = {"url": f"{url}/{case.id}/{name}/{MAIN}", **home}
    if cluster == MAIN:
        keys["inventory"] = dict(case.inventory)
        if case.talos:
            node = TALOS_NODES[case.talos]
            keys["talos"] = {"context": case.talos, "nodes": [node]}
        keys |= case.config
    lines = [f"{key} = {_toml(value)}" for key, value in keys.items() if value]
    return f'[clusters."{case.named(cluster)}"]\n' + "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f'"{key}" = {_toml(each)}' for key, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"'


def is_called_false(outcome: Outcome) -> bool:
    """Whether it was ever said that nobody need act on the alert."""
    return bool(outcome.seen & CLEARING)
