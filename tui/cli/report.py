"""`taloscope report`: what the record tells of a stretch of time, for a post-mortem."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from html import unescape
from pathlib import Path

from tui.cli import taped
from tui.cli.arguments import Parser, add_config, add_record
from tui.cli.output import cleaned, complain
from tui.cli.progress import Progress
from tui.model.taped import Taped
from tui.present.units import moment
from tui.report.build import report
from tui.report.incident import last_incident
from tui.report.markdown import markdown
from tui.report.summary import title
from tui.report.values import Report, Stretch
from tui.state.place import PRIVATE_FILE
from tui.state.whole import beside
from tui.tape.shelf import Shelf

_MOST_MOMENTS = 900
"""So many are read; of a longer time they lie further apart."""
_BEAT = timedelta(seconds=1)
_USUAL = timedelta(hours=1)


class NoReportError(Exception):
    """There is nothing to report; it says why, and what to do."""


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Write a report. Returns the exit code."""
    asked = options_parser(config).parse_args(arguments)
    progress = Progress(sys.stderr, asked.progress)
    try:
        shelf = taped.shelf(asked.file, environ)
        progress.say("looking for the time that is meant")
        span = wanted(shelf, asked.since, asked.until)
        found = made(shelf, span, progress)
    except taped.UNOPENED as error:
        progress.clear()
        return taped.refused(error)
    except NoReportError as error:
        progress.clear()
        complain(error)
        return taped.NOT_DONE
    progress.clear()
    for path, problem in shelf.problems.items():
        complain(f"{path.name}: {problem}")
    print(cleaned(unescape(title(found).replace("\\", ""))))
    stem = f"taloscope-report-{span.since:%Y%m%dT%H%MZ}"
    try:
        print(written(asked.out, f"{stem}.md", markdown(found)), flush=True)
        if not asked.markdown_only:
            from tui.cli import report_pages  # noqa: PLC0415 - it draws screens

            own = asked.config, environ
            html = report_pages.html_page(found, shelf, own, progress.say)
            progress.clear()
            print(written(asked.out, f"{stem}.html", html))
    except OSError as error:
        complain(f"{error.filename or asked.out}: {error.strerror or error}")
        return taped.NOT_DONE
    return 0


def wanted(shelf: Shelf, since: str, until: str) -> Stretch:
    """The time that is meant, in the record's own time.

    raise   UnreadableTimeError, TapeError, NoReportError
    """
    first, last = shelf.span()
    if not since and not until:
        return last_incident(shelf.notes(), first, last)
    end = taped.time_in("--to", until, last) if until else last
    begin = taped.time_in("--from", since, end) if since else end - _USUAL
    if begin >= end:
        raise NoReportError(
            f"--from {moment(begin)} is not before --to {moment(end)} (UTC)"
        )
    if end < first or begin > last:
        raise NoReportError(
            f"nothing is recorded from {moment(begin)} to {moment(end)} UTC: "
            f"the record goes from {moment(first)} to {moment(last)}"
        )
    return Stretch(begin, end)


def made(shelf: Shelf, span: Stretch, progress: Progress) -> Report:
    """The report of a time.

    raise   TapeError, NoReportError
    """
    step = max(_BEAT, span.length / _MOST_MOMENTS)

    def moments() -> Iterator[Taped]:
        for each in shelf.walk(span.since, span.until, step):
            share = (each.at - span.since) / span.length
            progress.say(f"reading the record: {share:.0%}")
            yield each

    # Of what is read nothing is a cycle: looking for them took half of the time.
    gc.disable()
    try:
        found = report(span, moments(), shelf.notes(), step)
    finally:
        gc.enable()
    if found is None:
        raise NoReportError(
            f"nothing was recorded from {moment(span.since)} to {moment(span.until)} "
            "UTC: taloscope did not run then, or its record was off"
        )
    return found


def written(folder: Path, name: str, text: str) -> Path:
    """Write a file that only its owner may read; one of that name is replaced.

    raise   OSError
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with beside(path, text.encode(), PRIVATE_FILE) as new:
        new.replace(path)
    return path


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope report",
        description="Write what was recorded of an incident as Markdown and as a page.",
        epilog="without --from and --to: the last incident, else the last hour",
    )
    add_config(parser, default=config)
    add_record(parser)
    parser.add_argument(
        "--from",
        dest="since",
        metavar="TIME",
        default="",
        help="14:05, 2026-02-27 03:10 (UTC), -2h before --to (default: an hour)",
    )
    parser.add_argument(
        "--to",
        dest="until",
        metavar="TIME",
        default="",
        help="the same, -10m before the end of the record (default: its end)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="where the two files go (default: here)",
    )
    parser.add_argument(
        "--markdown-only",
        action="store_true",
        help="no page, and no pictures",
    )
    parser.add_argument(
        "--progress",
        metavar="PREFIX",
        default="",
        help="tell standard error how far it is, in lines that begin so",
    )
    return parser
