"""`taloscope`: the dashboard on a config."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING

from tui.aside import in_slices
from tui.backend import Backend
from tui.cli import garbage, spare
from tui.cli.output import USAGE, complain
from tui.cli.terminal import has_only_ascii, screen_of_our_own, trouble
from tui.clock import Clock, SystemClock
from tui.config import Config, ConfigError, find, load

if TYPE_CHECKING:
    from tui.app import TaloscopeApp

KNOBS = {
    "TEXTUAL_FPS": "240",  # the beat on which keys are drawn
    "ESCDELAY": "25",  # milliseconds until a lone Esc is believed
    "GRPC_VERBOSITY": "NONE",  # its C core would write on the screen
}
"""Environment variables that libraries read while they are imported."""


Connect = Callable[[Config, Clock], Awaitable[Backend]]


def run(
    explicit: Path | None, environ: Mapping[str, str], *, is_wall: bool = False
) -> int:
    """Open the dashboard on the estate of a config, and wait for its end."""
    try:
        config = load(find(explicit, environ), environ)
    except ConfigError as error:
        complain(error)
        return USAGE
    return opened(config, environ, is_wall=is_wall)


def opened(
    config: Config,
    environ: Mapping[str, str],
    connect: Connect | None = None,
    *,
    is_wall: bool = False,
) -> int:
    """Open the dashboard and wait for its end.

    connect  gives what is shown; None: the estate of the config
    """
    if problem := trouble(environ):
        complain(problem)
        return USAGE
    prepare()
    with screen_of_our_own(environ):
        return _show(config, environ, connect, is_wall=is_wall)


def prepare() -> None:
    """What must be before Textual is imported."""
    garbage.collect_nothing_yet()
    in_slices()
    for name, value in KNOBS.items():
        os.environ.setdefault(name, value)
    spare.textual()


def _show(
    config: Config,
    environ: Mapping[str, str],
    other: Connect | None = None,
    *,
    is_wall: bool,
) -> int:
    # Imported here: it reads the knobs, and other verbs do without it.
    from tui.app import TaloscopeApp  # noqa: PLC0415
    from tui.present.glyphs import ASCII, UNICODE  # noqa: PLC0415

    clock = SystemClock()
    tasks: list[asyncio.Task[None]] = []
    """Held here, as the loop does not hold them."""

    async def connect() -> Backend:
        """The engine, whose libraries are imported while the first frame shows."""
        from tui.cli import crashes, thrift  # noqa: PLC0415 - after the first frame

        await asyncio.to_thread(thrift.save)
        tasks.append(asyncio.create_task(thrift.keep_trim(clock)))
        quiet = garbage.collect_when_quiet(clock, lambda: app.touches)
        tasks.append(asyncio.create_task(quiet))
        if words := await asyncio.to_thread(crashes.greeting, environ):
            app.notify(words, severity="warning", timeout=15, markup=False)
        if other is not None:
            return await other(config, clock)
        return await watched(config, clock, environ)

    marks = ASCII if has_only_ascii(environ) else UNICODE
    app = TaloscopeApp(config, clock, connect, marks, is_wall=is_wall)
    app.run(mouse=not is_wall)
    return ended(app, clock, environ)


async def watched(config: Config, clock: Clock, environ: Mapping[str, str]) -> Backend:
    """The estate of the config, remembered and recorded."""
    engine = await asyncio.to_thread(import_engine)
    from tui.cli.remember import book  # noqa: PLC0415 - after the first frame
    from tui.cli.taped import recorded  # noqa: PLC0415 - after the first frame
    from tui.state.audit import audit_log  # noqa: PLC0415 - after the first frame
    from tui.state.undo import undo_folder  # noqa: PLC0415 - after the first frame

    kept = audit_log(environ), book(environ, clock), undo_folder(environ)
    backend: Backend = engine.Engine(config, clock, Random(), *kept)  # noqa: S311 - it spreads retries
    return recorded(backend, config, clock, environ)


def ended(app: TaloscopeApp, clock: Clock, environ: Mapping[str, str]) -> int:
    """Tell of the fault that ended it, if one did. Returns the exit code."""
    if app.crash is not None:
        from tui.cli import crashes  # noqa: PLC0415 - seldom needed

        complain(crashes.told(app.crash, clock.now(), environ))
    return app.return_code or 0


def import_engine() -> ModuleType:
    """Import what talks to servers, and what records; it takes half a second."""
    spare.clients()
    engine = import_module("tui.engine.engine")
    import_module("tui.cli.taped")
    import_module("tui.model.kernel").prepare()
    with suppress(ImportError):
        # What httpcore locks with would else be loaded at the first request, on the
        # loop: 20 ms.
        import_module("anyio._backends._asyncio")
    garbage.collect_from_now_on()
    return engine
