"""The command line from outside: every verb begins and ends here.

What all of them share is told here alone: what ctrl+c does, and what becomes of output
that cannot be written. It imports nothing of weight, so that ctrl+c finds it early.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

INTERRUPTED = 130
"""As shells tell that a program was ended by SIGINT."""

Handler = Callable[[int, FrameType | None], object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code.

    arguments   None: those of this process, which is ours then, with its streams and
                its signals
    raise       SystemExit when the command line is wrong, or was a question for help
    """
    if arguments is not None:
        return _guarded(arguments, lambda _: None)
    on_interrupt = _hear if _is_heard() else lambda _: None
    on_interrupt(_leave)
    sys.unraisablehook = _unraised
    from tui.cli import streams  # noqa: PLC0415 - from here on ctrl+c is heard

    streams.make_ours(os.environ)
    code = _guarded(None, on_interrupt)
    if code == INTERRUPTED:
        _leave()  # threads that wait for a server have nobody to tell
    return code


def _guarded(
    arguments: Sequence[str] | None, on_interrupt: Callable[[Handler], None]
) -> int:
    """Run it, and write what is left."""
    from tui.cli import streams  # noqa: PLC0415 - as in main

    try:
        code = _run(arguments, on_interrupt)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as end:
        on_interrupt(_leave)
        raise SystemExit(streams.finished(int(end.code or 0))) from None
    except OSError:
        on_interrupt(_leave)
        if not streams.is_cut_short():
            raise
        code = streams.UNWRITTEN
    on_interrupt(_leave)
    return streams.finished(code)


def _run(
    arguments: Sequence[str] | None, on_interrupt: Callable[[Handler], None]
) -> int:
    from tui.cli import verbs  # noqa: PLC0415 - as in main

    verb = verbs.chosen(arguments)
    # Only a verb has something to put back: a terminal, a lab, half of a file.
    on_interrupt(signal.default_int_handler)
    return verb()


def _is_heard() -> bool:
    """Not where a shell told those in its background to ignore it."""
    return signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _hear(handler: Handler) -> None:
    signal.signal(signal.SIGINT, handler)


def _leave(*_: object) -> None:
    """End at once: an exception would be told, or lost, where imports meet it."""
    os._exit(INTERRUPTED)


def _unraised(told: sys.UnraisableHookArgs) -> None:
    """What came where nothing can be raised, as in the locks of imports."""
    if issubclass(told.exc_type, KeyboardInterrupt):
        _leave()
    sys.__unraisablehook__(told)
