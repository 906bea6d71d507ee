"""`taloscope silence list`: straight from Alertmanager, all peers of it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from tui.cli.check_report import plain
from tui.cli.output import cleaned, complain
from tui.cli.silence_common import DONE, NOT_DONE, SCHEMA, chosen, having
from tui.cli.silence_text import silence_lines
from tui.cli.text import page_on
from tui.clock import Clock, SystemClock
from tui.config import Config
from tui.engine.plan import Served
from tui.model.alert import Alert
from tui.model.alertmanager import Disagreement, Told
from tui.model.fault import Fault
from tui.model.silence import Matcher, Silence
from tui.silencing.agreement import alert_names, disagreements, lacking, merged
from tui.silencing.grammar import parse_arguments
from tui.silencing.span import parse_duration
from tui.silencing.upkeep import is_ending
from tui.sources.alertmanager import AlertmanagerSource
from tui.sources.base import SourceError
from tui.sources.tunnel import opened

_STANDING = ("active", "pending")


class Heard(Struct, frozen=True):
    """What one Alertmanager told."""

    served: Served
    told: tuple[Told, ...] = ()
    hides: Mapping[str, int] | None = None
    """Alerts that each silence hides, by its id; None when nobody told."""
    faults: tuple[Fault, ...] = ()
    apart: Mapping[str, tuple[Alert, ...]] = field(default_factory=dict)
    """By URL of a peer, the alerts about which it disagrees with the others."""

    @property
    def url(self) -> str:
        return self.served.endpoint.urls[0]


def run(asked: Namespace, config: Config, clock: Clock) -> int:
    """List; 1 when an Alertmanager did not tell.

    raise   WordingError
    """
    matchers = parse_arguments(asked.matchers)
    within = parse_duration(asked.expiring) if asked.expiring else None
    heard = asyncio.run(_all_heard(chosen(config, asked), config.timeout_seconds))
    now = clock.now()
    wanted = _Wanted(asked, matchers)
    found = [
        (one, silence)
        for one in heard
        for silence in wanted.of(merged(one.told))
        if within is None or is_ending(silence, now, within)
    ]
    code = NOT_DONE if any(not one.told for one in heard) else DONE
    if asked.output == "json":
        print(json.dumps(_document(heard, found, now, code), indent=2))
    elif asked.quiet:
        sys.stdout.writelines(f"{cleaned(silence.id)}\n" for _, silence in found)
    else:
        print("\n".join(_lines(heard, found, now)))
    for fault in (fault for one in heard for fault in one.faults):
        complain(f"{fault.endpoint}: {fault.summary}. {fault.advice}")
    return code


class _Wanted(Struct, frozen=True):
    """Which silences were asked for."""

    asked: Namespace
    matchers: tuple[Matcher, ...]

    def of(self, silences: Sequence[Silence]) -> Iterator[Silence]:
        states = self.asked.state or _STANDING
        for silence in having(silences, self.matchers):
            if "all" in states or silence.state.value in states:
                yield silence


async def _all_heard(served: Sequence[Served], seconds: float) -> list[Heard]:
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_heard(each, seconds)) for each in served]
    return [task.result() for task in asked]


async def _heard(served: Served, seconds: float) -> Heard:
    clock = SystemClock()
    tunnel = opened(served.endpoint, seconds, clock)
    source = AlertmanagerSource(served.endpoint, seconds, tunnel=tunnel, now=clock.now)
    faults: list[Fault] = []
    told: tuple[Told, ...] = ()
    hides: Counter[str] | None = None
    alerts: tuple[Alert, ...] = ()
    try:
        told = await source.told()
        faults += [one.peer.fault for one in told if one.peer.fault]
        alerts = await source.alerts()
        hides = Counter(id_ for alert in alerts for id_ in alert.silenced_by)
    except SourceError as error:
        faults.append(error.fault)
    finally:
        await source.aclose()
        if tunnel is not None:
            await tunnel.aclose()
    return Heard(served, told, hides, tuple(faults), lacking(alerts))


Found = Sequence[tuple[Heard, Silence]]


def _lines(heard: Sequence[Heard], found: Found, now: datetime) -> Iterator[str]:
    page = page_on(sys.stdout, os.environ)
    for one in heard:
        if len(heard) > 1:
            yield f"{one.url}  {', '.join(one.served.names)}"
        for apart in disagreements(one.told, now):
            words = f"{apart.silence.id} is not known to {', '.join(apart.lacking)}"
            yield from page.entry("red", "DISAGREE", words)
        for url, alerts in one.apart.items():
            words = f"{url} does not tell so: {alert_names(alerts)}"
            yield from page.entry("red", "DISAGREE", words)
        mine = [silence for whose, silence in found if whose is one]
        for silence in mine:
            hides = None if one.hides is None else one.hides.get(silence.id, 0)
            yield from silence_lines(silence, hides, now, page)
        if not mine:
            yield "  no such silence" if one.told else "  not known"


def _document(
    heard: Sequence[Heard], found: Found, now: datetime, code: int
) -> Mapping[str, Any]:
    return {
        "schema": SCHEMA,
        "exit_code": code,
        "generated_at": plain(now),
        "alertmanagers": [
            {
                "url": one.url,
                "clusters": list(one.served.names),
                "peers": [plain(each.peer) for each in one.told],
                "faults": plain(one.faults),
                "disagreements": list(map(_apart, disagreements(one.told, now))),
                "alerts_lacking": {
                    url: [each.fingerprint for each in alerts]
                    for url, alerts in one.apart.items()
                },
            }
            for one in heard
        ],
        "silences": [
            {
                **plain(silence),
                "alertmanager": one.url,
                "hides": None if one.hides is None else one.hides.get(silence.id, 0),
            }
            for one, silence in found
        ],
    }


def _apart(apart: Disagreement) -> Mapping[str, Any]:
    return {
        "id": apart.silence.id,
        "having": list(apart.having),
        "lacking": list(apart.lacking),
    }
