"""How often a node is heard in Loki, and for how long it may say nothing.

The hour is divided into steps of five seconds; a number holds a bit for each. So
entries may come in any order and more than once, and a node takes ninety bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tui.model.log import Entry
from tui.model.pipeline import Voice
from tui.model.unix import SECOND_NS, of_ns
from tui.triage.kernel_log import NODE_LABELS, Runs

STEP_SECONDS = 5
STEPS = 3600 // STEP_SECONDS
LEAST_SECONDS = 45.0
"""Less silence than that is none: Talos, Vector and Loki all send in batches."""
TIMES = 2
"""So many times its longest pause of the hour a node may say nothing."""
LEAST_HEARD = 8
"""Heard less often in an hour, it has no rhythm."""

_STEP_NS = STEP_SECONDS * SECOND_NS
_HOUR = (1 << STEPS) - 1
_SERVICE, _KERNEL = "talos_service", "kernel"


@dataclass(slots=True)
class _News:
    """What some entries tell of one node."""

    label: str
    is_metadata: bool
    kernel_ns: int = 0
    service_ns: int = 0
    steps: set[int] = field(default_factory=set)


def heard(known: Mapping[str, Voice], runs: Runs) -> Mapping[str, Voice]:
    """The voices by name or address of the node, after these entries.

    An entry that does not name its node is nobody's.
    """
    news: dict[str, _News] = {}
    for entry, times in runs:
        one = _news_of(news, entry)
        if one is not None:
            one.steps.update([at // _STEP_NS for at in times])
            newest = max(times)
            if entry.labels.get(_SERVICE, _KERNEL) == _KERNEL:
                one.kernel_ns = max(one.kernel_ns, newest)
            else:
                one.service_ns = max(one.service_ns, newest)
    return {**known, **{node: _after(known.get(node), x) for node, x in news.items()}}


def _news_of(news: dict[str, _News], entry: Entry) -> _News | None:
    for label in NODE_LABELS:
        node, is_metadata = entry.labels.get(label), False
        if not node:
            node, is_metadata = entry.metadata.get(label), True
        if node:
            found = news.get(node)
            if found is None:
                found = news[node] = _News(label, is_metadata)
            return found
    return None


def _after(known: Voice | None, news: _News) -> Voice:
    step = max(news.steps)
    bits = known.heard if known else 0
    if known is not None and known.step > step:
        step = known.step
    elif known is not None:
        bits <<= min(step - known.step, STEPS)
    for one in news.steps:
        bits |= 1 << min(step - one, STEPS)
    newest = of_ns(max(news.kernel_ns, news.service_ns))
    return Voice(
        max(newest, known.last) if known else newest,
        step,
        bits & _HOUR,
        news.label,
        news.is_metadata,
        _later(known.services_last if known else None, news.service_ns),
        _later(known.kernel_last if known else None, news.kernel_ns),
    )


def _later(known: datetime | None, at_ns: int) -> datetime | None:
    """The later of two times; 0 is none."""
    if not at_ns:
        return known
    return max(of_ns(at_ns), known) if known else of_ns(at_ns)


def longest_pause(voice: Voice) -> float | None:
    """Seconds of the longest pause between two entries of the hour.

    return  None when it was heard too seldom to have a rhythm
    """
    bits = f"{voice.heard:b}"
    if bits.count("1") < LEAST_HEARD:
        return None
    between = bits.strip("0").split("1")
    return float((max(map(len, between)) + 1) * STEP_SECONDS)


def silent_after(voice: Voice) -> float | None:
    """Seconds of silence that are too many for this node; None: nobody can tell."""
    pause = longest_pause(voice)
    return None if pause is None else max(LEAST_SECONDS, TIMES * pause)


def is_silent(voice: Voice, now: datetime) -> bool | None:
    """Whether it says nothing for longer than it ever did; None: nobody can tell."""
    limit = silent_after(voice)
    if limit is None:
        return None
    return (now - voice.last).total_seconds() > limit
