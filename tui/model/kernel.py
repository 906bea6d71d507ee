"""What a kernel line is a sign of: one compiled pass over the whole catalogue.

It reads lines in any of the forms in which Talos hands them over: the bare message, a
dmesg record, or the JSON body of shipped logs. It keeps nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.model.kernel_catalogue import CATALOGUE

if TYPE_CHECKING:
    from tui.model.re2 import LineSieve


class KernelSign(Struct, frozen=True, gc=False):
    """What one line is a sign of."""

    kind: str
    severity: str
    device: str
    """`sdb`, `2:0:0:1`, `session1`, …; empty when the line names none."""
    meaning: str
    advice: str


GRAVITY = {each.meaning: place for place, each in enumerate(CATALOGUE)}
"""Place in the table by meaning: 0 is the gravest."""

# What may stand before the message: a dmesg record's head, a kernel clock, a date.
_HEAD = (
    r"\s*(?:\w+: +\w+: \[[^\]]*\]: )?(?:\[ *\d+\.\d+\] )?"
    r"(?:\d{4}[-/]\d\d[-/]\d\d[T ]\S+ )?\s*"
)
_SHORT = re.compile(r"\.\{0,\d+\}\?")
_FEW = 16
"""So many lines are read one by one."""
_FIELDS = re.compile(r"\s*\n (?:SUBSYSTEM|DEVICE)=[^\n]*")
# Lone surrogates too: JSON may hold them, no file can.
_NOISE = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|[^\S ]+|[\x00-\x1f\x7f-\x9f\ud800-\udfff]"
)


def classify(line: str) -> KernelSign | None:
    """What a line is a sign of; None for an everyday line, a recovery included."""
    hit = _any().match(_message(line))
    if hit is None or hit.lastgroup is None:
        return None
    found = CATALOGUE[int(hit.lastgroup[1:])]
    first = hit.re.groupindex[hit.lastgroup]
    # Groups of the alternatives that did not match are None.
    device = next(filter(None, hit.groups()[first:]), "")
    return KernelSign(found.kind, found.severity, device, found.meaning, found.advice)


def signs(lines: Sequence[str]) -> Iterator[tuple[int, KernelSign]]:
    """Those of many lines that are a sign of something, with their places, in order.

    The same as `classify` of each, at a fraction of the cost: of everyday lines.
    """
    few = len(lines) < _FEW
    for place in range(len(lines)) if few else _sieve().places(lines):
        sign = classify(lines[place])
        if sign is not None:
            yield place, sign


def prepare() -> None:
    """Compile the catalogue, which takes 10 ms and more: from any thread."""
    _any()
    _sieve()


@cache
def _sieve() -> LineSieve:
    """Lets pass each line that `classify` knows, and not many others.

    It looks for the patterns anywhere in a line, and bears longer stretches between
    their words. What JSON may hide, it hides behind a backslash: that passes too.
    """
    from tui.model.re2 import LineSieve  # noqa: PLC0415 - only where much is read

    patterns = (_SHORT.sub(".*", each.pattern) for each in CATALOGUE)
    return LineSieve(patterns)


@cache
def _any() -> re.Pattern[str]:
    """The whole catalogue; the first frame does without it."""
    kinds = (f"(?P<c{place}>{each.pattern})" for place, each in enumerate(CATALOGUE))
    return re.compile(f"{_HEAD}(?:{'|'.join(kinds)})")


def kind_of(line: str) -> str:
    """The class of a line; empty for an everyday one."""
    sign = classify(line)
    return sign.kind if sign else ""


def text_of(line: str) -> str:
    """The message as a person reads it: one line, trimmed, without its JSON body.

    The kernel's ` SUBSYSTEM=` and ` DEVICE=` lines are left out, and so are colours and
    control characters, and what no file can hold.
    """
    text = _message(line).strip()
    if text.isprintable():
        return text
    return _NOISE.sub(_blank, _FIELDS.sub("", text)).strip()


def body_fields(line: str) -> tuple[tuple[str, str], ...]:
    """What a json_lines body holds beside the message, by name; empty for others."""
    if not line.startswith("{"):
        return ()
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        return ()
    return tuple(
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in body.items()
        if name != "msg"
    )


# include/scsi/iscsi_if.h, enum iscsi_err
_ISCSI_CODES = {
    1001: "data came out of order",
    1002: "data came at a wrong offset",
    1003: "the target's command window went backwards",
    1004: "a command number was not expected",
    1005: "an unknown operation came",
    1006: "a data segment was too long",
    1007: "a header segment was too long",
    1008: "the protocol was broken",
    1009: "the LUN is not valid",
    1010: "an answer to nothing that was asked",
    1011: "the connection failed",
    1012: "a transfer came out of order",
    1013: "the session failed",
    1014: "a header came damaged: its digest is wrong",
    1015: "data came damaged: its digest is wrong",
    1016: "a parameter is not known",
    1017: "a command is not known",
    1018: "the initiator is not valid",
    1019: "sending failed",
    1020: "the other end closed the TCP connection",
    1021: "the session was reset after an error of a disk",
    1022: "the target did not answer a ping in time",
}
_ISCSI_ERROR = re.compile(
    r"connection\d+:\d+: detected conn error \((\d{4})\)"
    r"|Kernel reported iSCSI connection \d+:\d+ error \((\d{4})\b"
)


def explained(line: str) -> str:
    """The error code of an iSCSI connection in words; empty where there is none."""
    hit = _ISCSI_ERROR.search(line)
    code = int(hit[1] or hit[2]) if hit else 0
    words = _ISCSI_CODES.get(code, "")
    return f"{code}: {words}" if words else ""


def _blank(noise: re.Match[str]) -> str:
    return " " if noise[0].isspace() else ""


def _message(line: str) -> str:
    """`msg` of a json_lines body; any other line as it is."""
    if not line.startswith("{"):
        return line
    try:
        message = json.loads(line)["msg"]
    except (ValueError, KeyError, RecursionError):
        return line
    return message if isinstance(message, str) else line
