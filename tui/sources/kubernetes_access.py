"""How a context of a kubeconfig lets us in: session, and what each request carries."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tui.clock import turn
from tui.config import Endpoint
from tui.model.fault import Fault, FaultKind
from tui.model.machine import Certificate
from tui.sources import kubernetes_wire as wire
from tui.sources.base import SourceError
from tui.sources.child import end
from tui.sources.http import HttpSession, Way
from tui.sources.http_fault import source_error
from tui.sources.kubeconfig import REFUSED
from tui.sources.kubernetes_expiry import expiry
from tui.sources.server_clock import ServerClock
from tui.sources.text import first_line

PLUGIN_SECONDS = 9.0
"""For a kubeconfig to be read: its plugin may have to ask a server of its own."""

AT_ONCE_TURNS = 5
"""Of the event loop: what is wanted within them is read together."""

_READER = Path(__file__).with_name("kubeconfig.py")


class Access(Struct, frozen=True):
    """How to get in, as a kubeconfig says; tokens age."""

    session: HttpSession
    headers: Mapping[str, str]
    certificate: Certificate | None = None
    """Until when it is good, as far as it says; None for what a plugin renews."""


class UnusableError(SourceError):
    """Nothing can be read from the kubeconfig: of no context of it."""


class Together:
    """Has contexts of one kubeconfig that are wanted at once read by one process.

    Only those that need no plugin, as none may wait for another's: they are read alone.
    """

    def __init__(self, kubeconfig: Path | None) -> None:
        self._kubeconfig = kubeconfig
        self._wanted: set[str] = set()
        self._found: dict[str, wire.AccessWire] = {}
        self._alone: set[str] = set()
        """Those that did not come with others."""
        self._unusable: dict[str, Fault] = {}
        self._reading = asyncio.Lock()

    async def take(self, context: str) -> wire.AccessWire | None:
        """What it says by now; None when it is to be read alone.

        raise   SourceError(CONFIG) when nothing can be read from the kubeconfig
        """
        if context in self._alone:
            return None
        self._wanted.add(context)
        async with self._reading:
            if context in self._wanted:
                for _ in range(AT_ONCE_TURNS):
                    await turn()
                await self._read()
        if (fault := self._unusable.pop(context, None)) is not None:
            raise SourceError(fault)
        return self._found.pop(context, None)

    async def _read(self) -> None:
        wanted, self._wanted, self._found = self._wanted, set(), {}
        self._unusable = {}
        if len(wanted) == 1:
            return
        # What is wrong with one of them is told by the reading of that one alone.
        with suppress(SourceError, msgspec.MsgspecError):
            try:
                output, _ = await output_of("--each", self._kubeconfig, *sorted(wanted))
            except UnusableError as error:
                self._unusable = dict.fromkeys(wanted, error.fault)
                return
            self._found = wire.ACCESSES.decode(output)
            self._alone |= wanted - self._found.keys()


async def load(
    context: str,
    kubeconfig: Path | None,
    timeout_seconds: float,
    plugin_seconds: float,
    clock: ServerClock | None = None,
    together: Together | None = None,
) -> Access:
    """Have the kubeconfig read; it may name a plugin, which is run.

    raise   SourceError(CONFIG)
    """
    found = await together.take(context) if together else None
    if found is None:
        found = await _read(context, kubeconfig, plugin_seconds)
    _hold_host(context, found)
    endpoint = Endpoint(urls=(found.host,))
    is_tls = found.host.startswith("https")
    try:
        tls = await asyncio.to_thread(_tls, found) if is_tls else None
    except OSError as error:
        raise _error(context, str(error)) from error
    session = HttpSession(
        endpoint,
        found.host,
        timeout_seconds,
        way=Way(found.proxy, found.server_name, tls, clock, _remedies(context)),
    )
    token = found.authorization
    headers = {"Authorization": token} if token else {}
    until = None
    if not found.is_renewed:
        until = expiry(f"kubeconfig {context}", found.certificate, token)
    return Access(session, {**headers, **found.impersonate}, until)


async def _read(
    context: str, kubeconfig: Path | None, plugin_seconds: float
) -> wire.AccessWire:
    output, errors = await output_of(context, kubeconfig, plugin_seconds=plugin_seconds)
    try:
        access = wire.ACCESS.decode(output)
    except msgspec.MsgspecError as error:
        raise _error(context, str(error)) from error
    if errors and not access.authorization and not access.certificate:
        raise _error(context, _last_line(errors))  # a plugin that failed
    return access


def _hold_host(context: str, access: wire.AccessWire) -> None:
    try:
        _ = urlsplit(access.host).port
    except ValueError as error:
        raise _error(context, f"{access.host} is no URL: {error}") from error


ALL_CONTEXTS = "--list"
_REMEDY = "Correct the kubeconfig, or see to the plugin that it runs."
_PLUGIN = "See to the plugin that the kubeconfig runs: it may wait for a login."
_CLASS = re.compile(r"^(?:ERROR:root:|[\w.]+(?:Error|Exception): )")


async def output_of(
    context: str,
    kubeconfig: Path | None,
    *contexts: str,
    plugin_seconds: float = PLUGIN_SECONDS,
) -> tuple[bytes, bytes]:
    """Run the program that reads it, and end it when it takes too long.

    context  or what else it is asked for; see kubeconfig.py
    return   what it wrote to standard output and error
    raise   SourceError(CONFIG)
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", str(_READER), context),
        str(kubeconfig or ""),
        *contexts,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(plugin_seconds):
            output, errors = await process.communicate()
    except TimeoutError:
        told = "its plugin gave no credentials in time"
        raise _told(context, told, _PLUGIN) from None
    finally:
        await end(process)  # its plugin too
    if process.returncode == REFUSED:
        with suppress(msgspec.MsgspecError):
            raise _refusal(context, _REFUSAL.decode(output))
    if process.returncode != 0:
        raise _error(context, _last_line(errors))
    return output, errors


def _remedies(context: str) -> dict[int, str]:
    who = f"the user of context {context}" if context else "the current user"
    return {
        401: f"Log in again, or renew what {who} has in the kubeconfig.",
        403: f"Give {who} the right: rbac.yaml lists each, and what is lost without.",
    }


def _tls(access: wire.AccessWire) -> ssl.SSLContext:
    """Blocking: the standard library takes a certificate and its key from files."""
    context = ssl.create_default_context(cadata=access.ca or None)
    if not access.is_verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if access.certificate:
        # In memory: the key must not come to lie on a disk.
        file = os.memfd_create("client.pem")
        try:
            os.write(file, f"{access.certificate}\n{access.key}".encode())
            context.load_cert_chain(f"/proc/self/fd/{file}")
        finally:
            os.close(file)
    return context


def _last_line(errors: bytes) -> str:
    """The error at the end of a traceback, without the name of its class."""
    lines = errors.decode(errors="replace").strip().splitlines()
    told = " ".join(line.strip() for line in lines[-2 if _is_place(lines) else -1 :])
    return _CLASS.sub("", told) or "its reader failed without a word"


def _is_place(lines: Sequence[str]) -> bool:
    """Whether the last line only says where: in which file, of YAML."""
    return bool(lines) and lines[-1].lstrip().startswith("in ")


class _RefusalWire(msgspec.Struct):
    """What the reader writes instead where it can say what is wrong."""

    reason: str
    remedy: str
    is_of_all: bool
    """Of whatever context."""


_REFUSAL = msgspec.json.Decoder(_RefusalWire)


def _refusal(context: str, refused: _RefusalWire) -> SourceError:
    reason, remedy = first_line(refused.reason), first_line(refused.remedy)
    if context == ALL_CONTEXTS:
        return _told(context, reason, remedy)
    error = UnusableError if refused.is_of_all else SourceError
    return error(Fault(FaultKind.CONFIG, reason, remedy=remedy))


def unread(context: str) -> Fault:
    """Of a context whose kubeconfig is still being read when the time is over."""
    summary = f"the {_where(context)} of the kubeconfig is still being read"
    return Fault(FaultKind.CONFIG, summary, remedy=_PLUGIN)


def _where(context: str) -> str:
    return f"context {context!r}" if context else "current context"


def _error(context: str, reason: str) -> SourceError:
    return _told(context, reason, _REMEDY)


def _told(context: str, reason: str, remedy: str) -> SourceError:
    summary = f"cannot use the {_where(context)} of the kubeconfig"
    if context == ALL_CONTEXTS:
        summary = "cannot read the kubeconfig"
    error = source_error(FaultKind.CONFIG, summary, reason)
    return SourceError(replace(error.fault, remedy=remedy))
