"""A target with everything that was answered about it, and what a check is made of.

It carries answers; it does not ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tui.model.examination import (
    Ask,
    Asked,
    ExamState,
    Place,
    Reply,
    Subject,
    TargetCheck,
)
from tui.model.fault import Fault, FaultKind
from tui.model.question import ServiceMonitors
from tui.model.scrape_error import ScrapeError, scrape_error


class ExamCase(Struct, frozen=True):
    """What is known at one moment of an examination."""

    subject: Subject
    replies: Mapping[Ask, Reply]
    pending: frozenset[Ask]
    """Asked, and not yet answered."""
    now: datetime

    def value(self, ask: Ask) -> Any:
        """What was answered; None when it failed, or is not there yet."""
        reply = self.replies.get(ask)
        return reply.value if reply is not None else None

    def fault(self, ask: Ask) -> Fault | None:
        """Why there is no answer; None when there is one, or none yet."""
        reply = self.replies.get(ask)
        return reply.fault if reply is not None else None

    @property
    def error(self) -> ScrapeError | None:
        """What Prometheus says; None when it says nothing."""
        text = self.subject.last_error
        return scrape_error(text) if text else None


class Result(Struct, frozen=True):
    """What the answers to a check amount to."""

    state: ExamState
    words: str
    """What was found, in one line."""
    meaning: str = ""
    """What that means, and what to do."""
    cause: str = ""
    """One sentence, when this may well be why the target is down."""
    seen: tuple[str, ...] = ()
    """The values that it rests on."""


def passed(words: str, meaning: str = "", cause: str = "") -> Result:
    """It is as it should be."""
    return Result(ExamState.PASSED, words, meaning, cause)


def failed(words: str, meaning: str, cause: str) -> Result:
    """It is not, and that explains something."""
    return Result(ExamState.FAILED, words, meaning, cause)


def unclear(words: str, meaning: str = "") -> Result:
    """The answers say neither."""
    return Result(ExamState.UNKNOWN, words, meaning)


def saw(result: Result, *lines: str) -> Result:
    """The same with the values that it rests on."""
    return replace(result, seen=lines)


Asks: TypeAlias = Callable[[ExamCase], tuple[Ask, ...]]
"""What must be asked, as far as it is known by now: an answer may lead to more."""


def nothing(_: ExamCase) -> tuple[Ask, ...]:
    """For a check that reads what is known already."""
    return ()


def always(_: Subject) -> bool:
    """For a check that is made of every target of its kind."""
    return True


class ExamRule(Struct, frozen=True):
    """One check, as data."""

    id: str
    title: str
    """What should be so, in a few words."""
    asks: Asks
    read: Callable[[ExamCase], Result]
    """Called when all that it asks was answered, be it by a fault."""
    applies: Callable[[Subject], bool] = always
    is_from_here: bool = False
    needs_answers: bool = True
    """Without them it cannot tell; else it reads what there is."""

    def check(self, case: ExamCase) -> tuple[TargetCheck, Result | None]:
        """How far it has come; the result once everything is answered."""
        asks = self.asks(case)
        asked = tuple(_asked(case, ask) for ask in asks)
        blank = TargetCheck(
            self.id,
            self.title,
            ExamState.NOT_RUN,
            asked=asked,
            is_from_here=self.is_from_here,
        )
        if any(ask in case.pending for ask in asks):
            return replace(blank, state=ExamState.RUNNING), None
        if any(ask not in case.replies for ask in asks):
            return blank, None
        blind = blindness(case, asks) if self.needs_answers else None
        found = blind or self.read(case)
        done = replace(
            blank,
            state=found.state,
            words=found.words,
            meaning=found.meaning,
            seen=found.seen,
        )
        return done, found


def blindness(case: ExamCase, asks: Iterable[Ask]) -> Result | None:
    """That a Kubernetes API did not answer; what a probe came to is for its reader."""
    for ask in asks:
        fault = case.fault(ask)
        if fault is None or ask.place is Place.HERE:
            continue
        # That there is no such kind at all is an answer.
        is_missing = fault.kind is FaultKind.NOT_FOUND
        if not (is_missing and isinstance(ask.what, ServiceMonitors)):
            source = source_of(case.subject, ask.place)
            return unclear(f"{source}: {fault.summary}", fault.advice)
    return None


def source_of(subject: Subject, place: Place) -> str:
    """Who answers."""
    if place is Place.HERE:
        return "from here"
    name = subject.cluster if place is Place.CLUSTER else subject.monitoring
    return f"kubernetes {name}".rstrip()


def _asked(case: ExamCase, ask: Ask) -> Asked:
    source, reply = source_of(case.subject, ask.place), case.replies.get(ask)
    if reply is None:
        return Asked(source, ask.what.text)
    return Asked(source, ask.what.text, reply.at, reply.seconds, reply.fault)
