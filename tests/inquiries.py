"""An examination whose answers a test gives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from tests.judged import NOW
from tests.triage.examination.exams import Exam
from tui.model.examination import Ask, Examination, Replies, Reply, Subject
from tui.model.fault import Fault
from tui.triage.examination.case import ExamCase
from tui.triage.examination.table import asks_of, examine, wanted


@dataclass
class FakeInquiry:
    """Answers as the exam has it, at once; or waits, while `gate` is closed."""

    subject: Subject
    exam: Exam
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    runs: list[frozenset[str]] = field(default_factory=list)
    _replies: Replies = field(default_factory=dict)
    _pending: frozenset[Ask] = frozenset()

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def current(self) -> Examination:
        return examine(self._case)

    @property
    def _case(self) -> ExamCase:
        return ExamCase(self.subject, self._replies, self._pending, NOW)

    async def run(self, chosen: Collection[str], show: Callable[[], None]) -> None:
        self.runs.append(frozenset(chosen))
        for ask in asks_of(self._case, chosen):
            self._replies.pop(ask, None)
        try:
            while asks := wanted(self._case, chosen):
                self._pending = frozenset(asks)
                show()
                await self.gate.wait()
                self._pending = frozenset()
                for ask in asks:
                    self._replies[ask] = self._reply(ask)
        finally:
            self._pending = frozenset()
        show()

    def _reply(self, ask: Ask) -> Reply:
        found = self.exam.answer(ask)
        if isinstance(found, Fault):
            return Reply(NOW, 0.003, fault=found)
        return Reply(NOW, 0.003, found)
