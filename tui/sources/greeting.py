"""What an HTTP server says of itself: its version, and what its clock shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from tui.model.fault import FaultKind
from tui.model.fleet import SourceKind
from tui.sources.base import SourceError
from tui.sources.http import Request
from tui.sources.http_fault import Answer
from tui.sources.text import first_line
from tui.sources.wire import decode_little

Send = Callable[[Request], Awaitable[Answer]]
_PATHS: Mapping[SourceKind, str] = {
    SourceKind.PROMETHEUS: "/api/v1/status/buildinfo",
    SourceKind.ALERTMANAGER: "/api/v2/status",
    SourceKind.LOKI: "/loki/api/v1/status/buildinfo",
    SourceKind.KUBERNETES: "/version",
}


class _Version(msgspec.Struct, frozen=True):
    version: str = ""


class _Build(msgspec.Struct):
    """What any of them answers. wire: Prometheus {"data"}, Alertmanager
    {"versionInfo"}, Loki and Kubernetes the thing itself"""

    version: str = ""
    git_version: str = msgspec.field(default="", name="gitVersion")
    data: _Version = _Version()
    info: _Version = msgspec.field(default=_Version(), name="versionInfo")


_BUILD = msgspec.json.Decoder(_Build)


class Greeting(Struct, frozen=True):
    """Its first answer to whom it lets in."""

    version: str
    """Empty where it does not say."""
    at: datetime | None = None
    """Its clock, to the second."""


async def greet(send: Send, kind: SourceKind) -> Greeting:
    """Ask a server for its version. One that has no such path has let us in, too.

    raise   SourceError
    """
    try:
        answer = await send(Request(_PATHS[kind]))
    except SourceError as error:
        if error.fault.kind is FaultKind.NOT_FOUND:
            return Greeting("")
        raise
    found = decode_little(answer, _BUILD)
    said = (found.version, found.git_version, found.data.version, found.info.version)
    return Greeting(first_line("".join(said)), answer.date)
