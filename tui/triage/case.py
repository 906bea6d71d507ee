"""One alert with everything that may be said for or against it.

It carries answers; it does not ask, and it has no opinion.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field

from tui.model.alert import Alert
from tui.model.log import LogFinding
from tui.model.metric import Rule
from tui.model.question import Answer, Question, server_of
from tui.model.reading import STALE_AFTER, Freshness
from tui.model.target import InventoryTarget, TargetRow


class Scene(Struct, frozen=True):
    """What is known of a cluster without asking it anything for one alert's sake."""

    rows: tuple[TargetRow, ...] | None = None
    """Its targets; None before Prometheus ever answered."""
    rows_at: datetime | None = None
    """When they were read."""
    kernel: tuple[LogFinding, ...] = ()
    """Trouble in its kernel logs within the last hour."""
    rules: tuple[Rule, ...] = ()
    """The alerting rules of its Prometheus, other clusters' too when it is shared."""
    rules_at: datetime | None = None
    rows_pace: timedelta | None = None
    """How often targets are read; None: as often as all else."""


class Case(Struct, frozen=True):
    """An alert, and what its own cluster answered."""

    alert: Alert
    cluster: str
    """Empty when the alert belongs to no configured cluster."""
    answers: Mapping[Question, Answer]
    """Of that cluster only. A question that is not in it was never asked."""
    inventory: tuple[InventoryTarget, ...]
    """Of that cluster."""
    interval: timedelta
    """How often a question is asked, unless `paces` says otherwise."""
    now: datetime
    scene: Scene = Scene()
    """Of that cluster. It may explain a verdict; it never makes one."""
    is_placed: bool = False
    """Its labels name no cluster: it is here because the kernel findings are."""
    paces: Mapping[Question, timedelta] = field(default_factory=dict)
    """How often a question is asked that has a pace of its own."""
    ahead: Mapping[Question, timedelta] = field(default_factory=dict)
    """By how much the clock of whoever answers is ahead of ours, where it is off."""
    doubt: str = ""
    """Why it may be another cluster's alert after all, or is nobody's; else empty."""

    def source(self, questions: tuple[Question, ...]) -> str:
        """Who answers, as evidence names it; empty when nobody is asked."""
        servers = dict.fromkeys(map(server_of, questions))
        return ", ".join(f"{each} {self.cluster}".rstrip() for each in servers)

    def value(self, question: Question) -> Any:
        """The last answer, however old; None when there is none."""
        answer = self.answers.get(question)
        return None if answer is None else answer.value

    def fresh(self, question: Question) -> Any:
        """The last answer unless it is stale: older than two of its refreshes, or than
        the alert itself, of which it then says nothing; or refused since."""
        return self.value(question) if self._is_live(question) else None

    def observed_at(self, question: Question) -> datetime | None:
        """When the last answer came."""
        answer = self.answers.get(question)
        return None if answer is None else answer.observed_at

    def dated_at(self, question: Question) -> datetime | None:
        """The same by the clock of whoever answered, which tells times in an answer."""
        at = self.observed_at(question)
        return None if at is None else at + self.ahead.get(question, timedelta())

    def pace(self, question: Question) -> timedelta:
        """How often the question is asked."""
        return self.paces.get(question, self.interval)

    def blindness(self, question: Question) -> str:
        """Why there is no fresh answer, in words that name who failed."""
        answer, source = self.answers.get(question), self.source((question,))
        if not self.cluster:
            return self.doubt or "the alert belongs to no configured cluster"
        if answer is None:
            return f"{source} is not read"
        if answer.fault is not None:
            return f"{source}: {answer.fault.summary}"
        if answer.observed_at is None or answer.value is None:
            return f"{source} has not answered yet"
        return f"{source} {self._last_answered(answer.observed_at)}"

    @property
    def has_recent_rows(self) -> bool:
        """Whether targets were read within two of their refreshes, and not ahead of
        now."""
        at, pace = self.scene.rows_at, self.scene.rows_pace or self.interval
        return at is not None and -1 <= (self.now - at) / pace <= STALE_AFTER

    def _last_answered(self, at: datetime) -> str:
        """When that was, in words."""
        seconds = (self.now - at).total_seconds()
        if at < self.alert.starts_at:
            is_ahead = self.alert.starts_at > self.now
            clocks = ", which is in the future: clocks disagree" if is_ahead else ""
            return f"last answered before the alert began{clocks}"
        if seconds < 0:
            return "answered in the future: the clock was set back"
        return f"last answered {seconds:.0f} s ago"

    def _is_live(self, question: Question) -> bool:
        answer, pace = self.answers.get(question), self.pace(question)
        if not self.cluster or answer is None or answer.observed_at is None:
            return False
        if answer.fault is not None and answer.fault.is_refusal:
            return False
        if answer.observed_at < self.alert.starts_at:
            return False
        is_past = answer.observed_at - self.now <= pace
        return is_past and answer.freshness(self.now, pace) is Freshness.LIVE
