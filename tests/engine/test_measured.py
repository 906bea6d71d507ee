"""Whether a query's answer is all there is, and of now: asked beside the query."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tests.clock import ManualClock
from tests.engine.test_kinds import CONFIG, SERVED
from tui.engine.asking import Asking
from tui.model.metric import Sample
from tui.model.question_beyond import Measured, PromQuery


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A Prometheus that has a warning for some queries, and one sample for each."""

    about: str
    asked: list[str] = field(default_factory=list)

    async def measure(self, expression: str) -> Measured:
        self.asked.append(expression)
        warnings = ("no answer from store-1",) if self.about in expression else ()
        samples = () if "count(" in expression else (Sample({}, 1.0, 1.0),)
        return Measured(samples, warnings)


async def measured(about: str) -> Measured:
    server = Doubtful(about)
    connections: Any = SimpleNamespace(prometheus=lambda _: server)
    asking = Asking(CONFIG, SERVED, connections, ManualClock())
    question = PromQuery("max_over_time(errors[1h])")
    found: Measured = await asking.polled(CONFIG.clusters[0], question).poll()
    assert len(server.asked) == 4
    return found


@pytest.mark.parametrize("about", ["min(timestamp", "count_over_time", "== 0"])
async def test_what_is_asked_beside_a_query_may_be_a_part_only_too(about: str) -> None:
    assert (await measured(about)).warnings == ("no answer from store-1",)


async def test_without_a_warning_there_is_none() -> None:
    assert (await measured("nothing of it")).warnings == ()
