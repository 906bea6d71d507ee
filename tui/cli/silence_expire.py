"""`taloscope silence expire`: ends silences, after telling what comes back."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tui.cli.check import look, make_engine
from tui.cli.check_report import alert_document, plain
from tui.cli.output import cleaned, complain
from tui.cli.silence_common import (
    DONE,
    NOT_DONE,
    SCHEMA,
    UNCONFIRMED,
    chosen,
    confirmed,
    fault_of,
    having,
    manager_of,
    outcome_document,
    submitted,
    told_to_the_end,
)
from tui.cli.silence_text import back_lines, names, silence_lines
from tui.cli.text import page_on
from tui.clock import Clock
from tui.config import Config
from tui.engine.plan import Served
from tui.model.alert import JudgedAlert
from tui.model.command import Bulk, ExpireSilence, Outcome
from tui.model.fleet import Fleet
from tui.model.silence import Matcher, Silence, SilenceState
from tui.present.units import moment
from tui.silencing.grammar import WordingError, parse_argument
from tui.silencing.upkeep import alerts_of, comes_back, hidden_by
from tui.state.audit import audit_log

if TYPE_CHECKING:
    from tui.engine.engine import Engine

_ID = re.compile(r"[0-9a-fA-F-]+")


class Plan(Struct, frozen=True):
    """What is to be ended, and what comes back."""

    silences: tuple[tuple[Served, Silence], ...]
    back: tuple[JudgedAlert, ...]
    hides: Mapping[str, tuple[JudgedAlert, ...]]
    now: datetime


def run(
    asked: Namespace, config: Config, environ: Mapping[str, str], clock: Clock
) -> int:
    """Tell what comes back, ask, and end them.

    raise   WordingError
    """
    ids = [each for each in asked.what if _ID.fullmatch(each)]
    written = [each for each in asked.what if each not in ids]
    matchers = [one for each in written for one in parse_argument(each)]
    if not (ids or matchers):
        raise WordingError("say which: ids, or matchers that they have")
    served = chosen(config, asked)
    engine = make_engine(config, clock, audit_log(environ))
    fleet = asyncio.run(look(engine, asked.timeout))
    known = [
        (each, silence)
        for each in served
        for silence in manager_of(fleet, each).silences or ()
    ]
    plan = _plan(fleet, _found(known, ids, matchers), clock.now())
    missing = set(ids) - {silence.id for _, silence in known}
    # Who does not answer may have what is meant, unless all of that is known.
    asking = served if matchers or missing else ()
    if _complains(fleet, asking, missing):
        return _end(asked, plan, None, NOT_DONE)
    if matchers and not _found(known, (), matchers):
        complain("no silence that stands has these matchers; none was ended")
        return _end(asked, plan, None, NOT_DONE)
    for _, silence in known:
        if silence.id in ids and silence.state is SilenceState.EXPIRED:
            complain(f"{silence.id}: ended already, {moment(silence.ends_at)} UTC")
    if not plan.silences:
        return _end(asked, plan, None, DONE)
    if asked.output == "text":
        print("\n".join(_lines(plan, environ)))
    if asked.dry_run:
        return _end(asked, plan, None, DONE)
    if not asked.yes and not _may_end(plan, by_matcher=bool(matchers)):
        return _end(asked, plan, None, UNCONFIRMED)
    commands = tuple(
        ExpireSilence(each.names[0], one.id, one) for each, one in plan.silences
    )
    outcome = _anew(asked, engine, commands, submitted(engine, Bulk(commands)))
    return _end(asked, plan, outcome, told_to_the_end(outcome))


def _found(
    known: Sequence[tuple[Served, Silence]],
    ids: Sequence[str],
    matchers: Sequence[Matcher],
) -> tuple[tuple[Served, Silence], ...]:
    """Those that are meant, and not over."""
    standing = [pair for pair in known if pair[1].state is not SilenceState.EXPIRED]
    silences = [silence for _, silence in standing]
    wanted = {*ids, *(one.id for one in having(silences, matchers) if matchers)}
    return tuple(pair for pair in standing if pair[1].id in wanted)


def _plan(
    fleet: Fleet, found: tuple[tuple[Served, Silence], ...], now: datetime
) -> Plan:
    alerts = alerts_of(fleet)
    ended = {silence.id for _, silence in found}
    return Plan(found, comes_back(alerts, ended), hidden_by(alerts), now)


def _complains(fleet: Fleet, served: Sequence[Served], missing: Iterable[str]) -> bool:
    """Say which Alertmanager did not tell, and which ids nobody knows; whether any."""
    found = []
    for each in served:
        if manager_of(fleet, each).silences is None:
            fault = fault_of(fleet, each)
            why = fault.summary if fault else "has not answered yet"
            found.append(f"{each.endpoint.urls[0]}: {why}: its silences are not known")
    found += [
        f"{each}: there is no such silence; none was ended" for each in sorted(missing)
    ]
    for words in found:
        complain(words)
    return bool(found)


def _anew(
    asked: Namespace,
    engine: Engine,
    commands: Sequence[ExpireSilence],
    outcome: Outcome,
) -> Outcome:
    """Say which ones somebody has changed meanwhile, and ask whether to end those."""
    places, again = [], []
    for place, (command, part) in enumerate(zip(commands, outcome.parts, strict=True)):
        if part.found is not None and part.fault is not None:
            complain(cleaned(f"{command.id}: {part.fault.summary}"))
            places.append(place)
            again.append(ExpireSilence(command.cluster, part.found.id, part.found))
    if not again or asked.yes or not confirmed(f"End {len(again)} all the same?"):
        return outcome
    second = submitted(engine, Bulk(tuple(again)))
    parts = list(outcome.parts)
    for place, part in zip(places, second.parts, strict=True):
        parts[place] = part
    failed = [part for part in parts if part.fault is not None]
    return Outcome(
        fault=failed[0].fault if failed else None,
        is_unknown=any(part.is_unknown for part in failed),
        parts=tuple(parts),
        warnings=(*outcome.warnings, *second.warnings),
    )


def _may_end(plan: Plan, *, by_matcher: bool) -> bool:
    """Whether somebody has agreed; ids that are written out need nobody to be there."""
    if not by_matcher and not sys.stdin.isatty():
        return True
    if confirmed(f"End {len(plan.silences)} now?"):
        return True
    complain("not ended: --yes agrees to it")
    return False


def _lines(plan: Plan, environ: Mapping[str, str]) -> Iterator[str]:
    page = page_on(sys.stdout, environ)
    yield "to be ended"
    for _, silence in plan.silences:
        hides = len(plan.hides.get(silence.id, ()))
        yield from silence_lines(silence, hides, plan.now, page)
    if not plan.silences:
        yield "  nothing"
    yield from back_lines(plan.back, plan.now, page)
    stays = [
        alert
        for _, silence in plan.silences
        for alert in plan.hides.get(silence.id, ())
        if alert not in plan.back
    ]
    if stays:
        yield from page.entry(
            "grey", "stays", f"quiet for another reason: {names(stays)}"
        )


def _end(asked: Namespace, plan: Plan, outcome: Outcome | None, code: int) -> int:
    """Say what became of it, in the way that was asked for."""
    parts = outcome.parts if outcome else ()
    if asked.output == "json":
        document: Mapping[str, Any] = {
            "schema": SCHEMA,
            "exit_code": code,
            "dry_run": asked.dry_run,
            "silences": [plain(silence) for _, silence in plan.silences],
            "comes_back": [alert_document(each) for each in plan.back],
            "outcomes": [outcome_document(part) for part in parts],
        }
        print(json.dumps(document, indent=2))
    elif outcome is not None:
        done = sum(part.fault is None for part in parts)
        print(f"ended {done} of {len(parts)}")
    return code
