"""`taloscope serve`: the dashboard in browsers, and one watcher behind it."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import socket
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from tui.backend import Backend
from tui.cli.arguments import Parser, add_config, between
from tui.cli.output import USAGE, complain
from tui.clock import SystemClock
from tui.config import Config, ConfigError, find, load

PORT = 8640
TOKEN = "TALOSCOPE_TOKEN"  # noqa: S105 - the name of the variable
END_SECONDS = 10.0
_NOT_DONE = 1


def run(
    arguments: Sequence[str], config: Path | None, environ: Mapping[str, str]
) -> int:
    """Serve until stopped. Returns the exit code."""
    parser = options_parser(config)
    asked = parser.parse_args(arguments)
    try:
        known = load(find(asked.config, environ), environ)
    except ConfigError as error:
        complain(error)
        return USAGE
    token = asked.token or environ.get(TOKEN, "")
    if problem := _trouble(token):
        complain(problem)
        return USAGE
    # On loopback whoever has a login here may look, but not act in another's name.
    if not token and (asked.allow_writes or not _is_loopback(asked.host)):
        token = secrets.token_urlsafe(24)
    os.environ.pop(TOKEN, None)  # no viewer needs it
    return asyncio.run(_serve(known, asked, token, environ))


def _is_loopback(host: str) -> bool:
    from tui.web.gate import is_loopback  # noqa: PLC0415 - for this verb alone

    return is_loopback(host)


def _trouble(token: str) -> str:
    """Why it cannot be served like that; empty when it can."""
    from tui.web.gate import SHORTEST_TOKEN  # noqa: PLC0415 - for this verb alone

    if find_spec("textual_serve") is None:
        return "textual-serve is missing: install taloscope again"
    if token and len(token) < SHORTEST_TOKEN:
        return f"--token: {SHORTEST_TOKEN} letters at least; without it one is made"
    if not token.isascii():
        return "--token: plain letters, digits and signs only"
    return ""


async def _serve(
    config: Config, asked: argparse.Namespace, token: str, environ: Mapping[str, str]
) -> int:
    """Watch the estate, and let browsers look, until a signal comes."""
    from aiohttp import web  # noqa: PLC0415 - for this verb alone

    from tui.cli import dashboard, viewer  # noqa: PLC0415 - for this verb alone
    from tui.web.gate import Gate  # noqa: PLC0415 - for this verb alone
    from tui.web.server import Server, Show  # noqa: PLC0415 - for this verb alone

    dashboard.prepare()
    command = viewer.command(
        config.path,
        is_wall=asked.wall,
        writes=asked.allow_writes,
        refresh_seconds=asked.refresh,
    )
    show = Show(command, font_size=asked.font_size, most_viewers=asked.viewers)
    names = frozenset(map(str.lower, (*asked.name, socket.gethostname())))
    gate = Gate(asked.host, names, token)
    runner = web.AppRunner(
        Server(show, gate).app, access_log=None, shutdown_timeout=END_SECONDS
    )
    await runner.setup()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    backend = await dashboard.watched(config, SystemClock(), environ)
    try:
        await web.TCPSite(runner, asked.host, asked.port).start()
        port = runner.addresses[0][1]
        print("\n".join(_greeting(asked, port, token)), flush=True)
        await _until(stopped, backend)
    except OSError as error:
        complain(f"{asked.host}:{asked.port}: {error.strerror or error}")
        return _NOT_DONE
    finally:
        await runner.cleanup()
    return 0


async def _until(stopped: asyncio.Event, backend: Backend) -> None:
    """Keep the backend going until then; a fault of ours that ends it is raised."""
    watching = asyncio.create_task(backend.run())
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait((watching, stopping), return_when=asyncio.FIRST_COMPLETED)
    if watching.done():
        watching.result()
    stopping.cancel()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def _greeting(asked: argparse.Namespace, port: int, token: str) -> list[str]:
    """What the operator is to know, and the address to open."""
    from tui.web.gate import ANYWHERE  # noqa: PLC0415 - for this verb alone

    is_anywhere = asked.host in ANYWHERE
    host = (*asked.name, socket.gethostname())[0] if is_anywhere else asked.host
    host = f"[{host}]" if ":" in host else host
    query = f"?token={token}" if token else ""
    may = "may change what the config allows" if asked.allow_writes else "only look"
    lines = [
        f"http://{host}:{port}/{query}",
        f"up to {asked.viewers} at a time, who {may}; ctrl+c ends it",
    ]
    if not _is_loopback(asked.host):
        lines.append("without TLS: put a proxy with a certificate before it")
    return lines


def options_parser(config: Path | None) -> argparse.ArgumentParser:
    """What the verb takes."""
    parser = Parser(
        prog="taloscope serve",
        description="Show the dashboard in browsers; each viewer has its own.",
    )
    add_config(parser, default=config)
    parser.add_argument(
        "--host", default="127.0.0.1", help="where to listen (default: %(default)s)"
    )
    parser.add_argument(
        "--port",
        type=between(0, 65_535, int),
        default=PORT,
        help="default: %(default)s; 0 takes one that is free",
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="a name under which browsers reach it, when that is not --host",
    )
    parser.add_argument(
        "--token",
        default="",
        help=f"what viewers must show, also ${TOKEN}; beyond loopback one is made",
    )
    parser.add_argument(
        "--viewers",
        type=between(1, 200, int),
        default=8,
        metavar="N",
        help="so many at a time (default: %(default)s)",
    )
    parser.add_argument(
        "--refresh",
        type=between(1, 3_600, float),
        default=0,
        metavar="SECONDS",
        help="viewers read no more often than this (default: as the config says)",
    )
    parser.add_argument(
        "--font-size",
        type=between(1, 200, int),
        default=16,
        metavar="PIXELS",
        help="default: %(default)s; larger is fewer rows",
    )
    parser.add_argument("--wall", action="store_true", help="show the wall")
    parser.add_argument(
        "--allow-writes",
        action="store_true",
        help="viewers may silence, and do what the config allows",
    )
    return parser
