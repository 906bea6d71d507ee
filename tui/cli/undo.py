"""`taloscope undo`: list what was deleted from here, and put one of it back."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.cli.arguments import Parser, add_config
from tui.cli.output import USAGE, cleaned, complain
from tui.clock import SystemClock
from tui.config import Config, ConfigError, find, load
from tui.model.command import Outcome
from tui.model.manifest import Kept
from tui.present.units import age, moment, plain
from tui.state.undo import KeepError, UndoFolder, undo_folder

NOT_DONE, UNKNOWN, NOT_CONFIRMED = 1, 2, 4
CODES = """\
exit codes
  0    done; with --dry-run: it would be
  1    not done: the server refused it, or did not answer
  2    unknown whether it was done: look before you repeat it
  3    the command line or the config is wrong, or nothing of that id is kept
  4    not confirmed: nobody was asked, or the answer was no
"""


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Without an id list what is kept; with one put it back. Returns the exit code."""
    asked = options_parser(config).parse_args(arguments)
    try:
        kept, wrong = undo_folder(environ).listed()
    except KeepError as error:
        complain(error)
        return USAGE
    for problem in wrong:
        complain(cleaned(problem))
    if not asked.id:
        _list(kept)
        return 0
    chosen = [each for each in kept if each.id == asked.id] or [
        each for each in kept if each.id.startswith(asked.id)
    ]
    if len(chosen) != 1:
        complain(_which(asked.id, chosen))
        return USAGE
    try:
        loaded = load(find(asked.config, environ), environ)
    except ConfigError as error:
        complain(error)
        return USAGE
    return _put_back(loaded, chosen[0], asked, environ)


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope undo",
        description="List what was deleted from here, or put one of it back.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser, default=config)
    parser.add_argument(
        "id", nargs="?", default="", metavar="ID", help="or the beginning of one"
    )
    parser.add_argument(
        "-n", "--dry-run", action="store_true", help="let the server try it, no more"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    return parser


def _list(kept: Sequence[Kept]) -> None:
    if not kept:
        print("Nothing is kept: nothing was deleted from here.")
        return
    now = SystemClock().now()
    width = max(len(each.id) for each in kept)
    for each in kept:
        where = cleaned(f"{each.cluster}  {each.namespace}/{each.name}")
        print(f"{cleaned(each.id):<{width}}  {age(each.at, now):>4} ago  {where}")


def _which(asked: str, chosen: Sequence[Kept]) -> str:
    if not chosen:
        return f"nothing of the id {asked!r} is kept: `taloscope undo` lists what is"
    names = ", ".join(each.id for each in chosen)
    return f"{asked!r} may mean {names}: write more of it"


def _put_back(
    config: Config, kept: Kept, asked: argparse.Namespace, environ: Mapping[str, str]
) -> int:
    """Show it, try it, ask, do it, say what became of it."""
    print(f"# deleted from {kept.cluster} at {moment(kept.at)} UTC")
    print("\n".join(plain(line) for line in kept.text.splitlines()))
    tried = _restore(config, kept, environ, is_dry=True)
    if tried.fault is not None or asked.dry_run:
        return _told(tried)
    if not asked.yes and not _is_confirmed(kept):
        complain("nothing was changed")
        return NOT_CONFIRMED
    return _told(_restore(config, kept, environ, is_dry=False))


def _is_confirmed(kept: Kept) -> bool:
    """Ask a person; where there is none, the answer is no."""
    if not sys.stdin.isatty():
        complain("nobody can be asked here: say --yes")
        return False
    name = cleaned(f"{kept.namespace}/{kept.name}")
    try:
        answer = input(f"Put {name} back into {cleaned(kept.cluster)}? [y/N] ")
    except EOFError:
        print()
        return False
    return answer.strip().casefold() in {"y", "yes"}


def _told(outcome: Outcome) -> int:
    for warning in outcome.warnings:
        complain(cleaned(warning))
    if outcome.fault is None:
        print(cleaned(outcome.said))
        return 0
    fault = outcome.fault
    complain(cleaned(f"{fault.summary}. {fault.advice}"))
    return UNKNOWN if outcome.is_unknown else NOT_DONE


def _restore(
    config: Config, kept: Kept, environ: Mapping[str, str], *, is_dry: bool
) -> Outcome:
    return asyncio.run(_restored(config, kept, undo_folder(environ), environ, is_dry))


async def _restored(
    config: Config,
    kept: Kept,
    folder: UndoFolder,
    environ: Mapping[str, str],
    is_dry: bool,  # noqa: FBT001 - private, and called once
) -> Outcome:
    # The C core of gRPC would write on our standard error; it looks when imported.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from tui.engine.connections import Connections  # noqa: PLC0415 - heavy
    from tui.engine.monitoring import Monitoring  # noqa: PLC0415 - heavy
    from tui.state.audit import audit_log  # noqa: PLC0415 - where it is used

    clock = SystemClock()
    # Nothing is tried twice here, so nothing has to wait.
    connections = Connections(config, clock, lambda _: config.refresh_seconds)
    work = Monitoring(config, (), connections, clock, audit_log(environ), folder)
    try:
        return await work.restore(kept, is_dry=is_dry)
    finally:
        await connections.aclose()
