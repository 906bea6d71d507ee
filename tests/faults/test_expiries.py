"""A server whose certificate has ended is a finding, while it lasts."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from tests.engines import running, until
from tests.faults.behind import CLUSTER, Harmed
from tui.config import load
from tui.model.finding import FindingKind
from tui.model.fleet import Fleet


def ending(fleet: Fleet) -> set[str]:
    """What is said to end, of the cluster whose servers are behind the proxy."""
    cluster = fleet.cluster(CLUSTER)
    return {
        each.title
        for each in (cluster.findings if cluster else ())
        if each.kind is FindingKind.CERTIFICATE_EXPIRING
    }


async def test_certificates_of_servers_that_have_ended_are_findings(
    estate: Harmed,
) -> None:
    harmed = ("loki", "kubernetes")
    for name in harmed:
        await asyncio.to_thread(estate.harm, name, "expired")
    try:
        config = replace(load(estate.config), refresh_seconds=2, timeout_seconds=1.5)
        async with running(config) as engine:
            fleet = await until(engine, lambda fleet: len(ending(fleet)) == 2)
    finally:
        for name in harmed:
            await asyncio.to_thread(estate.heal, name)
    api, loki = sorted(ending(fleet), key=lambda title: "https://" in title)
    assert api == "the certificate of the API server of monit has expired"
    assert loki.startswith("the certificate of https://127.0.0.1:")
