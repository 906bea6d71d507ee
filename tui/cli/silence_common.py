"""What the verbs of `taloscope silence` share: which server, the question, the end."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.cli.check_report import plain
from tui.cli.output import USAGE, cleaned, complain
from tui.config import Config
from tui.engine.plan import Served, served_by
from tui.model.alertmanager import Alertmanager
from tui.model.command import Command, Outcome
from tui.model.fault import Fault
from tui.model.fleet import Fleet, SourceKind
from tui.model.silence import Matcher, Silence
from tui.silencing.grammar import WordingError

if TYPE_CHECKING:
    from tui.engine.engine import Engine

DONE, NOT_DONE, UNKNOWN, UNCONFIRMED = 0, 1, 2, 4
SCHEMA = 1


def chosen(config: Config, asked: Namespace) -> tuple[Served, ...]:
    """The Alertmanagers that are meant: all, unless one is named.

    raise   WordingError
    """
    known = served_by(config, SourceKind.ALERTMANAGER)
    if asked.cluster:
        known = tuple(each for each in known if asked.cluster in each.names)
        if not known:
            raise WordingError(f"{asked.cluster} is no cluster with an Alertmanager")
    if asked.alertmanager:
        url = asked.alertmanager.rstrip("/")
        urls = [each.endpoint.urls for each in known]
        known = tuple(each for each in known if url in each.endpoint.urls)
        if not known:
            told = ", ".join(one for many in urls for one in many)
            raise WordingError(f"{url} is not in the config; known are {told}")
    if not known:
        raise WordingError("the config names no Alertmanager")
    return known


def one_chosen(config: Config, asked: Namespace) -> Served:
    """The Alertmanager that is meant, when only one can be.

    raise   WordingError
    """
    known = chosen(config, asked)
    if len(known) > 1:
        names = ", ".join(name for each in known for name in each.names)
        raise WordingError(f"which Alertmanager? say --cluster; known are {names}")
    return known[0]


def manager_of(fleet: Fleet, served: Served) -> Alertmanager:
    """What is known of an Alertmanager."""
    url = served.endpoint.urls[0]
    return next(each for each in fleet.alertmanagers if each.endpoint == url)


def fault_of(fleet: Fleet, served: Served) -> Fault | None:
    """Why its alerts or silences are not known, or are old; None when they are new."""
    url = served.endpoint.urls[0]
    return next(
        (
            source.fault
            for cluster in fleet.clusters
            for source in cluster.sources
            if (source.key.kind, source.key.endpoint) == (SourceKind.ALERTMANAGER, url)
            and source.fault is not None
        ),
        None,
    )


def confirmed(question: str) -> bool:
    """Ask the person at the terminal; without one the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def submitted(engine: Engine, command: Command) -> Outcome:
    """Do it, and close what was opened for it."""

    async def submit() -> Outcome:
        try:
            return await engine.submit(command)
        finally:
            await engine.aclose()

    return asyncio.run(submit())


def told_to_the_end(outcome: Outcome) -> int:
    """Complain of what went wrong; returns the exit code."""
    for warning in outcome.warnings:
        complain(cleaned(warning))
    if outcome.fault is not None:
        complain(_in_words(outcome.fault))
    return code_of(outcome)


def code_of(outcome: Outcome) -> int:
    """The exit code that says what became of it."""
    if outcome.fault is None:
        return DONE
    return UNKNOWN if outcome.is_unknown else NOT_DONE


def outcome_document(outcome: Outcome) -> Mapping[str, Any]:
    """What became of a change, for JSON."""
    fault = outcome.fault
    return {
        "silence_id": outcome.silence_id,
        "fault": fault and {**plain(fault), "advice": fault.advice},
        "is_unknown": outcome.is_unknown,
        "warnings": list(outcome.warnings),
    }


def having(
    silences: Sequence[Silence], matchers: Sequence[Matcher]
) -> Iterator[Silence]:
    """Silences that have all of these matchers, as Alertmanager's own filter does."""
    wanted = set(matchers)
    return (each for each in silences if wanted <= set(each.matchers))


def usage(words: str) -> int:
    """Complain of the command line."""
    complain(words)
    return USAGE


def _in_words(fault: Fault) -> str:
    where = f"{fault.endpoint}: " if fault.endpoint else ""
    return cleaned(f"{where}{fault.words}. {fault.advice}")
