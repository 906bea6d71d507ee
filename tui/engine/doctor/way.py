"""The way to a server, as far as its certificate: DNS, TCP or a port-forward, TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from msgspec import Struct, field

from tui.clock import Clock
from tui.model.diagnosis import Doing, Step, StepState
from tui.model.fault import ADVICE, FaultKind
from tui.model.machine import expires_soon
from tui.model.probe import Address, Handshake, PeerCertificate, Trust
from tui.sources.base import SourceError
from tui.sources.handshake import Dial, dialled, handshake, resolved
from tui.sources.probe import connect

T = TypeVar("T")

DIAL_SECONDS = 5.0
"""For a name to be found, for a connection to be taken, for TLS: each."""
LARGEST_SKEW = timedelta(seconds=5)
_NEEDED = frozenset({Doing.FORWARD, Doing.DNS, Doing.TCP, Doing.TLS, Doing.AUTH})

UNVERIFIED = "its certificate is not verified"
_WHY: Mapping[Trust, str] = {
    Trust.UNKNOWN_CA: "its certificate is signed by a CA that we do not know",
    Trust.EXPIRED: "its certificate has expired",
    Trust.NOT_YET_VALID: "its certificate is not yet valid",
    Trust.OTHER_NAME: "its certificate is not valid for this name",
    Trust.INVALID: "its certificate is not valid",
}
CURES: Mapping[Trust, str] = {
    Trust.UNKNOWN_CA: "If that issuer is yours, give the endpoint its CA: ca_file.",
    Trust.EXPIRED: "Renew it on the server. If it is new there, set this clock right.",
    Trust.NOT_YET_VALID: "Compare this machine's clock with the server's.",
    Trust.OTHER_NAME: "Use a name or address that the certificate has, or add this one "
    "to it.",
    Trust.INVALID: ADVICE[FaultKind.TLS],
}


class Limits(Struct, frozen=True):
    """The clock, and how long an answer may take."""

    clock: Clock
    seconds: float

    @property
    def dial_seconds(self) -> float:
        """For each part of a connection."""
        return min(self.seconds, DIAL_SECONDS)

    async def timed(self, work: Awaitable[T]) -> tuple[T, float]:
        """What it gives, and how many seconds it took."""
        began = self.clock.monotonic()
        found = await work
        return found, self.clock.monotonic() - began


class Goal(Struct, frozen=True):
    """Where a connection is to lead."""

    address: Address
    tls: ssl.SSLContext | None = None
    """None: TLS is not spoken there."""
    name: str = ""
    """Whom the certificate must name, where that is not the host."""
    subject: str = ""
    cures: Mapping[Trust, str] = field(default_factory=lambda: CURES)


def is_end(step: Step) -> bool:
    """Whether nothing that comes after it can be tried."""
    return step.is_ill and step.what in _NEEDED


Stage: TypeAlias = tuple[
    AsyncGenerator[Step, None], Callable[[Step], tuple[Doing, ...]]
]
"""Steps, and what is told to be left out when they end at one of them."""


async def in_turn(*stages: Stage) -> AsyncGenerator[Step, None]:
    """The steps of all stages, up to the first after which nothing can be tried."""
    for stage, rest in stages:
        async with aclosing(stage) as found:
            async for step in found:
                yield step
                if is_end(step):
                    for each in left_out(*rest(step)):
                        yield each
                    return


async def way(goal: Goal, limits: Limits) -> AsyncGenerator[Step, None]:
    """DNS, TCP and TLS of one address, up to the first that fails."""
    for tried in (_dns(goal, limits), _tcp(goal, limits)):
        step = await tried
        yield step
        if step.is_ill:
            return
    if goal.tls is not None:

        async def dial(tls: ssl.SSLContext) -> asyncio.StreamWriter:
            return (await dialled(goal.address, tls, goal.name))[1]

        for step in await shaken(goal, dial, limits):
            yield step


async def _dns(goal: Goal, limits: Limits) -> Step:
    host = goal.address.host
    try:
        async with asyncio.timeout(limits.dial_seconds):
            found, took = await limits.timed(resolved(goal.address))
    except TimeoutError:
        told = f"no answer for {host} within {limits.dial_seconds:g} s"
        advice = "Look at this machine's name server: /etc/resolv.conf."
        return Step(Doing.DNS, StepState.ILL, told, advice, goal.subject)
    except SourceError as error:
        advice = "Check the spelling of the name, and this machine's name server."
        told = f"{host}: {error.fault.summary}"
        return Step(Doing.DNS, StepState.ILL, told, advice, goal.subject)
    if list(found) == [host]:
        return Step(
            Doing.DNS, StepState.WELL, f"{host} is an address", "", goal.subject
        )
    told = f"{host} is {', '.join(found)}"
    return Step(Doing.DNS, StepState.WELL, told, "", goal.subject, seconds=took)


async def _tcp(goal: Goal, limits: Limits) -> Step:
    address = goal.address
    try:
        async with asyncio.timeout(limits.dial_seconds):
            found, took = await limits.timed(connect(address))
    except TimeoutError:
        told = f"{address} does not answer within {limits.dial_seconds:g} s"
        advice = "Nothing comes back: a firewall, no route, or the machine is down."
        return Step(Doing.TCP, StepState.ILL, told, advice, goal.subject)
    except SourceError as error:
        told = f"{address} {error.fault.summary}"
        return Step(Doing.TCP, StepState.ILL, told, error.fault.advice, goal.subject)
    told = f"{Address(found, address.port)} answers"
    return Step(Doing.TCP, StepState.WELL, told, "", goal.subject, seconds=took)


async def shaken(goal: Goal, dial: Dial, limits: Limits) -> tuple[Step, ...]:
    """TLS on whatever way leads there, and until when the certificate is good."""
    tls = goal.tls
    is_verified = tls is None or tls.verify_mode is not ssl.CERT_NONE
    try:
        async with asyncio.timeout(limits.dial_seconds):
            shake = handshake(goal.address, dial, tls)
            found, took = await limits.timed(shake)
    except TimeoutError:
        told = f"no TLS within {limits.dial_seconds:g} s"
        advice = "It accepts and says nothing: is that the right port?"
        return (Step(Doing.TLS, StepState.ILL, told, advice, goal.subject),)
    except SourceError as error:
        return (failed(Doing.TLS, error, goal.subject),)
    who = _who(found.certificate)
    if found.trust is Trust.TRUSTED:
        told = f"{found.protocol}, {who}"
        step = Step(Doing.TLS, StepState.WELL, told, "", goal.subject, seconds=took)
    else:
        told = f"{_why(found, goal)}: {who}"
        advice = goal.cures.get(found.trust, CURES[found.trust])
        step = Step(Doing.TLS, StepState.ILL, told, advice, goal.subject)
    shown = found.certificate
    span = shown.not_before, shown.not_after
    until = lasting(span, limits.clock.now(), "Renew it on the server.", goal.subject)
    if is_verified:
        return step, until
    return step, until, unverified(goal.subject)


def unverified(subject: str) -> Step:
    """A step that is never well."""
    advice = "Give it ca_file, and take insecure out."
    return Step(Doing.UNVERIFIED, StepState.ILL, UNVERIFIED, advice, subject)


def _why(found: Handshake, goal: Goal) -> str:
    why = _WHY[found.trust]
    if found.trust is Trust.OTHER_NAME:
        return f"{why}, {goal.name or goal.address.host}"
    return f"{why} ({found.said})" if found.trust is Trust.INVALID else why


def _who(shown: PeerCertificate) -> str:
    """Whose certificate it is, and who says so."""
    names = ", ".join(shown.names)
    for_whom = f" for {names}" if names else ""
    return f"{shown.subject or 'no subject'}{for_whom}, by {shown.issuer or 'nobody'}"


def lasting(
    span: tuple[datetime | None, datetime],
    now: datetime,
    advice: str,
    subject: str = "",
    what: Doing = Doing.CERTIFICATE,
) -> Step:
    """Until when something is good.

    span    its first moment, where it says so, and its last
    """
    begin, end = span
    days = (end - now).days
    left = f"{days} days left" if days != 1 else "1 day left"
    if end - now < timedelta(days=1):
        left = f"{max(0, (end - now) // timedelta(hours=1))} h left"
    if end <= now:
        left = "over"
    since = f"{begin:%Y-%m-%d %H:%M} to " if begin else "until "
    told = f"{since}{end:%Y-%m-%d %H:%M} UTC, {left}"
    if begin is not None and begin > now:
        advice = CURES[Trust.NOT_YET_VALID]
        return Step(what, StepState.ILL, f"not yet valid: {told}", advice, subject)
    if expires_soon(begin, end, now):
        return Step(what, StepState.ILL, told, advice, subject)
    return Step(what, StepState.WELL, told, "", subject)


def clock(shown: datetime | None, took: float, limits: Limits) -> Step | None:
    """A server's clock against ours; None when it showed none.

    took    seconds that its answer took: it was asked in the midst of them
    """
    if shown is None:
        return None
    ours = limits.clock.now() - timedelta(seconds=took / 2)
    off = shown - ours
    seconds = int(off.total_seconds())
    told = f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} this machine"
    if abs(off) > LARGEST_SKEW:
        advice = "Set the clocks right (NTP): ages, silences and tokens are wrong."
        return Step(Doing.CLOCK, StepState.ILL, told, advice)
    told = told if abs(seconds) > 1 else "the same as this machine's"
    return Step(Doing.CLOCK, StepState.WELL, told)


def failed(what: Doing, error: SourceError, subject: str = "", name: str = "") -> Step:
    """A step that ended with a fault."""
    fault = error.fault
    return Step(what, StepState.ILL, fault.words, fault.advice, subject, name)


def left_out(*doings: Doing) -> tuple[Step, ...]:
    """Steps that were not tried, for what comes before them failed."""
    return tuple(Step(each, StepState.LEFT_OUT) for each in doings)
