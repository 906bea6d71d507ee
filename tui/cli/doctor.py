"""`taloscope doctor`: every connection, step by step, with what to do."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tui.cli.arguments import Parser, add_config, add_output
from tui.cli.doctor_steps import Step, examine
from tui.cli.output import USAGE, cleaned, complain
from tui.clock import SystemClock
from tui.config import ConfigError, find, load

WELL, ILL = 0, 1
CODES = """\
exit codes
  0    all is well
  1    something is not: each such step says what to do
  3    the command line or the config is wrong
"""


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
    steps = asyncio.run(examine(config, SystemClock()))
    if asked.output == "json":
        print(json.dumps({"steps": [asdict(each) for each in steps]}, indent=2))
    else:
        width = min(100, shutil.get_terminal_size((80, 24)).columns)
        print("\n".join(_lines(steps, width)))
    return WELL if all(each.is_well for each in steps) else ILL


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope doctor",
        description="Try every connection of the config, and say what to do.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(config=config)
    add_config(parser)
    add_output(parser)
    return parser


def _lines(steps: Sequence[Step], width: int) -> Iterator[str]:
    """One line for what is well together; each thing that is not by itself."""
    for where in dict.fromkeys(each.where for each in steps):
        mine = [each for each in steps if each.where == where]
        well = [each for each in mine if each.is_well]
        yield f"{'✔' if len(well) == len(mine) else '✖'} {cleaned(where)}"
        told = [f"{each.what}: {cleaned(each.told)}" for each in well if each.told]
        rights = sum(each.what.startswith("list ") for each in mine)
        if rights:
            granted = sum(each.what.startswith("list ") for each in well)
            told.append(f"may list {granted} of {rights} kinds that it reads")
        yield from _wrapped("; ".join(told), width, "    ")
        for each in mine:
            if not each.is_well:
                line = f"✖ {each.what}: {cleaned(each.told)}"
                yield from _wrapped(line, width, "  ")
                yield from _wrapped(cleaned(each.advice), width, "    ")
    ill = sum(not each.is_well for each in steps)
    yield ""
    yield f"{ill} of {len(steps)} steps failed" if ill else f"all {len(steps)} well"


def _wrapped(text: str, width: int, margin: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=margin, subsequent_indent=f"{margin}  "
    )
