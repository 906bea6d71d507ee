"""`taloscope init`: writes a config, or its inventory, read off what is there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.cli.arguments import Parser, add_config
from tui.cli.output import USAGE, complain, print_file
from tui.clock import SystemClock
from tui.config import ConfigError, find, load
from tui.config.paths import is_there

DONE, NOT_ALL = 0, 2
CODES = """\
exit codes
  0    written, or it was so already
  2    written, but something did not answer, or nobody could tell: see the comments
  3    the command line or the config is wrong, or the file is there already
"""


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Write what is asked for; returns the exit code."""
    parser = options_parser(config)
    asked = parser.parse_args(arguments)
    if asked.output is not None and not asked.inventory:
        parser.error("--output is of --inventory: --config FILE names the config")
    if not asked.inventory:
        from tui.cli import init_config  # noqa: PLC0415 - heavy: httpx

        return init_config.run(asked, environ)
    output: Path | None = None if asked.dry_run else asked.output
    if output is not None and is_there(output) and not asked.force:
        complain(f"{output} is there already: name another file, or give --force")
        return USAGE
    try:
        loaded = load(find(asked.config, environ), environ)
    except ConfigError as error:
        complain(error)
        return USAGE
    from tui.cli import init_inventory  # noqa: PLC0415 - heavy: httpx

    text, faults = init_inventory.written(loaded, SystemClock())
    for fault in faults:
        complain(fault)
    if output is None:
        print_file(text)
    elif not _is_kept(output, text, may_replace=asked.force):
        return USAGE
    return NOT_ALL if faults else DONE


def _is_kept(path: Path, text: str, *, may_replace: bool) -> bool:
    """Write the file; one that came in the meantime is not overwritten either."""
    from tui.cli.init_file import write  # noqa: PLC0415 - as above

    try:
        kept = write(path, text, may_replace=may_replace)
    except OSError as error:
        complain(f"{path}: cannot be written: {error.strerror}")
        return False
    if kept is not None:
        print(f"The old one is kept: {kept}", file=sys.stderr)
    return True


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope init",
        description="Find your clusters and their servers, try them, write the config.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser, default=config)
    parser.add_argument(
        "--inventory",
        action="store_true",
        help="instead: what Prometheus scrapes today, as an inventory",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="of --inventory; default: standard output",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace the file if it is there; it is kept as .bak",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="print it, write nothing"
    )
    parser.add_argument(
        "--yes", action="store_true", help="ask nothing; leave out what is not clear"
    )
    for name in ("kubeconfig", "talosconfig"):
        parser.add_argument(
            f"--{name}", type=Path, metavar="FILE", help="default: the usual search"
        )
    return parser
