"""The streams of this process: that they are there, their letters, and their end."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Mapping
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, TextIO

from tui.cli.output import complain
from tui.cli.terminal import has_only_ascii, is_utf8

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

UNWRITTEN = 5
"""Exit code where something could not be written, as on a full disk."""
CUT_OFF = 141
"""As shells tell that a program was ended by SIGPIPE."""
_IN_ASCII = "taloscope.ascii"
"""How an encoder calls `_in_ascii`."""


class Descriptor(FileIO):
    """One that is written to, and knows why that failed first."""

    error: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.error = self.error or error
            raise


def make_ours(environ: Mapping[str, str]) -> None:
    """Have all three, and have them take every text: the signs of ASCII for others
    where the locale or the encoding has no more.
    """
    _fill()
    codecs.register_error(_IN_ASCII, _in_ascii)
    # Python has None for one that was closed, which its types do not tell.
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False, encoding="utf-8")
    sys.stdout = _ours(1, sys.stdout, environ)
    sys.stderr = _ours(2, sys.stderr, environ)


def _ours(number: int, given: TextIO | None, environ: Mapping[str, str]) -> TextIO:
    """The same stream, which takes every text, and remembers what failed."""
    encoding, errors = given.encoding if given else "utf-8", "backslashreplace"
    is_seen = given is not None and given.isatty()
    is_poor = has_only_ascii(environ) if is_seen else not is_utf8(environ)
    if is_poor or not _is_unicode(encoding):
        encoding, errors = "ascii", _IN_ASCII
    is_prompt = isinstance(given, TextIOWrapper) and (
        given.line_buffering or given.write_through
    )
    return TextIOWrapper(
        BufferedWriter(Descriptor(number, "w", closefd=False)),
        encoding,
        errors,
        line_buffering=is_prompt,
    )


def has_signs(stream: TextIO) -> bool:
    """Whether it takes more than ASCII."""
    return _is_unicode(stream.encoding)


def finished(code: int) -> int:
    """Write what is left; returns the exit code, another one where that fails.

    What could not be complained of changes no code: it says what was found.
    """
    lost = _lost(sys.stdout)
    if lost is not None and not isinstance(lost, BrokenPipeError):
        is_closed = lost.errno == errno.EBADF
        why = "standard output is closed" if is_closed else lost.strerror
        complain(f"could not write: {why}")
    _lost(sys.stderr)
    if lost is None:
        return code
    # Who had enough of it, as `head` has, closes the pipe.
    return CUT_OFF if isinstance(lost, BrokenPipeError) else UNWRITTEN


def is_cut_short() -> bool:
    """Whether either could not be written, so that a verb may have ended there."""
    return any(_lost(stream) is not None for stream in (sys.stdout, sys.stderr))


def _lost(stream: TextIO) -> OSError | None:
    """Why it could not be written, or not all of it.

    Python would complain when it closes the stream: from then on that leads nowhere.
    """
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    lost = raw.error if isinstance(raw, Descriptor) else None
    try:
        stream.flush()
    except OSError as error:
        lost = lost or error
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    return lost


def _fill() -> None:
    """Open what we were given closed: the next file would get its number.

    To standard output nothing can be written then, as before; what nobody wants to be
    told goes nowhere.
    """
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)


def _is_unicode(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith("utf-")


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """What stands for those letters, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from widgets.ascii import to_ascii  # noqa: PLC0415 - seldom needed: rich

    return to_ascii(error.object[error.start : error.end]), error.end
