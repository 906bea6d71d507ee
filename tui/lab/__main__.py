"""`python -m tui.lab`: the lab alone, until it is stopped or its parent is gone."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tui.lab.control import offset
from tui.lab.crowd import Crowd
from tui.lab.faults import FAULTS, FaultError, check
from tui.lab.fleet import SMALLEST
from tui.lab.server import LabEnvironment, LabOptions, run_lab

_SLICE_SECONDS = 0.000_5


def options_parser(
    prog: str = "python -m tui.lab",
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """The lab's command line; `taloscope lab` and `taloscope demo` have the same.

    kind    what leaves as the caller does when something is wrong
    """
    faults = "\n".join(f"  {name:28} {text}" for name, text in FAULTS.items())
    parser = kind(
        prog=prog,
        description="Serve the demonstration estate on loopback ports.",
        epilog=f"faults:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--at",
        type=_offset,
        default="0s",
        metavar="TIME",
        help="start here, as in 4m30s",
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="story seconds per second; 0 pauses"
    )
    parser.add_argument(
        "--fault", type=_fault, action="append", default=[], metavar="NAME"
    )
    parser.add_argument(
        "--now", type=_instant, metavar="RFC3339", help="a fixed date for every answer"
    )
    parser.add_argument(
        "--parent", type=int, metavar="PID", help="end when that process has ended"
    )
    parser.add_argument(
        "--nodes",
        type=_nodes,
        metavar="N",
        help=f"a fleet of N nodes, {SMALLEST} or more, instead of the homelab's six",
    )
    for what in ("targets", "alerts", "silences"):
        parser.add_argument(
            f"--{what}",
            type=_count,
            default=0,
            metavar="N",
            help=f"a crowd of N {what} more, to see how the dashboard bears it",
        )
    return parser


def _offset(text: str) -> timedelta:
    try:
        return offset(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return int(text)


def _nodes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < SMALLEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {SMALLEST} on")
    return int(text)


def _fault(text: str) -> str:
    try:
        return check(text)
    except FaultError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no RFC 3339 time") from error
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT, or the parent's end; returns the exit code."""
    return serve(options_parser().parse_args(arguments))


def serve(asked: argparse.Namespace) -> int:
    """The same with what was asked for."""
    crowd = Crowd(asked.targets, asked.alerts, asked.silences)
    options = LabOptions(
        asked.at, asked.speed, tuple(asked.fault), asked.now, asked.nodes, crowd
    )
    # One process: who writes a long answer may not hold up the other servers.
    sys.setswitchinterval(_SLICE_SECONDS)
    asyncio.run(run_lab(options, _print_environment, asked.parent))
    return 0


def _print_environment(environment: LabEnvironment) -> None:
    lines = [f"{key}={value}" for key, value in environment.variables().items()]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
