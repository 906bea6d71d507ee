"""`taloscope`: the dashboard on a config."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from random import Random

from tui.backend import Backend
from tui.cli.output import USAGE, complain
from tui.cli.terminal import screen_of_our_own, trouble
from tui.clock import SystemClock
from tui.config import Config, ConfigError, find, load

KNOBS = {
    "TEXTUAL_FPS": "240",  # the beat on which keys are drawn
    "ESCDELAY": "25",  # milliseconds until a lone Esc is believed
    "GRPC_VERBOSITY": "NONE",  # its C core would write on the screen
}
"""Environment variables that libraries read while they are imported."""


def run(explicit: Path | None, environ: Mapping[str, str]) -> int:
    """Open the dashboard and wait for its end."""
    try:
        config = load(find(explicit, environ), environ)
    except ConfigError as error:
        complain(error)
        return USAGE
    if problem := trouble(environ):
        complain(problem)
        return USAGE
    # Nothing made while starting is garbage; looking for it costs the first frame.
    gc.disable()
    for name, value in KNOBS.items():
        os.environ.setdefault(name, value)
    with screen_of_our_own(environ):
        return _show(config)


def _show(config: Config) -> int:
    # Imported here: it reads the knobs, and other verbs do without it.
    from tui.app import TaloscopeApp  # noqa: PLC0415

    clock = SystemClock()

    async def connect() -> Backend:
        """The engine, whose libraries are imported while the first frame shows."""
        engine = await asyncio.to_thread(import_module, "tui.engine.engine")
        _collect_from_now_on()
        backend: Backend = engine.Engine(config, clock, Random())  # noqa: S311 - it spreads retries
        return backend

    app = TaloscopeApp(config, clock, connect)
    app.run()
    return app.return_code or 0


def _collect_from_now_on() -> None:
    """Let the collector work, but never on what was made while starting.

    Collecting first would find some hundred objects and hold the keys for 50 ms.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 100)
