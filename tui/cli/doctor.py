"""`taloscope doctor`: every connection, step by step, with what to do."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from tui.cli.arguments import Parser, add_config, add_output
from tui.cli.output import USAGE, cleaned, complain
from tui.cli.text import Page, page_on
from tui.clock import SystemClock
from tui.config import Config, ConfigError, find, load
from tui.engine.doctor import Doctor
from tui.model.diagnosis import Connection, Doing, Step, StepState
from tui.present import diagnosis
from tui.state import crash
from tui.state.place import folder

WELL, ILL = 0, 1
CODES = """\
exit codes
  0    all is well
  1    something is not: each such step says what to do
  3    the command line or the config is wrong
"""
_HERE = "this machine"


class Examined(Struct, frozen=True):
    """One connection, and all of its steps."""

    where: str
    steps: tuple[Step, ...]


def run(
    arguments: Sequence[str], config_file: Path | None, environ: Mapping[str, str]
) -> int:
    """Try everything once; the exit code says whether all is well."""
    asked = options_parser(config_file).parse_args(arguments)
    try:
        config = load(find(asked.config, environ), environ)
    except ConfigError as error:
        complain(error)
        return USAGE
    found = [*_here(environ), *asyncio.run(_examined(config))]
    steps = [step for each in found for step in each.steps]
    if asked.output == "json":
        told = [_json(each.where, step) for each in found for step in each.steps]
        print(json.dumps({"steps": told}, indent=2))
    else:
        print("\n".join(_lines(found, page_on(sys.stdout, environ))))
        print(f"\n{diagnosis.summary(steps)}")
    return ILL if any(step.is_ill for step in steps) else WELL


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope doctor",
        description="Try every connection of the config, and say what to do.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser, default=config)
    add_output(parser)
    return parser


async def _examined(config: Config) -> list[Examined]:
    """All at once, in the order of the config."""
    doctor = Doctor(config, SystemClock())

    async def one(connection: Connection) -> Examined:
        asked = doctor.examine(connection.kind, connection.endpoint)
        steps = [step async for step in asked]
        return Examined(diagnosis.heading(connection), tuple(steps))

    return list(await asyncio.gather(*map(one, doctor.connections())))


def _here(environ: Mapping[str, str]) -> Iterator[Examined]:
    """What lies on this machine and belongs to be sent."""
    report = crash.newest(folder(environ))
    if report is not None:
        advice = "Read it, and send it to those who mend taloscope; then delete it."
        told = str(report)
        step = Step(Doing.CRASH, StepState.NOTED, told, advice)
        yield Examined(_HERE, (step,))


def _json(where: str, step: Step) -> dict[str, object]:
    return {
        "where": where,
        "subject": step.subject,
        "what": step.title,
        "state": step.state.value,
        "is_well": not step.is_ill,
        "told": step.told,
        "advice": step.advice,
        "seconds": None if step.seconds is None else round(step.seconds, 4),
    }


def _lines(found: Sequence[Examined], page: Page) -> Iterator[str]:
    """Each connection with its steps below it."""
    width, marks = min(100, page.width), page.marks
    for number, each in enumerate(found):
        if number:
            yield ""
        is_ill = any(step.is_ill for step in each.steps)
        mark = marks.real if is_ill else marks.good
        yield from _wrapped(f"{mark} {cleaned(each.where)}", width, 2)
        for line, indent in diagnosis.told(each.steps, marks):
            text = "".join(span.text for span in line)
            yield from _wrapped(f"  {text}", width, indent + 2)


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    """Lines no wider than that; what goes on begins `indent` further in."""
    begin = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(
        text.lstrip(),
        width,
        initial_indent=begin,
        subsequent_indent=" " * indent,
        drop_whitespace=True,
    )
