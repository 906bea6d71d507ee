"""Asks Loki how many entries and errors a stretch of the past has."""

from __future__ import annotations

from collections.abc import Sequence

from tui.backend import Archive
from tui.model.fault import Fault
from tui.model.kernel_rules import line_filter
from tui.model.log import LogCount, LogQuery, LogSpan
from tui.present import log_bars
from tui.present.log_bars import Steps
from widgets.values import Bars


async def count(
    archive: Archive, names: Sequence[str], kind: str, steps: Steps, note: str
) -> Bars:
    """The entries of some clusters, and which of them are errors, by the catalogue.

    kind  only of this family of the catalogue
    note  said beside the bars, such as that they are of all nodes
    """
    every, errors = steps.bins(()), steps.bins(())
    faults: list[str] = []
    for name in names:
        found = await _ask(archive, name, line_filter(kind) if kind else "", steps)
        bad: tuple[LogCount, ...] | Fault = ()
        stages = line_filter(kind, "error")
        if stages and not isinstance(found, Fault):
            bad = await _ask(archive, name, stages, steps)
        failed = next((each for each in (found, bad) if isinstance(each, Fault)), None)
        if failed is not None:
            faults.append(f"{name}: {failed.summary}")
        # All or nothing: bars without their errors would look calm.
        if not isinstance(found, Fault) and not isinstance(bad, Fault):
            every = _sum(every, steps.bins(log_bars.pairs(found)))
            errors = _sum(errors, steps.bins(log_bars.pairs(bad)))
    if len(faults) == len(names):
        return log_bars.unanswered("; ".join(faults))
    missing = f"? not counted: {'; '.join(faults)}" if faults else note
    return log_bars.bars(steps, every, errors, missing)


async def _ask(
    archive: Archive, name: str, stages: str, steps: Steps
) -> tuple[LogCount, ...] | Fault:
    # A step holds its end, and a span does not: it begins one nanosecond later.
    span = LogSpan(steps.since_ns + 1, steps.until_ns + 1)
    query = LogQuery(name, stages=stages)
    return await archive.counts(query, span, steps.step_seconds)


def _sum(some: list[int], others: list[int]) -> list[int]:
    return [a + b for a, b in zip(some, others, strict=True)]
