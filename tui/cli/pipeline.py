"""`taloscope pipeline`: the way of the logs as text or JSON; what mends it, as files.

Files are written for a person to apply: nothing is applied from here.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tui.cli.arguments import Parser, add_config, add_output, add_timeout
from tui.cli.check import look, make_engine
from tui.cli.check_report import REAL, UNDECIDED, plain
from tui.cli.output import USAGE, cleaned, complain
from tui.cli.pipeline_files import write
from tui.cli.pipeline_report import document
from tui.cli.text import Page, page_on
from tui.clock import SystemClock
from tui.config import Config, ConfigError, find, load
from tui.model.fleet import Fleet
from tui.model.pipeline import Pipeline, StageReport, StageState, worst
from tui.present.pipeline import Way, ways
from tui.present.units import age

SCHEMA = 1
_TAGS = {
    StageState.BROKEN: ("red", "BROKEN"),
    StageState.UNKNOWN: ("yellow", "can't tell"),
    StageState.CUT: ("grey", "cut off"),
    StageState.OK: ("green", "ok"),
}


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Look once; print the pipelines, or write what mends them."""
    asked = options_parser().parse_args(arguments)
    try:
        known = load(find(asked.config or config, environ))
        names = [each.name for each in known.clusters]
        if asked.cluster and asked.cluster not in names:
            complain(f"{asked.cluster} is no cluster; known are {', '.join(names)}")
            return USAGE
    except ConfigError as error:
        complain(error)
        return USAGE
    clock = SystemClock()
    fleet = asyncio.run(_look(known, clock, asked.timeout))
    shown = [
        each.pipeline
        for each in fleet.clusters
        if each.pipeline is not None and asked.cluster in {"", each.name}
    ]
    if asked.verb == "manifests":
        return write(asked.folder, shown, is_forced=asked.force)
    return _print(asked, fleet, shown, clock.now(), environ)


async def _look(config: Config, clock: SystemClock, timeout: float) -> Fleet:  # noqa: ASYNC109 - it reports, it does not fail
    """What is known, the kernels of all nodes asked too."""
    engine = make_engine(config, clock)
    for cluster in config.clusters:
        if cluster.loki is not None and cluster.talos_context:
            for address in cluster.talos_nodes:
                engine.compare(cluster.name, address)
    return await look(engine, timeout)


def _print(
    asked: Namespace,
    fleet: Fleet,
    shown: Sequence[Pipeline],
    now: datetime,
    environ: Mapping[str, str],
) -> int:
    code = exit_code(shown)
    if asked.output == "json":
        report: dict[str, Any] = {
            "schema": SCHEMA,
            "generated_at": plain(now),
            "exit_code": code,
            "clusters": [{"name": x.cluster, **document(x, plain)} for x in shown],
        }
        print(json.dumps(report, indent=2))
        return code
    page = page_on(sys.stdout, environ)
    found = ways(fleet, asked.cluster)
    for way in found:
        print("\n".join(_lines(way, now, page)))
    if any(way.change(way.worst) for way in found):
        print("`taloscope pipeline manifests DIR` writes what mends it.")
    if not shown:
        print("No Loki is configured: nothing is known of the way to it.")
    return code


def exit_code(shown: Sequence[Pipeline]) -> int:
    """1 when a stage is broken, 2 when one cannot be told or none is known, else 0."""
    reports = tuple(report for each in shown for report in each.reports)
    if not reports:
        return UNDECIDED
    state = worst(reports).state
    return {StageState.BROKEN: REAL, StageState.OK: 0}.get(state, UNDECIDED)


def _lines(way: Way, now: datetime, page: Page) -> Iterator[str]:
    """A node and its stages; of one that is whole a line each."""
    yield f"{cleaned(way.name)}  {' '.join(map(cleaned, way.clusters))}"
    for report in way.own:
        colour, tag = _TAGS[report.state]
        yield from page.entry(colour, tag, _told(way, report, now))
    change = way.change(way.worst)
    if change is not None and change.file:
        # Never wrapped: it is to be copied.
        yield f"  {page.paint('grey', 'to mend')}    {cleaned(change.file)}"


def _told(way: Way, report: StageReport, now: datetime) -> str:
    node = way.node
    words = f"{report.stage.value}: {report.words}"
    if node is not None and report is node.stages[-1] and node.voice is not None:
        words += f"; last entry {age(node.voice.last, now)} ago"
        if node.silent_after_seconds is not None:
            words += f", silent after {node.silent_after_seconds:.0f} s"
    return words


def options_parser() -> Parser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope pipeline",
        description="Where the way from the kernel to Alertmanager breaks, by node.",
        epilog="exit codes: 0 whole, 1 broken, 2 something cannot be told, 3 usage; "
        "for manifests: 1 when a file differs and nothing was written",
    )
    add_config(parser, default=None)
    add_output(parser, "-o")
    add_timeout(parser)
    parser.add_argument("--cluster", default="", metavar="NAME", help="only this one")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    made = verbs.add_parser(
        "manifests", help="write the changes for every stage; see manifests --help"
    )
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument(
        "--force", action="store_true", help="overwrite files that say something else"
    )
    return parser
