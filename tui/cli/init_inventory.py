"""The inventory of all clusters, from what their Prometheus scrapes now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from tui.clock import Clock, SystemClock
from tui.config import Config
from tui.config.inventory_text import table_text
from tui.engine.plan import Served, served_by
from tui.model import toml
from tui.model.fault import Fault
from tui.model.fleet import SourceKind
from tui.model.target import Health, Target
from tui.sources.base import SourceError
from tui.sources.prometheus import PrometheusSource
from tui.sources.tunnel import opened
from tui.triage import assign
from tui.triage.propose import propose

HEAD = """\
# What Prometheus scraped on {when} UTC, written by taloscope init --inventory.
# Edit it: take out what should not be there, add what is missing, and judge what is
# marked. Then put it into the config, in place of the inventory that is there.
"""

Listed = tuple[Target, ...] | Fault


def written(config: Config, clock: Clock) -> tuple[str, tuple[str, ...]]:
    """The text, and what could not be read, a sentence each."""
    served = served_by(config, SourceKind.PROMETHEUS)
    answers = asyncio.run(_all_listed(served, config.timeout_seconds))
    parts = [HEAD.format(when=f"{clock.now():%Y-%m-%d %H:%M}")]
    faults = []
    for each, answer in zip(served, answers, strict=True):
        if isinstance(answer, Fault):
            names = ", ".join(cluster.name for cluster in each.clusters)
            faults.append(f"{names}: {answer.summary}. {answer.advice}")
            said = toml.comment(f"{names}: not read: {answer.summary}")
            parts.append(f"# {said}\n")
        else:
            parts += _clusters(each, answer)
    silent = [each.name for each in config.clusters if each.prometheus is None]
    parts += [
        f"# {toml.comment(name)}: no Prometheus is configured\n" for name in silent
    ]
    return "\n".join(parts), tuple(faults)


async def _all_listed(served: Sequence[Served], timeout_seconds: float) -> list[Listed]:
    found = (_listed(each, timeout_seconds) for each in served)
    return list(await asyncio.gather(*found))


async def _listed(served: Served, timeout_seconds: float) -> Listed:
    tunnel = opened(served.endpoint, timeout_seconds, SystemClock())
    source = PrometheusSource(served.endpoint, timeout_seconds, tunnel=tunnel)
    try:
        return await source.targets()
    except SourceError as error:
        return error.fault
    finally:
        await source.aclose()
        if tunnel is not None:
            await tunnel.aclose()


def _clusters(served: Served, listed: Sequence[Target]) -> Iterator[str]:
    """The tables of each cluster that this Prometheus serves."""
    marks, home = served.marks, served.home
    parts: dict[str, list[Target]] = {each.name: [] for each in served.clusters}
    strays: list[Target] = []
    for target in listed:
        name = assign.cluster_of(target.labels, marks, home)
        parts.get(name, strays).append(target)
    for name, targets in parts.items():
        up = sum(target.health is Health.UP for target in targets)
        yield f"# {toml.comment(name)}: {up} of {len(targets)} targets are up\n"
        yield from (table_text(name, proposal) for proposal in propose(targets))
    if strays:
        jobs = ", ".join(sorted({toml.quoted(target.job) for target in strays}))
        told = f"{len(strays)} targets belong to no configured cluster: jobs {jobs}"
        yield f"# {told}\n"
